"""The stack that rules judge, with the indexes that keep cross-resource rules linear."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from payment_guardrails.resource import Resource
from payment_guardrails.values import UNKNOWN, Reading

ROOT_TYPE: Final = "pulumi:pulumi:Stack"
"""The type of the component that holds all of a stack."""

_IDENTIFYING_OUTPUTS = ("id", "arn", "name", "url", "functionName", "invokeArn", "bucket")
# Where the service of an ARN is not the module of the type:
# https://docs.aws.amazon.com/service-authorization/latest/reference/
_ARN_SERVICES: Final[Mapping[str, frozenset[str]]] = {
    "cloudwatch": frozenset({"cloudwatch", "events", "logs"}),
    "sfn": frozenset({"states"}),
}


@dataclass(frozen=True)
class Link:
    """Where a property points.

    `targets` are the resources of this stack it names. `decided` is False where the
    value is unknown and no recorded dependency tells what it names, or where it is known
    and may be the name, yet unknown, of a resource; an empty link that is decided points
    outside the stack, or nowhere.
    """

    targets: tuple[Resource, ...]
    decided: bool = True

    @property
    def target(self) -> Resource | None:
        """The resource, where there is exactly one."""
        return self.targets[0] if len(self.targets) == 1 else None


@dataclass(frozen=True)
class Stack:
    """All resources of one stack, ordered by URN whatever the order of registration.

    `default_providers` are the inputs of the providers that the engine makes by itself, by
    package, where it does not show them among the resources.
    """

    project: str
    name: str
    resources: tuple[Resource, ...]
    default_providers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @staticmethod
    def of(
        project: str,
        name: str,
        resources: Iterable[Resource],
        default_providers: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> Stack:
        """A stack of these resources, sorted by URN."""
        ordered = tuple(sorted(resources, key=lambda resource: resource.urn))
        return Stack(project, name, ordered, default_providers or {})

    @cached_property
    def by_urn(self) -> Mapping[str, Resource]:
        """Resources by URN."""
        return {resource.urn: resource for resource in self.resources}

    def provider(self, resource: Resource) -> Reading:
        """What configures the provider of a resource: one of the program, or the default one.

        Its members are the provider's inputs, of which those that are no texts may come as
        JSON. Unknown where the resource names a provider that is not in the stack.
        """
        if resource.provider is None:
            package = resource.type.partition(":")[0]
            return Reading(self.default_providers.get(package, {}), "provider")
        found = self.by_urn.get(resource.provider)
        return Reading(UNKNOWN if found is None else found.inputs, "provider")

    @cached_property
    def types(self) -> frozenset[str]:
        """The types of the resources."""
        return frozenset(self._by_type)

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

    @cached_property
    def identities(self) -> Mapping[str, frozenset[str]]:
        """The URNs of the resources that have a text as their id, name, ARN or URL."""
        index: dict[str, set[str]] = {}
        for (_, value), resources in self._by_identity.items():
            index.setdefault(value, set()).update(each.urn for each in resources)
        return {value: frozenset(urns) for value, urns in index.items()}

    @cached_property
    def _types_with_unknown_names(self) -> frozenset[str]:
        # A name that the provider draws is no name that a program can have spelled out.
        return frozenset(
            resource.type
            for resource in self.resources
            if resource.read("name").unknown and resource.identity("arn").unknown
        )

    def of_types(self, types: Collection[str]) -> tuple[Resource, ...]:
        """The resources of any of these types, by type and then by URN."""
        return tuple(
            resource for type_ in sorted(types) for resource in self._by_type.get(type_, ())
        )

    def named(self, value: str, types: Collection[str]) -> tuple[Resource, ...]:
        """The resources of these types whose id, name, ARN or URL is `value`.

        An ARN that was built from a name is also found where the resource's own ARN is
        not known yet, as in a first preview.
        """
        return tuple(resource for type_ in sorted(types) for resource in self._named(value, type_))

    def _named(self, value: str, type_: str) -> tuple[Resource, ...]:
        found = self._by_identity.get((type_, value), ())
        if found or not _is_arn_of(value, type_):
            return found
        return tuple(
            resource
            for name in _names_in(value)
            for resource in self._by_identity.get((type_, name), ())
            if resource.identity("arn").unknown
        )

    def link(self, resource: Resource, reading: Reading, types: Collection[str]) -> Link:
        """The resources of `types` that a property of `resource` names.

        A known value is looked up as an id, name, ARN or URL. An unknown one is
        followed by the dependencies that the engine recorded for the property.
        """
        if reading.missing:
            return Link(())
        if isinstance(reading.value, str):
            targets = self.named(reading.value, types)
            return Link(targets, bool(targets) or self._types_with_unknown_names.isdisjoint(types))
        member = reading.path.split(".")[0].split("[")[0]
        urns = resource.property_dependencies.get(member, ())
        found = tuple(
            self.by_urn[urn]
            for urn in urns
            if urn in self.by_urn and self.by_urn[urn].type in types
        )
        return Link(found, decided=bool(found))


def _is_arn_of(value: str, type_: str) -> bool:
    module = type_.partition(":")[2].partition("/")[0]
    parts = value.split(":", 5)
    return (
        len(parts) == 6
        and parts[0] == "arn"
        and parts[2] in _ARN_SERVICES.get(module, frozenset({module}))
    )


def _names_in(arn: str) -> tuple[str, ...]:
    """What an ARN's resource may be called: without its type, and in IAM without its path."""
    *_, service, _, _, part = arn.split(":", 5)
    if service == "iam":
        return (part.rsplit("/", 1)[-1],)
    without_type = re.split(r"[:/]", part, maxsplit=1)[-1]
    # A parameter's name begins with the slash that its ARN has after the type.
    return without_type, f"/{without_type}"
