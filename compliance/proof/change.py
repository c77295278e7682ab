"""One change of a stack's data, and the editing of properties that makes it.

Resources are never changed in place: an edit gives a new one. A document that is written as
JSON text is edited inside, and written as text again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from payment_guardrails.resource import Resource
from payment_guardrails.stack import Stack
from payment_guardrails.values import Secret

Location = tuple[str | int, ...]
"""Where a value stands in a resource's inputs: names of members and numbers of elements."""

EVERY: Final = "*"
"""In a path: each member, or each element."""


class Removed:
    """Says of a value that it is taken away."""

    def __repr__(self) -> str:
        return "removed"


REMOVED: Final = Removed()


class Kind(StrEnum):
    """What a change does, for the reader of the report."""

    REMOVED = "property removed"
    VALUE = "value weakened"
    LINK = "link cut"
    GRANT = "grant widened"
    IDLE = "grant made worthless"
    SECRET = "secret exposed"  # noqa: S105 - a kind of change
    RESOURCE = "resource removed"


@dataclass(frozen=True)
class Change:
    """A weakening: `urn` is the resource it is made on, `path` the property, `what` it does.

    `edits` are the resources that are other than before, by URN; None where one is gone.
    """

    kind: Kind
    urn: str
    path: str
    what: str
    edits: Mapping[str, Resource | None]

    def applied(self, stack: Stack) -> Stack:
        """The stack after the change."""
        resources = (self.edits.get(each.urn, each) for each in stack.resources)
        return Stack(
            stack.project,
            stack.name,
            tuple(each for each in resources if each is not None),
            stack.default_providers,
        )


def locations(inputs: Mapping[str, Any], path: str) -> Iterator[Location]:
    """Where the dotted `path` leads; a list on the way stands for each of its elements.

    The last member may be absent, so that it can be set; those before it may not.
    """
    yield from _locations(inputs, tuple(path.split(".")), ())


def _locations(value: Any, members: tuple[str, ...], before: Location) -> Iterator[Location]:
    if not members:
        yield before
        return
    inside, _ = opened(value)
    head, rest = members[0], members[1:]
    if isinstance(inside, list):
        tail = rest if head == EVERY else members
        for index, element in enumerate(inside):
            yield from _locations(element, tail, (*before, index))
    elif isinstance(inside, Mapping):
        for name in sorted(inside) if head == EVERY else [_spelled(inside, head)]:
            if rest and name not in inside:
                continue
            yield from _locations(inside.get(name), rest, (*before, name))


def _spelled(value: Mapping[str, Any], name: str) -> str:
    """The name as the program spells it: nested members may be in snake_case."""
    snake = re.sub(r"(?<=[a-z0-9])([A-Z])", lambda found: f"_{found[0].lower()}", name)
    return snake if name not in value and snake in value else name


def opened(value: Any) -> tuple[Any, type | None]:
    """What is inside a value: the data in JSON text, and what a secret holds; and its wrapping."""
    if isinstance(value, Secret):
        return opened(value.value)[0], Secret
    if isinstance(value, str) and value.lstrip().startswith(("{", "[")):
        try:
            return json.loads(value), str
        except ValueError:
            return value, None
    return value, None


def found(inputs: Mapping[str, Any], location: Location) -> Any:
    """The value at a location, :data:`REMOVED` where there is none."""
    value: Any = inputs
    for member in location:
        value, _ = opened(value)
        if isinstance(value, Mapping) and member in value:
            value = value[str(member)]
        elif isinstance(value, list) and isinstance(member, int) and member < len(value):
            value = value[member]
        else:
            return REMOVED
    return value


def put(value: Any, location: Location, new: Any) -> Any:
    """A copy of `value` with `new` at a location, or without what is there."""
    if not location:
        return new
    inside, wrapping = opened(value)
    head, rest = location[0], location[1:]
    result: Any
    if isinstance(inside, list):
        index = int(head)
        changed = put(inside[index], rest, new)
        kept = [] if changed is REMOVED else [changed]
        result = [*inside[:index], *kept, *inside[index + 1 :]]
    else:
        name = str(head)
        changed = put(inside.get(name), rest, new)
        result = dict(inside)
        result.pop(name, None)
        if changed is not REMOVED:
            result[name] = changed
    if wrapping is str:
        return json.dumps(result)
    return Secret(result) if wrapping is Secret else result


def edited(resource: Resource, location: Location, new: Any) -> Resource:
    """A resource with another value at a location.

    A whole property that is replaced no longer depends on what its value was made from. A
    resource whose name changes has other ids and ARNs, or none that is known.
    """
    inputs = put(resource.inputs, location, new)
    dependencies = dict(resource.property_dependencies)
    outputs = dict(resource.outputs)
    if len(location) == 1:
        dependencies.pop(str(location[0]), None)
        if location[0] == "name":
            outputs = renamed(outputs, str(resource.inputs.get("name")), new)
    return replace(resource, inputs=inputs, outputs=outputs, property_dependencies=dependencies)


def renamed(outputs: Mapping[str, Any], old: str, new: Any) -> dict[str, Any]:
    """What an engine would derive from another name; nothing where there is none."""
    if not isinstance(new, str):
        return {}
    return {
        name: value.replace(old, new) if isinstance(value, str) else value
        for name, value in outputs.items()
    }


def shown(location: Location) -> str:
    """A location as findings write it: `apiStages[0].stage`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return text.removeprefix(".")
