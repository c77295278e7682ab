"""Remediation: the one right value that a rule can set by itself.

A rule's remedy gives, for a resource, the properties to set: top-level names with whole
values, nothing where there is nothing to mend. It never replaces a value that is not
known, sets nothing but what its own rule asks for, and what was secret stays secret.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from payment_guardrails.configuration import RuleConfiguration
from payment_guardrails.resource import Resource
from payment_guardrails.rule import Rule
from payment_guardrails.values import Asset, Reading, Secret, Unknown, secret_on_the_wire


def replacing(resource: Resource, name: str, value: Any, *, holds: bool) -> Mapping[str, Any]:
    """The property `name` with its one right value.

    Nothing where it already `holds` what the rule asks for, in whatever spelling, or where
    a part of it is unknown.
    """
    given = resource.read(name)
    if holds or not _is_plain(given.value):
        return {}
    return {name: Secret(value) if given.secret else value}


def _is_plain(value: Any) -> bool:
    """True where all of the value can be read, and so be written again."""
    if isinstance(value, Secret):
        return _is_plain(value.value)
    if isinstance(value, Mapping):
        return all(_is_plain(item) for item in value.values())
    if isinstance(value, list | tuple):
        return all(_is_plain(item) for item in value)
    return not isinstance(value, Unknown | Asset)


def to_wire(value: Any) -> Any:
    """A value that a remedy sets, in the engine's encoding."""
    if isinstance(value, Secret):
        return secret_on_the_wire(to_wire(value.value))
    if isinstance(value, Mapping):
        return {name: to_wire(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_wire(item) for item in value]
    return value


@dataclass(frozen=True)
class Remediation:
    """What a rule changed: one property of one resource, as a report may show it."""

    rule: str
    urn: str
    path: str
    before: str
    after: str


def mend(
    resource: Resource, rules: Mapping[str, Rule], configuration: Mapping[str, RuleConfiguration]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The changes that the rules at level `remediate` make, each on top of the one before.

    Yields the rule's name and the properties it sets, in the order of the rules' names.
    """
    for name, rule in sorted(rules.items()):
        if rule.remedy is None or not configuration[name].remediate:
            continue
        if not rule.is_for(resource.type):
            continue
        changes = rule.remedy(resource, configuration[name].settings)
        if changes:
            yield name, changes
            resource = replace(resource, inputs={**resource.inputs, **changes})


def described(resource: Resource, rule: str, changes: Mapping[str, Any]) -> Iterator[Remediation]:
    """What a change does, property by property; secrets are masked."""
    for path, value in sorted(changes.items()):
        before, after = resource.read(path), Reading.of(value, path)
        yield Remediation(rule, resource.urn, path, before.text, after.text)
