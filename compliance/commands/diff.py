"""`compliance diff`: being built."""

from __future__ import annotations

import argparse

from compliance.commands.usage import Parsers, UsageError


def add(commands: Parsers) -> None:
    """Add `compliance diff`."""
    command = commands.add_parser("diff", help="not built yet")
    command.add_argument("base", metavar="BASE")
    command.add_argument("head", metavar="HEAD")
    command.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    raise UsageError(f"`compliance {options.command}` is not built yet")
