"""`compliance verify`: prove that a report folder is whole and unedited."""

from __future__ import annotations

import argparse
from pathlib import Path

from compliance.commands.usage import FAILED, PASSED, Parsers, UsageError


def add(commands: Parsers) -> None:
    """Add `compliance verify`."""
    verify = commands.add_parser("verify", help="prove that a report is whole and unedited")
    verify.add_argument("dir", type=Path, metavar="DIR", help="the folder that the gate wrote")
    verify.add_argument(
        "--key", type=Path, metavar="PUBLIC_KEY", help="check the signature with it (PEM, Ed25519)"
    )
    verify.add_argument("--quiet", action="store_true", help="print problems and verdict only")
    verify.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from compliance.integrity.page import page
    from compliance.integrity.verification import NotVerifiableError, verify
    from compliance.terminal import console

    key = None
    if options.key is not None:
        from compliance.integrity.keys import KeyFileError, read_public_key

        try:
            key = read_public_key(options.key)
        except KeyFileError as error:
            raise UsageError(str(error)) from error
    try:
        found = verify(options.dir, key)
    except NotVerifiableError as error:
        raise UsageError(str(error)) from error
    console().print(page(found, quiet=options.quiet))
    return FAILED if found.problems else PASSED
