"""`compliance diff`: what differs between two reports."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from compliance.commands.base import read_base
from compliance.commands.options import known_names, listed_names
from compliance.commands.usage import FAILED, PASSED, Parsers, UsageError

if TYPE_CHECKING:
    from compliance.difference import Difference
    from compliance.difference.verdict import FailOn


def add(commands: Parsers) -> None:
    """Add `compliance diff`."""
    command = commands.add_parser("diff", help="what differs between two reports")
    command.add_argument("base", type=Path, metavar="BASE", help="the report.json of before")
    command.add_argument("head", type=Path, metavar="HEAD", help="the report.json of now")
    command.add_argument(
        "--format", default="text", metavar="LIST", help="text, md, json (default: text)"
    )
    command.add_argument(
        "--out", type=Path, metavar="FILE|DIR", help="default: one format is printed"
    )
    command.add_argument(
        "--fail-on",
        choices=["new", "any", "never"],
        default="new",
        help="exit 1 where something mandatory is new (the default), or open at all, or never",
    )
    command.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from compliance.difference.compare import compare
    from compliance.difference.forms import FORMS
    from compliance.difference.verdict import FailOn, fails

    names = known_names(listed_names(options.format), FORMS)
    if len(names) > 1 and options.out is None:
        raise UsageError("several formats go into a folder: name it with --out DIR")
    if len(names) > 1 and options.out.is_file():
        raise UsageError(f"{options.out}: is a file, and several formats go into a folder")
    fail_on = FailOn(options.fail_on)
    difference = compare(read_base(options.base), read_base(options.head))
    if options.out is None:
        _print(difference, fail_on, names[0])
    else:
        _write(difference, fail_on, names, options.out)
    return FAILED if fails(difference, fail_on) else PASSED


def _print(difference: Difference, fail_on: FailOn, name: str) -> None:
    from rich.console import Group

    from compliance.difference.forms import FORMS
    from compliance.difference.terminal import full
    from compliance.terminal import console

    if name == "text":
        console().print(Group(*full(difference, fail_on)))
    else:
        sys.stdout.write(FORMS[name][1](difference, fail_on))


def _write(difference: Difference, fail_on: FailOn, names: tuple[str, ...], out: Path) -> None:
    """Write one form to a file, or into a folder that is there; several into a folder."""
    from compliance.difference.forms import difference_texts
    from compliance.difference.terminal import brief_verdict
    from compliance.reports import write_files
    from compliance.terminal import console

    texts, folder = difference_texts(difference, fail_on, names), out
    if len(texts) == 1 and not out.is_dir():
        texts, folder = [(out.name, texts[0][1])], out.parent
    for path in write_files(texts, folder):
        console().print(f"difference: {path}")
    console().print(brief_verdict(difference, fail_on))
