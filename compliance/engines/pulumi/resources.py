"""The resources of a preview, as the engine's event log and the pack's record have them.

The log has what each resource is given, with `[secret]` for what is secret; the record has which
resources a property was made from. Together they are a stack for who wants the inputs.
https://github.com/pulumi/pulumi/blob/master/sdk/go/common/apitype/events.go (StepEventMetadata)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from payment_guardrails.record import Record, Recorded
from payment_guardrails.resource import Resource
from payment_guardrails.stack import Stack
from payment_guardrails.values import SECRET_TEXT, Secret, from_wire

_GONE: Final = ("delete", "delete-replaced", "discard", "read", "read-replacement")


def stack_of(
    project: str, stack: str, events: Iterable[tuple[str, Mapping[str, Any]]], record: Record
) -> Stack:
    """The resources that will be there, of the events of one log; those only read are left out."""
    recorded = {each.urn: each for each in record.resources}
    found: dict[str, Resource] = {}
    for kind, event in events:
        step = event.get("metadata") if kind == "resourcePreEvent" else None
        if step and step.get("new") and step["op"] not in _GONE:
            found[step["urn"]] = _resource(step["new"], recorded.get(step["urn"]))
    return Stack.of(project, stack, found.values())


def _resource(state: Mapping[str, Any], recorded: Recorded | None) -> Resource:
    dependencies: dict[str, tuple[str, ...]] = {}
    for link in recorded.links if recorded else ():
        dependencies[link.property] = (*dependencies.get(link.property, ()), link.target)
    urn: str = state["urn"]
    return Resource(
        urn=urn,
        type=state["type"],
        name=urn.rpartition("::")[2],
        inputs={name: _value(each) for name, each in (state.get("inputs") or {}).items()},
        outputs={"id": state["id"]} if state.get("id") else {},
        parent=state.get("parent") or None,
        property_dependencies=dependencies,
        custom=bool(state.get("custom")),
    )


def _value(given: Any) -> Any:
    return _marked(from_wire(given))


def _marked(value: Any) -> Any:
    """A value in which the log's word for a secret is one again."""
    if value == SECRET_TEXT:
        return Secret(SECRET_TEXT)
    if isinstance(value, dict):
        return {name: _marked(each) for name, each in value.items()}
    return [_marked(each) for each in value] if isinstance(value, list) else value
