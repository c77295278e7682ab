"""The counts of a difference, which every form of it gives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from compliance.difference import Difference
from compliance.difference.entries import Reach, Section, Turn


@dataclass(frozen=True)
class Counts:
    """How many there are of each kind of change, kinds in their order, zeros included.

    `newly_blocking` are findings, which `findings` counts as well.
    """

    findings: Mapping[str, int]
    newly_blocking: int
    controls: int
    resources: Mapping[str, int]
    grants: Mapping[str, int]


def counts_of(difference: Difference) -> Counts:
    """The counts of a difference."""
    return Counts(
        findings=_count(Section, (each.section for each in difference.findings)),
        newly_blocking=len(difference.newly_blocking),
        controls=len(difference.controls),
        resources=_count(Turn, (each.turn for each in difference.resources)),
        grants=_count(Reach, (each.reach for each in difference.grants)),
    )


def _count(kinds: Iterable[StrEnum], found: Iterable[StrEnum]) -> Mapping[str, int]:
    counted = Counter(found)
    return {kind.value: counted[kind] for kind in kinds}
