"""Which resources of a state exist, and what of them is not certain.

An update that was interrupted leaves operations in the state whose end nobody recorded. A
pass that rests on such a resource would be a guess, so what the operation may have changed
is unknown, and rules are `undecided` where it could change their verdict. That is for
`pulumi refresh` to find out, not for the gate. The same holds for a resource whose
deployment failed half way (`initErrors`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from payment_guardrails.resource import Resource
from payment_guardrails.stack import ROOT_TYPE
from payment_guardrails.values import Unknown

from compliance.engines.state.entry import Entry, MalformedError

CREATING: Final = "creating"
UPDATING: Final = "updating"
DELETING: Final = "deleting"
READING: Final = "reading"
KINDS: Final = (CREATING, UPDATING, DELETING, READING)
"""The kinds of `apitype.OperationType`."""

_REFRESH: Final = "run `pulumi refresh` and export again"


@dataclass(frozen=True)
class Operation:
    """What an update was doing with a resource when it was interrupted.

    `entry` is the resource as the operation was to make it, or to delete it.
    """

    kind: str
    entry: Entry


@dataclass(frozen=True)
class Existing:
    """The resources to be judged; `notes` tell what was left out or is not certain."""

    resources: tuple[Resource, ...]
    notes: tuple[str, ...]


def existing(entries: Iterable[Entry], operations: Iterable[Operation]) -> Existing:
    """The resources that the entries and the interrupted operations tell of.

    Raises :class:`MalformedError` where two that exist have the same URN.
    """
    listed: dict[str, Entry] = {}
    notes: set[str] = set()
    for entry in entries:
        if entry.type == ROOT_TYPE:
            continue
        why_not = _why_not_judged(entry)
        if why_not:
            notes.add(f"{entry.urn} {why_not}")
        elif entry.urn in listed:
            raise MalformedError(f"two of its resources have the URN {entry.urn}")
        else:
            listed[entry.urn] = entry
    resources = {urn: entry.resource() for urn, entry in listed.items()}
    for urn, entry in listed.items():
        if entry.init_errors:
            notes.add(f"{urn}: deploying it failed half way; {_REFRESH}")
            resources[urn] = _half_made(resources[urn])
    for operation in operations:
        entry = operation.entry
        if operation.kind == READING or entry.external or entry.type == ROOT_TYPE:
            continue  # it changes nothing that is judged
        notes.add(
            f"{entry.urn}: an update was interrupted while {operation.kind} it; what became "
            f"of it is not certain: {_REFRESH}"
        )
        if not entry.delete:
            known = resources.get(entry.urn)
            resources[entry.urn] = _in_doubt(known, listed.get(entry.urn), operation)
    return Existing(tuple(resources.values()), tuple(sorted(notes)))


def _why_not_judged(entry: Entry) -> str:
    if entry.external:
        return "is only read by the program: it was not judged"
    if entry.delete and entry.retain_on_delete:
        return f"({entry.id}) was replaced and will be kept: it still exists and was not judged"
    if entry.delete:
        return (
            f"({entry.id}) was replaced and waits to be deleted: it still exists and was not "
            "judged; `pulumi up` deletes it"
        )
    if entry.pending_replacement:
        return "was deleted and waits to be made again: it was not judged"
    return ""


def _half_made(resource: Resource) -> Resource:
    doubt = Unknown(f"is not certain: deploying the resource failed half way; {_REFRESH}")
    return replace(resource, inputs=dict.fromkeys(resource.inputs, doubt), property_dependencies={})


def _in_doubt(known: Resource | None, listed: Entry | None, operation: Operation) -> Resource:
    """The resource with all that the operation may have changed unknown."""
    doubt = Unknown(
        f"is not certain: an update was interrupted while {operation.kind} the resource; {_REFRESH}"
    )
    if known is None or listed is None or operation.kind == DELETING:
        # Whether it exists is not certain: nothing may be found by its name either.
        whole = known or operation.entry.resource()
        names = {*whole.inputs, "name"}
        return replace(
            whole, inputs=dict.fromkeys(sorted(names), doubt), outputs={}, property_dependencies={}
        )
    before, after = listed.inputs, operation.entry.inputs
    changed = {name for name in {*before, *after} if before.get(name) != after.get(name)}
    return replace(
        known,
        inputs={**known.inputs, **dict.fromkeys(sorted(changed), doubt)},
        outputs={name: value for name, value in known.outputs.items() if name not in changed},
        property_dependencies={
            name: urns for name, urns in known.property_dependencies.items() if name not in changed
        },
    )
