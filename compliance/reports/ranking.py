"""The order in which a report that shows only some of the results shows them: worst first."""

from __future__ import annotations

from collections.abc import Iterable

from compliance.evidence import SEVERITIES, STATUSES, Result


def worst_first(results: Iterable[Result]) -> list[Result]:
    """What fails the gate before what does not, then by severity and status, then by name."""
    return sorted(results, key=_rank)


def open_results(results: Iterable[Result]) -> list[Result]:
    """The results that somebody has to act on, worst first: failed or undecided."""
    return worst_first(each for each in results if each.status in ("fail", "undecided"))


def _rank(result: Result) -> tuple[bool, int, int, str, str, str]:
    return (
        result.level != "mandatory",
        SEVERITIES.index(result.severity),
        STATUSES.index(result.status),
        result.rule,
        result.resource or "",
        result.id,
    )
