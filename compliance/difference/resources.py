"""Which resources came, went, or have other inputs now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from itertools import zip_longest

from compliance.difference.entries import ResourceChange, Turn
from compliance.difference.identity import place
from compliance.evidence import Evidence, ResourceEntry


def compare_resources(base: Evidence, head: Evidence) -> tuple[ResourceChange, ...]:
    """The resources that are not the same on both sides: came, went, changed, each by place."""
    before, after = _by_place(base), _by_place(head)
    changes = []
    for where in before.keys() | after.keys():
        for was, now in zip_longest(before.get(where, ()), after.get(where, ())):
            turn = _turn(was, now)
            if turn is not None:
                changes.append(ResourceChange(turn, where, was, now))
    return tuple(sorted(changes, key=lambda each: (list(Turn).index(each.turn), each.place)))


def _turn(before: ResourceEntry | None, after: ResourceEntry | None) -> Turn | None:
    if before is None:
        return Turn.CAME
    if after is None:
        return Turn.WENT
    return None if before.inputs_digest == after.inputs_digest else Turn.CHANGED


def _by_place(evidence: Evidence) -> Mapping[str, list[ResourceEntry]]:
    # A URN is there twice where a replaced resource waits to be deleted.
    found: dict[str, list[ResourceEntry]] = defaultdict(list)
    for entry in sorted(evidence.resources, key=lambda each: (each.urn, each.inputs_digest)):
        found[place(entry.urn, evidence.subject) or ""].append(entry)
    return found
