"""`compliance report`: make reports again from a report.json."""

from __future__ import annotations

import argparse
from pathlib import Path

from compliance.commands.files import read_report
from compliance.commands.options import DEFAULT_FORMATS, DEFAULT_OUT, format_names
from compliance.commands.usage import PASSED, Parsers


def add(commands: Parsers) -> None:
    """Add `compliance report`."""
    report = commands.add_parser("report", help="make reports again from a report.json")
    report.add_argument("report_json", type=Path, metavar="REPORT_JSON")
    report.add_argument("--out", type=Path, default=DEFAULT_OUT, metavar="DIR")
    report.add_argument("--format", default=DEFAULT_FORMATS, metavar="LIST")
    report.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    names = format_names(options.format)
    evidence = read_report(options.report_json)

    from compliance.reports import write_reports
    from compliance.terminal import console

    for path in write_reports(evidence, names, options.out):
        console().print(f"report: {path}")
    return PASSED
