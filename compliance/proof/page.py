"""`effectiveness.md`: which rule caught which change, and what none of them catches."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final

from compliance.proof.effectiveness import Effectiveness, TestedChange
from compliance.wording import name_of, plural

_MARKUP: Final = re.compile(r"([\\`*_{}\[\]<>()#+!|~&])")


def write_page(effectiveness: Effectiveness, tested: Iterable[TestedChange]) -> str:
    """The page: the sum, the rules, what survived, what is not covered, and every change."""
    return "\n".join(_lines(effectiveness, tested)) + "\n"


def effectiveness_line(effectiveness: Effectiveness) -> str:
    """The result in one sentence."""
    undecided = effectiveness.caught_undecided
    doubt = f" ({undecided} of them only as undecided)" if undecided else ""
    return (
        f"{effectiveness.caught} of {plural(effectiveness.changes, 'weakening change')} caught"
        f"{doubt}, {len(effectiveness.survivors)} survived; "
        f"{plural(len(effectiveness.unclaimed), 'weakening')} that no rule claims, "
        f"{plural(len(effectiveness.unclassed), 'resource type')} not classed."
    )


def sections(effectiveness: Effectiveness) -> Iterator[str]:
    """The parts that every report shows: survivors, what is not covered, the rules."""
    yield from _table(
        "Survived: no rule caught it",
        ("resource", "property", "change"),
        (
            (name_of(each.resource), each.path, f"{each.kind}: {each.change}")
            for each in effectiveness.survivors
        ),
    )
    yield from _table(
        "Rules",
        ("rule", "level", "changes caught", "by it alone"),
        (
            (each.rule, each.level, str(each.caught), str(each.alone))
            for each in effectiveness.rules
        ),
    )
    if effectiveness.not_exercised:
        yield ""
        yield f"Not exercised on this stack: {', '.join(effectiveness.not_exercised)}."
    yield from _table(
        "Not covered: weakenings that no rule claims",
        ("type", "property", "resources", "why"),
        (
            (each.type, each.property or "(removal)", str(each.resources), each.reason)
            for each in effectiveness.unclaimed
        ),
    )
    yield from _table(
        "Not tested: types that nothing is said of",
        ("type", "resources"),
        ((each.type, str(each.resources)) for each in effectiveness.unclassed),
    )


def _lines(effectiveness: Effectiveness, tested: Iterable[TestedChange]) -> Iterator[str]:
    yield "# Operating effectiveness of the rules"
    yield ""
    yield _escape(effectiveness_line(effectiveness))
    yield ""
    yield (
        "Each change was made by itself on the data of a compliant stack; a rule caught it where "
        "it failed, or no longer decided, a resource that it passed before."
    )
    yield ""
    yield f"- program: {_escape(effectiveness.project)}, stack {_escape(effectiveness.stack)}"
    yield f"- digest of its sources: {effectiveness.program_digest}"
    yield f"- digest of the rules: {effectiveness.pack_digest}"
    yield f"- judged as of {effectiveness.as_of}"
    yield from (f"- {kind}: {count}" for kind, count in effectiveness.kinds.items())
    yield from sections(effectiveness)
    yield ""
    yield "## Every change, by resource"
    for resource, group in groupby(
        sorted(tested, key=lambda each: each.resource), key=lambda each: each.resource
    ):
        yield from _table(
            name_of(resource),
            ("property", "change", "caught by"),
            ((each.path, f"{each.kind}: {each.change}", _catchers(each)) for each in group),
            level=3,
        )


def _catchers(tested: TestedChange) -> str:
    names = [*tested.failed, *(f"{name} (undecided)" for name in tested.undecided)]
    return ", ".join(names) or "none"


def _table(
    title: str, head: tuple[str, ...], rows: Iterable[tuple[str, ...]], level: int = 2
) -> Iterator[str]:
    shown = list(rows)
    if not shown:
        return
    yield ""
    yield f"{'#' * level} {_escape(title)}"
    yield ""
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in shown:
        yield f"| {' | '.join(_escape(cell) for cell in row)} |"


def _escape(text: str) -> str:
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))
