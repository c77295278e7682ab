"""What a terminal shows of a difference: all of it, or a few lines after the gate's own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rich.console import Group, RenderableType
from rich.text import Text

from compliance.difference import Difference
from compliance.difference.entries import FindingChange, Section
from compliance.difference.verdict import FailOn, fails
from compliance.difference.wording import (
    TITLES,
    control_line,
    counts_line,
    grant_line,
    heading,
    line_of,
    origin,
    remarks,
    resource_line,
    seen,
    unchanged_lines,
    verdict_sentence,
)

_STYLES: Final = {
    Section.NEW: "bold red",
    Section.BACK: "bold red",
    Section.CHANGED: "bold yellow",
    Section.WAIVED: "bold cyan",
    Section.FIXED: "bold green",
}
_FEW: Final = 5


def full(difference: Difference, fail_on: FailOn) -> tuple[Text, ...]:
    """All that differs, line by line, the verdict last; of the unchanged, counts by rule."""
    return (
        *map(_note, origin(difference)),
        *(line for change in difference.findings for line in _finding(change)),
        *_listed(TITLES[Section.UNCHANGED].lower(), [*unchanged_lines(difference)]),
        *_listed("controls", [control_line(each) for each in difference.controls]),
        *_listed("grants", [grant_line(each) for each in difference.grants]),
        *_listed("resources", [resource_line(each) for each in difference.resources]),
        Text(counts_line(difference)),
        brief_verdict(difference, fail_on),
    )


def brief(difference: Difference, fail_on: FailOn) -> RenderableType:
    """What is new and what else differs beside the program, in a few lines; the verdict last."""
    news = [
        each
        for each in difference.findings
        if each.section in (Section.NEW, Section.BACK) or each.newly_blocks
    ]
    notes = [[_note(each)] for each in origin(difference)]
    return Group(
        *_few(notes),
        *_few([[*_finding(each)] for each in news]),
        Text(counts_line(difference)),
        brief_verdict(difference, fail_on),
    )


def brief_verdict(difference: Difference, fail_on: FailOn) -> Text:
    """The verdict against the base in one line."""
    failed = fails(difference, fail_on)
    word, style = ("FAILED", "bold red") if failed else ("PASSED", "bold green")
    if fail_on is FailOn.NEVER:
        word, style = "COMPARED", "bold"
    base = difference.base.subject
    named = line_of(f"{base.project} ({base.stack})")
    return Text.assemble(
        (word, style), f"  against {named}: {verdict_sentence(difference, fail_on)}"
    )


def _few(blocks: list[list[Text]]) -> Iterator[Text]:
    """The first of many blocks, and how many more there are."""
    for block in blocks[:_FEW]:
        yield from block
    if len(blocks) > _FEW:
        yield Text(f"... and {len(blocks) - _FEW} more, in difference.json")


def _note(text: str) -> Text:
    return Text(f"note: {line_of(text)}", style="yellow")


def _finding(change: FindingChange) -> Iterator[Text]:
    if change.section is Section.UNCHANGED:
        return
    yield Text.assemble(
        (change.section.upper(), _STYLES[change.section]), f"  {line_of(heading(change))}"
    )
    yield Text(f"    {line_of(seen(change))}")
    yield from (Text(f"    {line_of(remark)}") for remark in remarks(change))


def _listed(title: str, lines: list[str]) -> Iterator[Text]:
    if lines:
        yield Text(f"{title}:", style="bold")
        yield from (Text(f"    {line_of(line)}") for line in lines)
