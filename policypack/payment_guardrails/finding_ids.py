"""The ids of findings: what a report calls them, and what a waiver can name."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final

from payment_guardrails.finding import Finding, Status
from payment_guardrails.rule import by_resource

DIGITS: Final = 12
OPEN: Final = (Status.FAIL, Status.UNDECIDED)
"""The statuses of a finding that something has to be done about."""


def finding_id(rule: str, urn: str | None, detail: str) -> str:
    """The id of a finding: the rule's name and a digest of resource and detail.

    It does not depend on where in a document a fault stands, nor on other findings.
    """
    digest = hashlib.sha256(f"{urn or ''}\n{detail}".encode()).hexdigest()
    return f"{rule}:{digest[:DIGITS]}"


def identified(rule: str, findings: Iterable[Finding]) -> Iterator[tuple[str, Finding]]:
    """The open findings of a rule, each with its id, ordered by resource and detail.

    All findings of the rule on a resource must be given at once: where the same fault is
    there twice, a number keeps the ids apart.
    """
    for urn, group in by_resource(each for each in findings if each.status in OPEN):
        ordered = sorted(group, key=lambda each: (each.detail, each.path, each.message))
        for detail, same in groupby(ordered, key=lambda each: each.detail):
            for number, finding in enumerate(same):
                key = f"{detail}~{number}" if number else detail
                yield finding_id(rule, urn, key), finding
