"""`report.md`: the verdict, what failed where, and the controls, for a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Final

from compliance.evidence import ControlResult, Evidence, ResourceEntry, Result
from compliance.proof.page import effectiveness_line
from compliance.reports import report_format
from compliance.reports.markdown_text import (
    COMMENT_LIMIT,
    Block,
    escape,
    fit,
    row,
    table_head,
)
from compliance.reports.places import place_of, resources_by_urn
from compliance.reports.ranking import worst_first
from compliance.reports.second_opinion import differences, opinion_line, reading_of
from compliance.wording import MEANING, acceptance, name_of, subject_of, verdict_line

_WHOLE: Final = "report.html"
_CONTROL_STATUSES: Final = (
    "satisfied", "not_satisfied", "undecided", "waived", "not_tested", "manual",
)  # fmt: skip
_WANTING: Final = ("not_satisfied", "undecided", "waived")


@report_format("md", "report.md")
def write_markdown(evidence: Evidence) -> str:
    """A short Markdown text that always fits a comment; lists are cut with a count of the rest."""
    return fit(_opening(evidence), _blocks(evidence), COMMENT_LIMIT, _WHOLE)


def _opening(evidence: Evidence) -> Iterator[str]:
    subject, summary = evidence.subject, evidence.summary
    yield f"# Compliance gate: {escape(summary.verdict)}"
    yield ""
    yield escape(verdict_line(evidence))
    yield ""
    yield f"- program: {escape(subject.project)}, stack {escape(subject.stack)}"
    yield f"- engine: {escape(subject.engine)} ({escape(subject.engine_note)})"
    yield f"- judged as of {escape(subject.as_of)}"
    if evidence.waiver_file is not None:
        file = evidence.waiver_file
        yield f"- waivers: {escape(file.path)} ({escape(file.digest)})"
    tested, total = summary.requirements_with_evidence, summary.requirements_total
    yield f"- automated evidence for {tested} of {total} requirements"
    yield ""
    yield from table_head(*summary.statuses)
    yield f"| {' | '.join(str(count) for count in summary.statuses.values())} |"


def _blocks(evidence: Evidence) -> Iterator[Block]:
    yield from _findings(evidence, "fail", "Failed")
    yield from _findings(evidence, "undecided", "Undecided")
    yield from _exceptions(evidence)
    yield from _findings(evidence, "waived", "Waived")
    yield from _remediations(evidence)
    yield from _effectiveness(evidence)
    yield from _second_opinion(evidence)
    yield from _controls(evidence)
    notes = tuple(f"- {escape(note)}" for note in evidence.subject.notes)
    if notes:
        yield Block("What the engine assumed or could not see", notes)


def _findings(evidence: Evidence, status: str, title: str) -> Iterator[Block]:
    found = worst_first(each for each in evidence.results if each.status == status)
    if found:
        resources, folder = resources_by_urn(evidence), evidence.subject.folder
        lines = tuple(_finding(each, resources, folder) for each in found)
        yield Block(f"{title} ({len(found)})", lines)


def _finding(result: Result, resources: Mapping[str, ResourceEntry], folder: str) -> str:
    level = "" if result.level == "mandatory" else f", {result.level}"
    place = place_of(result, resources, folder)
    at = f" at {escape(str(place))}" if place.known else ""
    told = acceptance(result.waiver) or result.waiver_note
    return (
        f"- **{escape(result.rule)}** ({result.severity}{level}) "
        f"on {escape(name_of(result.resource))}{at}: {escape(result.message)}"
        f"{f'; {escape(told)}' if told else ''}"
    )


def _exceptions(evidence: Evidence) -> Iterator[Block]:
    rows = tuple(
        row(
            (
                waiver.id,
                subject_of(waiver),
                str(len(waiver.results)),
                waiver.owner,
                waiver.expires,
                f"{waiver.reason}{f' ({waiver.ticket})' if waiver.ticket else ''}",
                f"{waiver.status}{f': {waiver.explanation}' if waiver.explanation else ''}",
            )
        )
        for waiver in evidence.waivers
    )
    if rows:
        head = table_head("waiver", "for", "findings", "owner", "until", "reason", "status")
        yield Block("Exceptions", rows, head)


def _remediations(evidence: Evidence) -> Iterator[Block]:
    rows = tuple(
        row((each.rule, name_of(each.urn), each.path, each.before, each.after))
        for each in evidence.remediations
    )
    if rows:
        head = table_head("rule", "resource", "property", "before", "after")
        yield Block("Changed by rules", rows, head)


def _effectiveness(evidence: Evidence) -> Iterator[Block]:
    effectiveness = evidence.effectiveness
    if effectiveness is None:
        return
    survived = [
        f"- survived: {escape(name_of(each.resource))}: "
        f"{escape(each.path or 'the whole')}: {escape(each.change)}"
        for each in effectiveness.survivors
    ]
    untried = effectiveness.not_exercised
    lines = [
        f"- {escape(effectiveness_line(effectiveness))}",
        *([f"- not exercised: {escape(', '.join(untried))}"] if untried else []),
        *survived,
    ]
    yield Block("Operating effectiveness of the rules", tuple(lines))


def _second_opinion(evidence: Evidence) -> Iterator[Block]:
    opinion = evidence.second_opinion
    if opinion is None:
        return
    yield Block("Checkov's opinion", (escape(opinion_line(opinion)),))
    rows = tuple(
        row((each.theme, name_of(each.resource), each.pack, each.checkov, reading_of(each)))
        for each in differences(opinion)
    )
    if rows:
        head = table_head("theme", "resource", "pack", "Checkov", "reading")
        yield Block("Where the pack and Checkov differ", rows, head)
    unseen = tuple(f"- {escape(name_of(urn))}" for urn in opinion.unseen)
    if unseen:
        yield Block("Not seen by Checkov", unseen)


def _controls(evidence: Evidence) -> Iterator[Block]:
    """How many controls of each framework have which status, and those that are in the way."""
    rows = tuple(
        _framework_row(name, version, list(controls))
        for (name, version), controls in groupby(
            evidence.controls, key=lambda each: (each.framework, each.version)
        )
    )
    if rows:
        titles = (MEANING[status].short for status in _CONTROL_STATUSES)
        yield Block("Controls", rows, table_head("framework", *titles))
    wanting = tuple(
        row((f"{each.framework} {each.id}", each.title, MEANING[each.status].short))
        for status in _WANTING
        for each in evidence.controls
        if each.status == status
    )
    if wanting:
        head = table_head("control", "title", "status")
        yield Block("Controls that are not satisfied", wanting, head)


def _framework_row(name: str, version: str, controls: list[ControlResult]) -> str:
    counts = (sum(control.status == status for control in controls) for status in _CONTROL_STATUSES)
    return row((f"{name} {version}", *map(str, counts)))
