"""What a waiver is, and on which days it counts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

LONGEST: Final = 180
"""How many days ahead a waiver may expire: exceptions are looked at again twice a year."""
WARNING: Final = 14
"""How many days before its end a waiver is warned of."""


class Standing(StrEnum):
    """What a waiver is worth. Only the first three count."""

    ACTIVE = "active"
    EXPIRING = "expiring"
    UNUSED = "unused"
    EXPIRED = "expired"
    MALFORMED = "malformed"


COUNTS: Final = frozenset({Standing.ACTIVE, Standing.EXPIRING, Standing.UNUSED})


@dataclass(frozen=True)
class Waiver:
    """One accepted exception, as its file has it.

    It is for a `finding` (its id), or for all findings of a `rule`, on resources whose URN
    fits the pattern `resource`. `rule` is set in both cases. `expires` is the text that
    stands there, a date or not; `ticket` is empty where there is none. `line` counts from 1.
    """

    id: str
    rule: str
    finding: str | None
    resource: str
    reason: str
    owner: str
    expires: str
    ticket: str
    line: int

    @property
    def shown(self) -> Mapping[str, Any]:
        """What a result says of the waiver that counts for it."""
        return {
            "id": self.id,
            "reason": self.reason,
            "owner": self.owner,
            "expires": self.expires,
            "ticket": self.ticket or None,
        }

    def matches(self, rule: str, finding_id: str, urn: str | None) -> bool:
        """Whether it speaks of this finding, whatever its date."""
        of_finding = self.finding is None or self.finding == finding_id
        return self.rule == rule and of_finding and fits(self.resource, urn or "")

    def counts(self, as_of: date) -> bool:
        """Whether its date lets it count on a day."""
        return by_date(self.expires, as_of)[0] in COUNTS


@dataclass(frozen=True)
class WaiverFile:
    """The waivers of one file, in its order. `digest` is `sha256:...` of its bytes."""

    path: Path
    digest: str
    waivers: tuple[Waiver, ...]


@dataclass(frozen=True)
class Use:
    """What became of a waiver: its standing, why in words (or empty), the findings it matches."""

    waiver: Waiver
    standing: Standing
    explanation: str
    findings: tuple[str, ...]


def by_date(expires: str, as_of: date) -> tuple[Standing, str]:
    """The standing that a date gives, and why in words; a waiver counts on its last day too."""
    try:
        day = date.fromisoformat(expires)
    except ValueError:
        day = None
    # Python reads more spellings of a date than a reader of the file would.
    if day is None or day.isoformat() != expires:
        return Standing.MALFORMED, f"expires must be a date like 2026-01-31, not {expires!r}"
    left = (day - as_of).days
    if left < 0:
        return Standing.EXPIRED, f"it expired on {day}"
    if left > LONGEST:
        return (
            Standing.MALFORMED,
            f"it expires on {day}, more than {LONGEST} days after {as_of}; choose an earlier day",
        )
    if left <= WARNING:
        when = {0: "today", 1: "tomorrow"}.get(left, f"in {left} days, on {day}")
        return Standing.EXPIRING, f"it expires {when}"
    return Standing.ACTIVE, ""


def use(waiver: Waiver, as_of: date, findings: Collection[str]) -> Use:
    """What became of a waiver that matches these findings."""
    standing, why = by_date(waiver.expires, as_of)
    if standing in COUNTS and not findings:
        standing, why = (
            Standing.UNUSED,
            "it matches no finding; remove it, or correct what it names",
        )
    return Use(waiver, standing, why, tuple(sorted(findings)))


def fits(pattern: str, text: str) -> bool:
    """Whether a text fits a pattern, in which `*` is any text and all else is itself.

    Each part between two stars is looked for once, so that no pattern takes long.
    """
    first, *rest = pattern.split("*")
    if not rest:
        return text == pattern
    *middle, last = rest
    if len(text) < len(first) + len(last) or not text.startswith(first):
        return False
    if not text.endswith(last):
        return False
    position, end = len(first), len(text) - len(last)
    for part in middle:
        found = text.find(part, position, end)
        if found < 0:
            return False
        position = found + len(part)
    return True
