"""`difference.md`: a difference for a pull request's comment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from compliance.difference import Difference
from compliance.difference.counts import counts_of
from compliance.difference.entries import FindingChange, Section
from compliance.difference.verdict import FailOn, fails
from compliance.difference.wording import (
    TITLES,
    control_line,
    grant_line,
    heading,
    origin,
    remarks,
    resource_line,
    seen,
    unchanged_lines,
    verdict_sentence,
)
from compliance.reports.markdown_text import COMMENT_LIMIT, Block, escape, fit

MARKER: Final = "<!-- compliance-difference -->"
"""The first line, by which a workflow finds the comment that it wrote before."""
_WHOLE: Final = "difference.json"
# A few, so that there is room for the findings.
_MOST_OF_ORIGIN: Final = 10


def write_markdown(difference: Difference, fail_on: FailOn) -> str:
    """The verdict, every count, what differs in the reports' origin, then the lists.

    Longer lists are cut, with a count of what is left out; the whole always fits a comment.
    """
    return fit(_opening(difference, fail_on), _blocks(difference), COMMENT_LIMIT, _WHOLE)


def _opening(difference: Difference, fail_on: FailOn) -> Iterator[str]:
    subject = difference.head.subject
    verdict = "failed" if fails(difference, fail_on) else "passed"
    if fail_on is FailOn.NEVER:
        verdict = "compared"
    yield MARKER
    yield f"# Compliance against the base: {verdict}"
    yield ""
    yield f"{escape(subject.project)}, stack {escape(subject.stack)}: " + escape(
        verdict_sentence(difference, fail_on)
    )
    yield ""
    yield "| findings | |"
    yield "|---|---|"
    counts = counts_of(difference)
    for section, count in counts.findings.items():
        yield f"| {section} | {count} |"
    yield ""
    yield "| other changes | |"
    yield "|---|---|"
    yield f"| controls with another status | {counts.controls} |"
    for grant, count in counts.grants.items():
        yield f"| grants {grant} | {count} |"
    for turn, count in counts.resources.items():
        yield f"| resources that {turn} | {count} |"


def _blocks(difference: Difference) -> Iterator[Block]:
    yield from _origin(difference)
    for section in (Section.NEW, Section.BACK, Section.CHANGED):
        yield from _findings(difference, section)
    yield from _block("Controls", map(control_line, difference.controls))
    yield from _block("Grants", map(grant_line, difference.grants))
    for section in (Section.WAIVED, Section.FIXED):
        yield from _findings(difference, section)
    yield from _block("Resources", map(resource_line, difference.resources))
    yield from _block(TITLES[Section.UNCHANGED], unchanged_lines(difference))


def _origin(difference: Difference) -> Iterator[Block]:
    told = list(origin(difference))
    rest = len(told) - _MOST_OF_ORIGIN
    more = [f"... and {rest} more, in {_WHOLE}"] if rest > 0 else []
    yield from _block("What differs beside the program", [*told[:_MOST_OF_ORIGIN], *more])


def _block(title: str, texts: Iterable[str]) -> Iterator[Block]:
    lines = tuple(f"- {escape(text)}" for text in texts)
    if lines:
        yield Block(title, lines)


def _findings(difference: Difference, section: Section) -> Iterator[Block]:
    lines = tuple(_line(each) for each in difference.of(section))
    if lines:
        yield Block(TITLES[section], lines)


def _line(change: FindingChange) -> str:
    told = "".join(f"; {escape(remark)}" for remark in remarks(change))
    return f"- **{escape(heading(change))}** {escape(seen(change))}{told}"
