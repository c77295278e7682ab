"""What the gate prints: the verdict and each fault with its fix, to be read at a glance."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Final

from payment_guardrails.finding import how_to_decide
from payment_guardrails.remediation import Remediation
from rich.console import Console, Group, RenderableType
from rich.text import Text

from compliance.evidence import Evidence, Result
from compliance.proof.effectiveness import Effectiveness
from compliance.proof.page import effectiveness_line
from compliance.wording import MEANING, acceptance, exceptions, name_of, plural, verdict_line

_STYLES: Final = {"fail": "bold red", "undecided": "bold yellow", "pass": "bold green"}
_SHOWN: Final = ("fail", "undecided", "waived", "pass", "not_applicable")


def console(*, stderr: bool = False) -> Console:
    """A console: colour and a moving line on a terminal, plain text to a pipe."""
    return Console(stderr=stderr, highlight=False, soft_wrap=True, emoji=False, markup=False)


@contextmanager
def progress(*, shown: bool) -> Iterator[Callable[[str], None]]:
    """Shows what goes on in one moving line, on a terminal; nothing where that is a pipe."""
    if not (shown and sys.stderr.isatty()):
        yield lambda _: None
        return
    with console(stderr=True).status("") as status:
        yield lambda text: status.update(Text(text, overflow="ellipsis", no_wrap=True))


def files(written: Iterable[Path], removed: Iterable[Path]) -> list[Text]:
    """A line for each file that was written, and for each of an earlier run that was removed."""
    return [
        *(Text(f"report: {path}", style="dim") for path in written),
        *(Text(f"removed: {path} (of an earlier run)", style="dim") for path in removed),
    ]


def summary(evidence: Evidence, files_told: Iterable[Text]) -> RenderableType:
    """The faults by rule, what the engine could not see, and the verdict last, at the eye.

    `files_told` are the lines of :func:`files`.
    """
    blocks: list[RenderableType] = []
    places = _places(evidence)
    blocks.extend(_waived(each) for each in evidence.results if each.status == "waived")
    for status in ("undecided", "fail"):
        found = [result for result in evidence.results if result.status == status]
        for _, group in groupby(found, key=lambda result: result.rule):
            blocks.append(_fault(status, list(group), places))
    blocks.extend(_changed(change) for change in evidence.remediations)
    blocks.extend(Text(f"note: {note}", style="dim") for note in evidence.subject.notes)
    blocks.extend(Text(f"note: {text}", style="yellow") for text in exceptions(evidence))
    if evidence.waiver_file is not None:
        file = evidence.waiver_file
        counted = plural(len(evidence.waivers), "waiver")
        blocks.append(Text(f"waivers: {file.path} ({counted}, {file.digest})", style="dim"))
    blocks.append(_counts(evidence))
    blocks.extend(files_told)
    blocks.append(verdict(evidence))
    return Group(*blocks)


def verdict(evidence: Evidence) -> Text:
    """The verdict in one line."""
    passed = evidence.summary.verdict == "pass"
    return Text.assemble(
        ("PASSED" if passed else "FAILED", _STYLES["pass" if passed else "fail"]),
        f"  {evidence.subject.project} ({evidence.subject.stack}): {verdict_line(evidence)}",
    )


def proof(effectiveness: Effectiveness, written: Iterable[Path]) -> RenderableType:
    """What survived, what was not tested, and the result of a proof last."""
    blocks: list[RenderableType] = [
        Text.assemble(
            ("SURVIVED", _STYLES["fail"]),
            f"  {name_of(each.resource)}: {each.path or 'the whole'}: {each.change}",
        )
        for each in effectiveness.survivors
    ]
    for unclassed in effectiveness.unclassed:
        count = plural(unclassed.resources, "resource")
        blocks.append(Text(f"not classed, and so not tested: {unclassed.type} ({count})"))
    if effectiveness.not_exercised:
        blocks.append(Text(f"not exercised: {', '.join(effectiveness.not_exercised)}"))
    blocks.extend(Text(f"report: {path}", style="dim") for path in written)
    passed = not effectiveness.survivors
    blocks.append(
        Text.assemble(
            ("PROVED" if passed else "NOT PROVED", _STYLES["pass" if passed else "fail"]),
            f"  {effectiveness.project} ({effectiveness.stack}): "
            f"{effectiveness_line(effectiveness)}",
        )
    )
    return Group(*blocks)


def _places(evidence: Evidence) -> Mapping[str, str]:
    """Where the program creates each resource, by its URN: file, from the project, and line."""
    return {
        each.urn: f"{each.location.file}:{each.location.line}"
        for each in evidence.resources
        if each.location is not None
    }


def _fault(status: str, results: list[Result], places: Mapping[str, str]) -> Text:
    first = results[0]
    level = "" if first.level == "mandatory" else f", {first.level}"
    seen = "".join(f"    {_seen(result, places)}\n" for result in results)
    remedies = (how_to_decide(result.message) for result in results if status == "undecided")
    remedy = next(filter(None, remedies), None)
    seen += f"    to decide it: {remedy}\n" if remedy else ""
    return Text.assemble(
        (MEANING[status].short.upper(), _STYLES[status]),
        f"  {first.rule} ({first.severity}{level})\n{seen}",
        (textwrap.indent(f"fix:\n{textwrap.indent(first.fix, '  ')}\n", "    "), "dim"),
    )


def _seen(result: Result, places: Mapping[str, str]) -> str:
    note = f"\n    {result.waiver_note}" if result.waiver_note else ""
    place = places.get(result.resource or "")
    at = f", {place}" if place else ""
    return f"{name_of(result.resource)}{at}: {result.message}{note}"


def _waived(result: Result) -> Text:
    return Text.assemble(
        (MEANING["waived"].short.upper(), "bold cyan"),
        f"  {result.rule} ({result.severity})\n    {name_of(result.resource)}: {result.message}\n"
        f"    {acceptance(result.waiver)}",
    )


def _changed(change: Remediation) -> Text:
    return Text.assemble(
        ("CHANGED", "bold cyan"),
        f"  {change.rule}\n    {name_of(change.urn)}: {change.path} was {change.before}, "
        f"is {change.after}",
    )


def _counts(evidence: Evidence) -> Text:
    counts = evidence.summary.statuses
    shown = [f"{counts[status]} {MEANING[status].short}" for status in _SHOWN if counts[status]]
    requirements = evidence.summary
    return Text(
        f"{', '.join(shown)} ({plural(sum(counts.values()), 'result')}); automated evidence for "
        f"{requirements.requirements_with_evidence} of "
        f"{plural(requirements.requirements_total, 'requirement')}"
    )
