"""Where a property names another resource of the stack, and how that link is cut or swapped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from payment_guardrails.resource import Resource
from payment_guardrails.stack import Stack
from payment_guardrails.values import Unknown

from compliance.proof.change import Location, edited, found

_IDENTITIES: Final = ("arn", "id", "name", "url", "invokeArn")
_ELSEWHERE: Final = "elsewhere-"


@dataclass(frozen=True)
class Reference:
    """A property names `target` by its output `identity`; empty where its value is unknown."""

    target: Resource
    identity: str = ""


class References:
    """The resources of a stack, by what names them."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._by_value: dict[str, list[Reference]] = {}
        for resource in stack.resources:
            for identity in _IDENTITIES:
                value = resource.outputs.get(identity)
                if isinstance(value, str) and value:
                    self._by_value.setdefault(value, []).append(Reference(resource, identity))

    def of(self, resource: Resource, location: Location) -> Reference | None:
        """What the property names: by its value, else by the dependencies that are recorded."""
        value = found(resource.inputs, location)
        recorded = resource.property_dependencies.get(str(location[0]), ())
        if isinstance(value, str):
            named = [each for each in self._by_value.get(value, ()) if each.target != resource]
            preferred = [each for each in named if each.target.urn in recorded]
            return next(iter(preferred or named), None)
        targets = [self._stack.by_urn[urn] for urn in recorded if urn in self._stack.by_urn]
        if isinstance(value, Unknown) and targets:
            # Of several, the last is the nearest to the property: a stage comes after its API.
            return Reference(targets[-1])
        return None

    def cut(self, resource: Resource, location: Location, reference: Reference) -> Resource:
        """The resource with the property naming something that is not in the stack."""
        value = found(resource.inputs, location)
        if not reference.identity:
            return edited(_without(resource, location, reference), location, _ELSEWHERE.rstrip("-"))
        name = str(reference.target.outputs.get("name", value))
        before, slash, last = name.rpartition("/")
        other = str(value).replace(name, f"{before}{slash}{_ELSEWHERE}{last}")
        return edited(_without(resource, location, reference), location, other)

    def swapped(
        self, resource: Resource, location: Location, reference: Reference
    ) -> Iterator[tuple[Resource, Resource]]:
        """The resource naming each other one of the same type instead, and that other one."""
        for other in self._stack.of_types([reference.target.type]):
            if other.urn == reference.target.urn:
                continue
            member = str(location[0])
            recorded = resource.property_dependencies.get(member, ())
            dependencies = tuple(
                other.urn if urn == reference.target.urn else urn for urn in recorded
            )
            value = (
                other.outputs.get(reference.identity)
                if reference.identity
                else found(resource.inputs, location)
            )
            if value is not None:
                changed = edited(resource, location, value)
                yield (
                    replace(
                        changed,
                        property_dependencies={
                            **changed.property_dependencies, member: dependencies,
                        },
                    ),
                    other,
                )  # fmt: skip


def _without(resource: Resource, location: Location, reference: Reference) -> Resource:
    member = str(location[0])
    recorded = resource.property_dependencies.get(member, ())
    kept = tuple(urn for urn in recorded if urn != reference.target.urn)
    return replace(resource, property_dependencies={**resource.property_dependencies, member: kept})
