"""The stack that rules judge, with the indexes that keep cross-resource rules linear."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from payment_guardrails.resource import Resource
from payment_guardrails.values import Reading

_IDENTIFYING_OUTPUTS = ("id", "arn", "name", "url", "functionName", "invokeArn", "bucket")


@dataclass(frozen=True)
class Link:
    """Where a property points.

    `targets` are the resources of this stack it names. `decided` is False where the
    value is unknown and no recorded dependency tells what it names; an empty link that
    is decided points outside the stack, or nowhere.
    """

    targets: tuple[Resource, ...]
    decided: bool = True

    @property
    def target(self) -> Resource | None:
        """The resource, where there is exactly one."""
        return self.targets[0] if len(self.targets) == 1 else None


@dataclass(frozen=True)
class Stack:
    """All resources of one stack, ordered by URN whatever the order of registration."""

    project: str
    name: str
    resources: tuple[Resource, ...]

    @staticmethod
    def of(project: str, name: str, resources: Iterable[Resource]) -> Stack:
        """A stack of these resources, sorted by URN."""
        return Stack(project, name, tuple(sorted(resources, key=lambda resource: resource.urn)))

    @cached_property
    def by_urn(self) -> Mapping[str, Resource]:
        """Resources by URN."""
        return {resource.urn: resource for resource in self.resources}

    @cached_property
    def _by_type(self) -> Mapping[str, tuple[Resource, ...]]:
        index: dict[str, list[Resource]] = {}
        for resource in self.resources:
            index.setdefault(resource.type, []).append(resource)
        return {type_: tuple(found) for type_, found in index.items()}

    @cached_property
    def _by_identity(self) -> Mapping[tuple[str, str], tuple[Resource, ...]]:
        index: dict[tuple[str, str], dict[str, Resource]] = {}
        for resource in self.resources:
            for output in _IDENTIFYING_OUTPUTS:
                value = resource.identity(output).value
                if isinstance(value, str) and value:
                    index.setdefault((resource.type, value), {})[resource.urn] = resource
        return {key: tuple(found.values()) for key, found in index.items()}

    def of_types(self, types: Collection[str]) -> tuple[Resource, ...]:
        """The resources of any of these types, by type and then by URN."""
        return tuple(
            resource for type_ in sorted(types) for resource in self._by_type.get(type_, ())
        )

    def named(self, value: str, types: Collection[str]) -> tuple[Resource, ...]:
        """The resources of these types whose id, name, ARN or URL is `value`."""
        return tuple(
            resource
            for type_ in sorted(types)
            for resource in self._by_identity.get((type_, value), ())
        )

    def link(self, resource: Resource, reading: Reading, types: Collection[str]) -> Link:
        """The resources of `types` that a property of `resource` names.

        A known value is looked up as an id, name, ARN or URL. An unknown one is
        followed by the dependencies that the engine recorded for the property.
        """
        if reading.missing:
            return Link(())
        if isinstance(reading.value, str):
            return Link(self.named(reading.value, types))
        member = reading.path.split(".")[0].split("[")[0]
        urns = resource.property_dependencies.get(member, ())
        found = tuple(
            self.by_urn[urn]
            for urn in urns
            if urn in self.by_urn and self.by_urn[urn].type in types
        )
        return Link(found, decided=bool(found))
