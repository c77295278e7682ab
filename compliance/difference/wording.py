"""The words in which the text and the Markdown of a difference say the same thing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from compliance.difference import Difference
from compliance.difference.counts import Counts, counts_of
from compliance.difference.entries import (
    ControlChange,
    FieldChange,
    FindingChange,
    GrantChange,
    Reach,
    ResourceChange,
    Section,
)
from compliance.difference.verdict import FailOn, fails
from compliance.evidence import Result
from compliance.reports.characters import cut, one_line
from compliance.wording import MEANING, acceptance, name_of, plural

_LONGEST: Final = 300
_SUBJECT: Final[Mapping[str, str]] = {
    "project": "the project",
    "stack": "the stack",
    "engine": "the engine",
    "as_of": "the day that dates are judged on",
    "waivers": "the file of waivers",
}

TITLES: Final[Mapping[Section, str]] = {
    Section.NEW: "New",
    Section.BACK: "Back: no longer waived",
    Section.CHANGED: "Changed",
    Section.WAIVED: "Waived now",
    Section.FIXED: "Fixed",
    Section.UNCHANGED: "Unchanged",
}


def line_of(text: str) -> str:
    """A text of a report, which may come from anybody, in one line of bounded length."""
    return cut(one_line(text), _LONGEST)


def verdict_sentence(difference: Difference, fail_on: FailOn) -> str:
    """Whether the difference stops a pipeline, and why."""
    new = len(difference.newly_blocking)
    failed, undecided = difference.head.mandatory_failed, difference.head.mandatory_undecided
    is_are = "is" if new == 1 else "are"
    if fail_on is FailOn.ANY and fails(difference, fail_on):
        return (
            f"{failed} mandatory failed, {undecided} mandatory undecided; "
            f"{new} of them {is_are} new."
        )
    if new:
        return f"{plural(new, 'mandatory finding')} {is_are} new."
    known = failed + undecided
    rest = f"; {plural(known, 'mandatory finding')} from before remain" if known else ""
    return f"Nothing mandatory is new{rest}."


def counts_line(difference: Difference) -> str:
    """Every count that is not zero, in one line; the unchanged findings always."""
    counts = counts_of(difference)
    return "; ".join(filter(None, (_findings(counts), *_others(counts))))


def _findings(counts: Counts) -> str:
    told = [
        f"{count} {section}"
        for section, count in counts.findings.items()
        if count or section == Section.UNCHANGED
    ]
    return f"findings: {', '.join(told)}"


def _others(counts: Counts) -> Iterator[str]:
    if counts.controls:
        yield f"{plural(counts.controls, 'control')} changed status"
    for noun, found in (("resources", counts.resources), ("grants", counts.grants)):
        told = [f"{count} {kind}" for kind, count in found.items() if count]
        if told:
            yield f"{noun}: {', '.join(told)}"


def origin(difference: Difference) -> Iterator[str]:
    """What a reader must know first: what differs between the reports beside the program."""
    basis = difference.basis
    for change in basis.subject:
        what = _SUBJECT[change.field]
        yield f"{what} is not the same: {_field(change)}"
    if not basis.same_rules:
        yield (
            "the rules or their configuration are not the same in both reports: "
            "a difference may come from them and not from the program"
        )
    elif _same_program(difference) and _differs(difference):
        yield (
            "program and rules are the same in both reports: what differs comes from the "
            "stack's configuration, the waivers or the day"
        )
    for change in basis.pack:
        yield f"pack {change.field}: {_field(change)}"
    for change in basis.configuration:
        yield f"configuration of {change.field}: {_field(change)}"
    for what, names in (
        ("rules only in the base", basis.rules_gone),
        ("rules only in the head", basis.rules_come),
        ("frameworks only in the base", basis.frameworks_gone),
        ("frameworks only in the head", basis.frameworks_come),
    ):
        if names:
            yield f"{what}: {', '.join(names)}"
    if difference.grants_incomplete:
        who = ", ".join(map(_named, difference.grants_incomplete))
        yield f"grants that cannot all be told, and may differ in more than is shown: {who}"


def _same_program(difference: Difference) -> bool:
    return difference.base.subject.program_digest == difference.head.subject.program_digest


def _differs(difference: Difference) -> bool:
    return len(difference.of(Section.UNCHANGED)) < len(difference.findings) or any(
        (difference.controls, difference.resources, difference.grants)
    )


def _named(place: str) -> str:
    # A place is the end of a URN; the names before it do not show in the name.
    return name_of(place if place.startswith("urn:") else f"urn:pulumi:any::any::{place}")


def _field(change: FieldChange) -> str:
    return f"{change.before or 'none'} in the base, {change.after or 'none'} in the head"


def heading(change: FindingChange) -> str:
    """The rule of a finding, how bad it is, and whether it is only advisory."""
    result = change.shown
    level = "" if result.level == "mandatory" else f", {result.level}"
    return f"{change.rule} ({result.severity}{level})"


def unchanged_lines(difference: Difference) -> Iterator[str]:
    """The unchanged findings, counted by rule."""
    rules = Counter(heading(each) for each in difference.of(Section.UNCHANGED))
    yield from (f"{count} of {rule}" for rule, count in sorted(rules.items()))


def seen(change: FindingChange) -> str:
    """The resource of a finding, where the program makes it, and what was seen there."""
    where = f", {change.location}" if change.location else ""
    return f"{name_of(change.shown.resource)}{where}: {change.shown.message}"


def remarks(change: FindingChange) -> Iterator[str]:
    """What else there is to say of a finding: what it was, who accepts it, a possible new name."""
    before, after = change.before, change.after
    if change.section is Section.CHANGED and before is not None and after is not None:
        yield f"was {_standing(before)}; is {_standing(after)}"
    elif change.section is Section.BACK and before is not None:
        yield f"was {acceptance(before.waiver) or 'waived'}"
    elif change.section is Section.WAIVED and after is not None:
        yield f"{acceptance(after.waiver)}{'' if before else '; it is new'}"
    elif change.section is Section.FIXED and before is not None and before.status == "waived":
        yield f"was {acceptance(before.waiver) or 'waived'}"
    if after is not None and after.waiver_note:
        yield after.waiver_note
    if change.renamed:
        yield f"perhaps {name_of(change.renamed)} under another name: same rule, type and message"


def _standing(result: Result) -> str:
    accepted = acceptance(result.waiver) if result.status == "waived" else ""
    return accepted or f"{MEANING[result.status].short} ({result.level})"


def control_line(change: ControlChange) -> str:
    """A control and both its statuses."""
    before, after = (
        MEANING[status].short if status else "not there" for status in (change.before, change.after)
    )
    where = f"{change.framework} {change.version} {change.id}"
    return f"{where} {change.title}: {before} before, {after} now"


def resource_line(change: ResourceChange) -> str:
    """A resource and what became of it."""
    return f"{change.turn}: {name_of(change.shown.urn)}"


def grant_line(change: GrantChange) -> str:
    """A grant, what became of it, and why it counts as widened or narrowed."""
    grant = change.shown
    conditional = ", under a condition" if grant.conditional else ""
    text = f"{change.reach}: {name_of(grant.principal)}: {grant.action} on {grant.resource}"
    return f"{text}{conditional}{_reason(change)}"


def _reason(change: GrantChange) -> str:
    if change.covers:
        had = "before" if change.reach is Reach.WIDENED else "now"
        more = f" and {len(change.covers) - 1} more" if len(change.covers) > 1 else ""
        return f" (wider than {change.covers[0]}{more}, {had})"
    if change.before is not None and change.after is not None:
        return f" ({'without' if change.reach is Reach.WIDENED else 'with'} a condition now)"
    return ""
