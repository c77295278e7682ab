"""Findings that were fixed in name only: a resource that was given another name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import zip_longest

from compliance.difference.entries import FindingChange
from compliance.difference.identity import bare_type, place
from compliance.difference.pairing import order_of
from compliance.evidence import Evidence


def with_renamed(
    changes: Iterable[FindingChange], base: Evidence, head: Evidence
) -> Iterator[FindingChange]:
    """The changes; where a resource that went and one that came may be one, both say so.

    They may be where the same rule says the same of both, and their type is the same. It is a
    hint: the findings stay fixed and new, because only a person can tell.
    """
    before = {place(each.urn, base.subject) for each in base.resources}
    after = {place(each.urn, head.subject) for each in head.resources}
    sides: dict[tuple[str, ...], tuple[list[FindingChange], list[FindingChange]]]
    sides = defaultdict(lambda: ([], []))
    for change in changes:
        if change.place is None or (change.place in before) == (change.place in after):
            yield change
        else:
            said = (change.rule, bare_type(change.place), change.shown.message)
            sides[said][change.place in after].append(change)
    for gone, come in sides.values():
        for old, new in zip_longest(sorted(gone, key=_by_place), sorted(come, key=_by_place)):
            for each, other in ((old, new), (new, old)):
                if each is not None:
                    urn = other.shown.resource if other is not None else None
                    yield replace(each, renamed=urn or "")


def _by_place(change: FindingChange) -> tuple[str, str]:
    return change.place or "", order_of(change.shown)
