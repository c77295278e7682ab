"""What became of the findings: which are new, fixed, changed, accepted, or as they were."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from compliance.difference.entries import FindingChange, Section, blocks
from compliance.difference.identity import place
from compliance.difference.pairing import order_of, pairs
from compliance.difference.renamed import with_renamed
from compliance.evidence import SEVERITIES, Evidence, ResourceEntry, Result, Subject
from compliance.reports.places import place_of, resources_by_urn


@dataclass(frozen=True)
class _Side:
    """What a finding's own report says of it: whose it is, and what its resource is."""

    subject: Subject
    resources: Mapping[str, ResourceEntry]

    @staticmethod
    def of(evidence: Evidence) -> _Side:
        return _Side(evidence.subject, resources_by_urn(evidence))

    def location(self, result: Result) -> str:
        where = place_of(result, self.resources, self.subject.folder)
        return str(where) if where.known else ""


def compare_findings(base: Evidence, head: Evidence) -> tuple[FindingChange, ...]:
    """Every finding of either report once, the worst news first."""
    sides = (_Side.of(base), _Side.of(head))
    changes = (_change(before, after, *sides) for before, after in pairs(base, head))
    return tuple(sorted(with_renamed(changes, base, head), key=_news_first))


def section_of(before: Result | None, after: Result | None) -> Section:
    """What became of a finding, by its two sides, of which one may be None."""
    if after is None:
        return Section.FIXED
    if before is not None and _standing(before) == _standing(after):
        return Section.UNCHANGED
    if after.status == "waived":
        waived_before = before is not None and before.status == "waived"
        return Section.CHANGED if waived_before else Section.WAIVED
    if before is None:
        return Section.NEW
    return Section.BACK if before.status == "waived" else Section.CHANGED


def _change(before: Result | None, after: Result | None, base: _Side, head: _Side) -> FindingChange:
    shown, side = (after, head) if after is not None else (before, base)
    assert shown is not None  # noqa: S101 - a pair is of one finding at least
    return FindingChange(
        section_of(before, after),
        shown.rule,
        place(shown.resource, side.subject),
        before,
        after,
        side.location(shown),
    )


def _standing(result: Result) -> tuple[str, str, Mapping[str, Any] | None]:
    return result.status, result.level, result.waiver


def _news_first(change: FindingChange) -> tuple[int, bool, int, str, str, str]:
    return (
        list(Section).index(change.section),
        not blocks(change.shown),
        SEVERITIES.index(change.shown.severity),
        change.rule,
        change.place or "",
        order_of(change.shown),
    )
