"""`--base` and `--fail-on`: a report to compare with, and what the comparison is for."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from compliance.commands.files import read_json, read_report
from compliance.commands.usage import UsageError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from compliance.difference import Difference
    from compliance.difference.verdict import FailOn
    from compliance.evidence import Evidence

_MAKE_ONE: Final = "make one with `compliance gate --format json --out DIR`: DIR/report.json"


@dataclass(frozen=True)
class Base:
    """An earlier report, and what of a later one makes the exit status 1."""

    report: Evidence
    fail_on: FailOn

    def compared(self, head: Evidence) -> Compared:
        """The later report held against this one."""
        from compliance.difference.compare import compare

        return Compared(compare(self.report, head), self.fail_on)


@dataclass(frozen=True)
class Compared:
    """What differs between two reports, in the forms in which it is told."""

    difference: Difference
    fail_on: FailOn

    def texts(self) -> list[tuple[str, str]]:
        """The files that tell of it: names and texts."""
        from compliance.difference.forms import difference_texts

        return list(difference_texts(self.difference, self.fail_on))

    def told(self, *, quiet: bool) -> RenderableType:
        """A few lines; one where the command is quiet."""
        from compliance.difference.terminal import brief, brief_verdict

        return (brief_verdict if quiet else brief)(self.difference, self.fail_on)

    def fails(self) -> bool:
        """Whether the exit status is 1."""
        from compliance.difference.verdict import fails

        return fails(self.difference, self.fail_on)


def base_of(options: argparse.Namespace) -> Base | None:
    """What `--base` and `--fail-on` ask for, or None; raises :class:`UsageError`."""
    if options.base is None:
        if options.fail_on is not None:
            raise UsageError("--fail-on needs --base REPORT_JSON, the report to compare with")
        return None
    from compliance.difference.verdict import FailOn

    return Base(read_base(options.base), FailOn(options.fail_on or "any"))


def read_base(file: Path) -> Evidence:
    """The evidence in a report.json to compare with.

    Raises :class:`UsageError` with the place and what to do where it cannot be read, is no
    report, or was written by another version of the gate.
    """
    try:
        return read_report(file)
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror or error}; {_MAKE_ONE}") from error
    except UsageError as error:
        raise UsageError(f"{error}; {_remedy(file)}") from error


def _remedy(file: Path) -> str:
    """What to do about a file that is no valid report: it may be one of another version."""
    from compliance.evidence import SCHEMA_VERSION

    try:
        data = read_json(file)
    except UsageError:
        return _MAKE_ONE
    version = data.get("schema_version") if isinstance(data, dict) else None
    if version in (None, SCHEMA_VERSION):
        return _MAKE_ONE
    return (
        f"another version of the gate wrote it (schema {str(version)[:20]}; this one reads "
        f"{SCHEMA_VERSION}): compare with that version, or {_MAKE_ONE}"
    )
