"""`compliance waive`: accept a finding for a time, with a reason."""

from __future__ import annotations

import argparse
from pathlib import Path

from compliance.commands.files import read_report
from compliance.commands.options import DEFAULT_OUT, day
from compliance.commands.usage import PASSED, Parsers, UsageError


def add(commands: Parsers) -> None:
    """Add `compliance waive`."""
    waive = commands.add_parser("waive", help="accept a finding for a time, with a reason")
    waive.add_argument("target", metavar="FINDING_ID|RULE", help="as the report has it")
    waive.add_argument("--resource", metavar="PATTERN", help="URN, * is any text; for a rule")
    waive.add_argument("--reason", required=True)
    waive.add_argument("--owner", required=True, help="who answers for it")
    until = waive.add_mutually_exclusive_group()
    until.add_argument("--expires", metavar="DATE")
    until.add_argument("--days", type=int, metavar="N", help="default: 90")
    waive.add_argument("--ticket")
    waive.add_argument("--as-of", metavar="DATE", help="the day it begins, today by default")
    waive.add_argument(
        "--report", type=Path, default=DEFAULT_OUT / "report.json", metavar="REPORT_JSON"
    )
    waive.add_argument(
        "--waivers", type=Path, metavar="FILE", help="default: compliance/waivers.yaml"
    )
    waive.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from payment_guardrails.waivers.waiver_file import WaiverFileError

    from compliance.terminal import console
    from compliance.waive import Wish, waive

    as_of = day(options.as_of)
    wish = Wish(
        options.target, options.resource, options.reason, options.owner, options.ticket or "",
        options.expires, options.days, as_of,
    )  # fmt: skip
    evidence = read_report(options.report)
    try:
        said = waive(wish, evidence, options.report, options.waivers)
    except WaiverFileError as error:
        raise UsageError(str(error)) from error
    console().print(said)
    return PASSED
