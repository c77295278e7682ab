"""`report.md`: the verdict, what failed and the controls, for a pull request."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Final

from compliance.evidence import Evidence, Result
from compliance.proof.page import effectiveness_line
from compliance.reports import report_format
from compliance.wording import MEANING, acceptance, name_of, subject_of, verdict_line

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
    if evidence.waiver_file is not None:
        file = evidence.waiver_file
        yield f"- waivers: {_escape(file.path)} ({_escape(file.digest)})"
    tested, total = summary.requirements_with_evidence, summary.requirements_total
    yield f"- automated evidence for {tested} of {total} requirements"
    yield ""
    yield "| status | results |"
    yield "|---|---|"
    for status, count in summary.statuses.items():
        yield f"| {status} | {count} |"
    yield from _findings(evidence, "fail", "Failed")
    yield from _findings(evidence, "undecided", "Undecided")
    yield from _exceptions(evidence)
    yield from _remediations(evidence)
    yield from _effectiveness(evidence)
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
    told = acceptance(result.waiver) or result.waiver_note
    return (
        f"- **{result.rule}**{level} on {_escape(name_of(result.resource))}: "
        f"{_escape(result.message)}"
        f"{_escape(f'; {told}') if told else ''}"
    )


def _exceptions(evidence: Evidence) -> Iterator[str]:
    if not evidence.waivers:
        return
    yield ""
    yield "## Exceptions"
    yield ""
    yield "| waiver | for | findings | owner | until | reason | |"
    yield "|---|---|---|---|---|---|---|"
    for waiver in evidence.waivers[:_MOST_LISTED]:
        cells = (
            waiver.id,
            subject_of(waiver),
            str(len(waiver.results)),
            waiver.owner,
            waiver.expires,
            f"{waiver.reason}{f' ({waiver.ticket})' if waiver.ticket else ''}",
            f"{waiver.status}{f': {waiver.explanation}' if waiver.explanation else ''}",
        )
        yield f"| {' | '.join(map(_escape, cells))} |"
    if len(evidence.waivers) > _MOST_LISTED:
        yield ""
        yield f"... and {len(evidence.waivers) - _MOST_LISTED} more, in report.html"
    yield from _findings(evidence, "waived", "Waived")


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


def _effectiveness(evidence: Evidence) -> Iterator[str]:
    effectiveness = evidence.effectiveness
    if effectiveness is None:
        return
    yield ""
    yield "## Operating effectiveness of the rules"
    yield ""
    yield _escape(effectiveness_line(effectiveness))
    survivors = effectiveness.survivors
    if survivors:
        yield ""
        for each in survivors[:_MOST_LISTED]:
            change = f"{each.path or 'the whole'}: {each.change}"
            yield f"- survived: {_escape(name_of(each.resource))}: {_escape(change)}"
    if len(survivors) > _MOST_LISTED:
        yield f"- ... and {len(survivors) - _MOST_LISTED} more, in report.html"
    if effectiveness.not_exercised:
        yield ""
        yield f"Not exercised: {', '.join(effectiveness.not_exercised)}."


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
