"""What commands write: the formats asked for, and the manifest that closes the folder."""

from __future__ import annotations

import argparse
import importlib
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from compliance.commands.options import known_names, listed_names
from compliance.commands.usage import UsageError

if TYPE_CHECKING:
    from compliance.commands.base import Compared
    from compliance.evidence import Evidence
    from compliance.integrity.keys import SigningKey

DEFAULT_FORMATS: Final = "html,json,md,csv"


@dataclass(frozen=True)
class Output:
    """What was written, and which reports of an earlier run were removed from the folder."""

    written: tuple[Path, ...]
    removed: tuple[Path, ...]


def add_output(command: argparse.ArgumentParser) -> None:
    """Which formats, and who signs."""
    command.add_argument(
        "--format", default=DEFAULT_FORMATS, metavar="LIST",
        help=f"names with commas, or all; default: {DEFAULT_FORMATS}",
    )  # fmt: skip
    command.add_argument(
        "--sign", type=Path, metavar="KEY", help="sign the manifest (an Ed25519 key in PEM)"
    )


def format_names(text: str) -> tuple[str, ...]:
    """The formats in a list with commas, or `all`; raises :class:`UsageError`."""
    from compliance.reports import formats

    names, known = listed_names(text), formats()
    return tuple(known) if names == ("all",) else known_names(names, known, ", and all")


def signing_key(options: argparse.Namespace) -> SigningKey | None:
    """The key of `--sign`, or None; raises :class:`UsageError`."""
    if options.sign is None:
        return None
    from compliance.integrity.keys import KeyFileError, read_signing_key

    try:
        key = read_signing_key(options.sign, options.out)
    except KeyFileError as error:
        raise UsageError(str(error)) from error
    if key.warning:
        sys.stderr.write(f"compliance: warning: {key.warning}\n")
    return key


def load_output(names: tuple[str, ...]) -> None:
    """Load what :func:`write_output` needs, while there is nothing to write yet."""
    importlib.import_module("compliance.integrity.sealing")
    from compliance.reports import load

    load(names)


def write_output(
    evidence: Evidence,
    names: tuple[str, ...],
    folder: Path,
    compared: Compared | None,
    key: SigningKey | None,
) -> Output:
    """Write the formats, the difference from a base, and the manifest last.

    Raises `OSError` where the folder cannot be made or written.
    """
    from compliance.integrity.sealing import seal
    from compliance.reports import write_files, write_reports

    written = write_reports(evidence, names, folder)
    if compared is not None:
        written = (*written, *write_files(compared.texts(), folder))
    sealed = seal(evidence, written, folder, key)
    return Output((*written, *sealed.written), sealed.removed)
