"""The waivers of a run of the gate: which file, and what became of each of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from payment_guardrails.record import Record
from payment_guardrails.rules import registered
from payment_guardrails.waivers.foreign import is_foreign
from payment_guardrails.waivers.place import chosen, named
from payment_guardrails.waivers.settings import waiver_settings
from payment_guardrails.waivers.waiver_file import read_waivers
from payment_guardrails.waivers.waiving import Waiving

from compliance.engines.engine import EngineError
from compliance.evidence import Result, WaiverEntry, WaiverFileEntry
from compliance.project_folder import project_folder


def locate(program: Path, given: Path | None, configuration: Any) -> tuple[Path, str] | None:
    """The file of waivers for a program, and its name for readers; None where there is none.

    It is the one `given`, else the one that the policy configuration names, else the one in
    the program's project. Raises `ConfigurationError` where the configuration is not valid.
    """
    configured = waiver_settings(configuration).path
    project = project_folder(program)
    if given is not None:
        return given, named(given, project, str(given))
    return chosen(project, configured)


def find_waivers(
    program: Path, given: Path | None, configuration: Any, as_of: date
) -> Waiving | None:
    """The waivers for a program (see :func:`locate`), judged on a day.

    Raises `WaiverFileError` where the file is not valid, too.
    """
    found = locate(program, given, configuration)
    if found is None:
        return None
    file, shown = found
    return Waiving(read_waivers(file, registered()), shown, as_of)


def waiver_file_entry(waiving: Waiving | None) -> WaiverFileEntry | None:
    """What the evidence says of the file."""
    return None if waiving is None else WaiverFileEntry(waiving.shown, waiving.file.digest)


def waiver_entries(
    waiving: Waiving | None, results: Iterable[Result], *, every_tool: bool = False
) -> tuple[WaiverEntry, ...]:
    """Every waiver, with the results that it speaks of, in the order of the file.

    Those of another tool's checks are left out unless that tool was asked: `every_tool`.
    """
    if waiving is None:
        return ()
    matched: dict[str, set[str]] = defaultdict(set)
    for result in results:
        if result.status in ("fail", "undecided", "waived"):
            for waiver in waiving.matching(result.rule, result.id, result.resource):
                matched[waiver.id].add(result.id)
    return tuple(
        WaiverEntry(
            id=used.waiver.id,
            status=used.standing.value,
            explanation=used.explanation,
            results=used.findings,
            rule=used.waiver.rule,
            finding=used.waiver.finding,
            resource=used.waiver.resource,
            reason=used.waiver.reason,
            owner=used.waiver.owner,
            expires=used.waiver.expires,
            ticket=used.waiver.ticket or None,
            line=used.waiver.line,
        )
        for used in waiving.uses(matched)
        if every_tool or not is_foreign(used.waiver.rule)
    )


def confirm_waived(record: Record, results: Iterable[Result]) -> None:
    """Hold what the pack waived in a preview against what the gate waives.

    Raises :class:`EngineError` where they disagree.
    """
    ours = {each.id: each.waiver["id"] for each in results if each.waiver is not None}
    if ours != record.waived:
        differing = sorted(dict(ours.items() ^ record.waived.items()))
        raise EngineError(
            "the pack and the gate disagree on what is waived "
            f"({'; '.join(differing[:3])}): was the file of waivers changed meanwhile? Run it again"
        )
