"""`compliance verify`: being built."""

from __future__ import annotations

import argparse

from compliance.commands.usage import Parsers, UsageError


def add(commands: Parsers) -> None:
    """Add `compliance verify`."""
    command = commands.add_parser("verify", help="not built yet")
    command.add_argument("dir", metavar="DIR")
    command.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    raise UsageError(f"`compliance {options.command}` is not built yet")
