"""Which findings of two reports are the same one."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Final

from compliance.difference.identity import FindingKey, finding_key
from compliance.evidence import Evidence, Result

_FINDINGS: Final = frozenset({"fail", "undecided", "waived"})

Pair = tuple[Result | None, Result | None]
"""A finding in the earlier and in the later report; None where a report does not have it."""


def pairs(base: Evidence, head: Evidence) -> Iterator[Pair]:
    """Every finding of either report once, in no order.

    The same finding on both sides is recognised by :func:`finding_key`. Where a rule that
    could not decide about a resource now fails on it, or the other way, what it says of it
    has another id; the two are taken for one finding that changed.
    """
    names = (base.subject.project, base.subject.stack)
    same_stack = names == (head.subject.project, head.subject.stack)
    earlier = _by_key(base, same_stack=same_stack)
    later = _by_key(head, same_stack=same_stack)
    alone: dict[tuple[str, str], tuple[list[Result], list[Result]]] = defaultdict(lambda: ([], []))
    for key in earlier.keys() | later.keys():
        for before, after in zip_longest(earlier.get(key, ()), later.get(key, ())):
            if before is not None and after is not None:
                yield before, after
            elif before is not None:
                alone[key[:2]][0].append(before)
            else:
                alone[key[:2]][1].append(after)
    for gone, come in alone.values():
        yield from _decided_otherwise(sorted(gone, key=order_of), sorted(come, key=order_of))


def _by_key(evidence: Evidence, *, same_stack: bool) -> Mapping[FindingKey, list[Result]]:
    found: dict[FindingKey, list[Result]] = defaultdict(list)
    for result in evidence.results:
        if result.status in _FINDINGS:
            found[finding_key(result, evidence.subject, same_stack=same_stack)].append(result)
    # Ids are unique in a report of ours; in another one, the order in the file must not count.
    return {key: sorted(same, key=order_of) for key, same in found.items()}


def _decided_otherwise(gone: list[Result], come: list[Result]) -> Iterator[Pair]:
    """Pairs of undecided and failed findings of a rule on a resource; the rest is alone."""
    for one, other in (("undecided", "fail"), ("fail", "undecided")):
        for before, after in zip(
            [each for each in gone if each.status == one],
            [each for each in come if each.status == other],
            strict=False,
        ):
            gone.remove(before)
            come.remove(after)
            yield before, after
    yield from ((before, None) for before in gone)
    yield from ((None, after) for after in come)


def order_of(result: Result) -> str:
    """A key that orders results by themselves, wherever they stand in a file."""
    return json.dumps(vars(result), sort_keys=True)
