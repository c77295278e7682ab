"""`compliance report`: make reports again from a report.json."""

from __future__ import annotations

import argparse
from pathlib import Path

from compliance.commands.files import read_report
from compliance.commands.options import DEFAULT_OUT
from compliance.commands.output import add_output, format_names, signing_key, write_output
from compliance.commands.usage import PASSED, Parsers


def add(commands: Parsers) -> None:
    """Add `compliance report`."""
    report = commands.add_parser("report", help="make reports again from a report.json")
    report.add_argument("report_json", type=Path, metavar="REPORT_JSON")
    report.add_argument("--out", type=Path, default=DEFAULT_OUT, metavar="DIR")
    add_output(report)
    report.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    names = format_names(options.format)
    evidence = read_report(options.report_json)
    key = signing_key(options)

    from compliance import terminal

    output = write_output(evidence, names, options.out, None, key)
    for line in terminal.files(output.written, output.removed):
        terminal.console().print(line)
    return PASSED
