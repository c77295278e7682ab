"""`report.md`: the verdict, what failed and the controls, for a pull request."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Final

from compliance.evidence import Evidence, Result
from compliance.reports import report_format
from compliance.wording import MEANING, name_of, verdict_line

_MARKUP: Final = re.compile(r"([\\`*_{}\[\]<>()#+!|~&])")
_MOST_LISTED: Final = 50


@report_format("md", "report.md")
def write_markdown(evidence: Evidence) -> str:
    """A short Markdown text; longer lists are cut with a count of what is left out."""
    return "\n".join(_lines(evidence)).encode("utf-8", "replace").decode() + "\n"


def _lines(evidence: Evidence) -> Iterator[str]:
    subject, summary = evidence.subject, evidence.summary
    yield f"# Compliance gate: {summary.verdict}"
    yield ""
    yield _escape(verdict_line(evidence))
    yield ""
    yield f"- program: {_escape(subject.project)}, stack {_escape(subject.stack)}"
    yield f"- engine: {subject.engine} ({_escape(subject.engine_note)})"
    yield f"- judged as of {subject.as_of}"
    tested, total = summary.requirements_with_evidence, summary.requirements_total
    yield f"- automated evidence for {tested} of {total} requirements"
    yield ""
    yield "| status | results |"
    yield "|---|---|"
    for status, count in summary.statuses.items():
        yield f"| {status} | {count} |"
    yield from _findings(evidence, "fail", "Failed")
    yield from _findings(evidence, "undecided", "Undecided")
    yield from _remediations(evidence)
    yield from _controls(evidence)
    if subject.notes:
        yield ""
        yield "## What the engine assumed or could not see"
        yield ""
        yield from (f"- {_escape(note)}" for note in subject.notes)


def _findings(evidence: Evidence, status: str, title: str) -> Iterator[str]:
    found = [result for result in evidence.results if result.status == status]
    if not found:
        return
    yield ""
    yield f"## {title}"
    yield ""
    for result in found[:_MOST_LISTED]:
        yield _finding(result)
    if len(found) > _MOST_LISTED:
        yield f"- ... and {len(found) - _MOST_LISTED} more, in report.html"


def _finding(result: Result) -> str:
    level = "" if result.level == "mandatory" else f" ({result.level})"
    return (
        f"- **{result.rule}**{level} on {_escape(name_of(result.resource))}: "
        f"{_escape(result.message)}"
    )


def _remediations(evidence: Evidence) -> Iterator[str]:
    changes = evidence.remediations
    if not changes:
        return
    yield ""
    yield "## Changed by rules"
    yield ""
    yield "| rule | resource | property | before | after |"
    yield "|---|---|---|---|---|"
    for change in changes[:_MOST_LISTED]:
        cells = (change.rule, name_of(change.urn), change.path, change.before, change.after)
        yield f"| {' | '.join(map(_escape, cells))} |"
    if len(changes) > _MOST_LISTED:
        yield ""
        yield f"... and {len(changes) - _MOST_LISTED} more, in report.html"


def _controls(evidence: Evidence) -> Iterator[str]:
    for framework, rows in groupby(evidence.controls, key=lambda row: (row.framework, row.version)):
        yield ""
        yield f"## {' '.join(framework)}"
        yield ""
        yield "| control | title | status |"
        yield "|---|---|---|"
        for row in rows:
            partial = " (partial)" if row.kind == "partial" else ""
            yield f"| {row.id} | {_escape(row.title)} | {MEANING[row.status].short}{partial} |"


def _escape(text: str) -> str:
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))
