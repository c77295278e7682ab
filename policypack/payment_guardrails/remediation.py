"""Remediation: the one right value that a rule can set by itself.

A rule's remedy gives, for a resource, the properties to set: top-level names with whole
values, nothing where there is nothing to mend. It never replaces a value that is not
known, and sets nothing but what its own rule asks for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from payment_guardrails.configuration import RuleConfiguration
from payment_guardrails.resource import Resource
from payment_guardrails.rule import Rule
from payment_guardrails.values import Reading, has_unknown


def replacing(resource: Resource, name: str, value: Any) -> Mapping[str, Any]:
    """The property `name` with its one right value; nothing where it is that, or unknown."""
    given = resource.read(name).value
    return {} if has_unknown(given) or given == value else {name: value}


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
        if resource.type not in rule.types:
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
