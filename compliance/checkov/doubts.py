"""What a check may have read that nobody knows yet: then its verdict is none."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from compliance.checkov.inspected import inspected
from compliance.terraform.plan import Plan

# What another resource is called: a reference is as good as the text that it will be.
_IDENTITY: Final = re.compile(r"(?:^|[_/])(?:ids?|arns?|names?|role|bucket|parameter|queue|topic)$")


class Doubted:
    """The hidden attributes of the resources of a plan for which no reference stands."""

    def __init__(self, plan: Plan) -> None:
        self._of = {urn: found for urn in plan.hidden if (found := tuple(_doubts(plan, urn)))}
        self._of_type: dict[str, list[str]] = defaultdict(list)
        for address, urn in plan.addresses.items():
            if urn in self._of:
                self._of_type[address.partition(".")[0]].append(urn)

    def of(self, check: str, urn: str, told: Iterable[str]) -> str | None:
        """The hidden attribute on which the verdict of a check on a resource may rest.

        `told` are the attributes that the check says it read. A check that follows connections
        may also have read those of other resources, and one that is connected by a value that
        is hidden is not found. None where it rests on nothing hidden.
        """
        reads = inspected().get(check)
        # A check tells less than it reads, and its source does not say all either.
        attributes = {*told, *(reads.attributes if reads else ())}
        for doubt in self._of.get(urn, ()):
            # Who does not tell what was read may have read anything.
            if not attributes or _any_overlap(attributes, doubt):
                return doubt
        if reads is None or not reads.connects:
            return None
        return next(self._elsewhere(reads.types, attributes, urn), None)

    def _elsewhere(self, types: Iterable[str], attributes: set[str], urn: str) -> Iterator[str]:
        for type_ in types:
            for other in self._of_type.get(type_, ()):
                for doubt in self._of[other]:
                    if _IDENTITY.search(doubt) or _any_overlap(attributes, doubt):
                        yield f"{doubt} of {other}" if other != urn else doubt


def _doubts(plan: Plan, urn: str) -> Iterator[str]:
    referred = plan.referred.get(urn, frozenset())
    for path in plan.hidden[urn]:
        if not (path in referred and _IDENTITY.search(path)):
            yield path


def _any_overlap(keys: Iterable[str], doubt: str) -> bool:
    return any(
        f"{key}/".startswith(f"{doubt}/") or f"{doubt}/".startswith(f"{key}/") for key in keys
    )
