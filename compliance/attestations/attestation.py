"""What an attestation is, and on which days it counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

LONGEST: Final = 400
"""How many days an attestation may hold: a year, and five weeks to make the next one in.

PCI DSS v4.0.1 (section 7, "Timeframes used in PCI DSS requirements") and SOC 2 reports go by the
year; a limit of 365 days would leave a gap whenever a yearly review is a day late.
"""
WARNING: Final = 14
"""How many days before its end an attestation is warned of, as a waiver is."""


class Standing(StrEnum):
    """What an attestation is worth. Only the first two count."""

    VALID = "valid"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    MALFORMED = "malformed"


COUNTS: Final = frozenset({Standing.VALID, Standing.EXPIRING})


@dataclass(frozen=True)
class EvidenceFile:
    """A file that an attestation rests on.

    `path` is relative to the project's folder, with slashes; `digest` is the `sha256:...` that
    its content had when it was attested.
    """

    path: str
    digest: str


@dataclass(frozen=True)
class Attestation:
    """One statement on one manual control, as its file has it.

    `framework` and `version` are the loaded framework's own. `date` and `valid_until` are the
    texts that stand there, dates or not; it holds on both of these days. `line` counts from 1.
    """

    framework: str
    version: str
    control: str
    statement: str
    owner: str
    date: str
    valid_until: str
    evidence: EvidenceFile | None
    line: int


def judged(attestation: Attestation, as_of: date, evidence_fault: str = "") -> tuple[Standing, str]:
    """The standing of an attestation on a day, and why in words (or empty).

    `evidence_fault` says what is wrong with its evidence file; empty where nothing is.
    """
    standing, why = by_dates(attestation.date, attestation.valid_until, as_of)
    if not evidence_fault:
        return standing, why
    if standing in COUNTS:
        return Standing.MALFORMED, evidence_fault
    return standing, f"{why}; {evidence_fault}"


def by_dates(made: str, valid_until: str, as_of: date) -> tuple[Standing, str]:
    """The standing that the dates give, and why in words; the last day counts too."""
    days: list[date] = []
    for field, text in (("date", made), ("valid_until", valid_until)):
        day = _day(text)
        if day is None:
            why = f"{field} must be a date like 2026-01-31, not {text[:40]!r}"
            return Standing.MALFORMED, why
        days.append(day)
    first, last = days
    if first > as_of:
        return Standing.MALFORMED, f"it is dated {first}, after {as_of}, the day it is judged on"
    if last < first:
        return Standing.MALFORMED, f"it ends on {last}, before its own date, {first}"
    if (last - first).days > LONGEST:
        why = f"it ends on {last}, more than {LONGEST} days after its date, {first}"
        return Standing.MALFORMED, f"{why}; choose an earlier day"
    left = (last - as_of).days
    if left < 0:
        return Standing.EXPIRED, f"it expired on {last}"
    if left <= WARNING:
        when = {0: "today", 1: "tomorrow"}.get(left, f"in {left} days, on {last}")
        return Standing.EXPIRING, f"it expires {when}"
    return Standing.VALID, ""


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    # Python reads more spellings of a date than a reader of the file would.
    return day if day.isoformat() == text else None
