"""The statuses as the page shows them: with what they mean, in an order, each with its mark."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Final

from markupsafe import Markup

from compliance.evidence import Result
from compliance.wording import MEANING, Meaning

SHOWN: Final[Mapping[str, Meaning]] = {
    **MEANING,
    "attested": Meaning(
        "attested", "No rule tests it: a person states that it holds, and answers for that."
    ),
}
"""Every status by name. The page's style gives each a colour and a sign."""


@cache
def status_mark(status: str) -> Markup:
    """A status in words, with its sign."""
    meaning = SHOWN.get(status)
    return Markup('<b class="s {}">{}</b>').format(status, meaning.short if meaning else status)


def attestation_mark(status: str) -> Markup:
    """The standing of an attestation or waiver: one that does not count looks like a failure."""
    looks = {"valid": "pass", "active": "waived", "expiring": "undecided", "unused": "undecided"}
    return Markup('<b class="s {}">{}</b>').format(looks.get(status, "fail"), status)


def counts_mark(counts: Mapping[str, int]) -> Markup:
    """How many of each status, gravest first."""
    return Markup(" ").join([_count_mark(status, count) for status, count in counts.items()])


@cache
def _count_mark(status: str, count: int) -> Markup:
    return Markup('<b class="s {}">{} {}</b>').format(status, count, SHOWN[status].short)


def statuses_of(results: Iterable[Result]) -> str:
    """The statuses that results have, for the page's filter; `not_tested` where there are none."""
    return " ".join(dict.fromkeys(result.status for result in results)) or "not_tested"
