"""The machinery of rules: how one is declared, registered and run.

A rule is one function with a decorator. Its docstring's first line says what holds, the
rest says why. A resource rule judges one resource at a time; a stack rule sees all.

    @resource_rule(
        "logs-group-retention",
        types=["aws:cloudwatch/logGroup:LogGroup"],
        severity=Severity.MEDIUM,
        fix="aws.cloudwatch.LogGroup(..., retention_in_days=7)",
    )
    def log_group_retention(resource: Resource, settings: Settings) -> Iterator[Finding]:
        ...

It yields a finding for every part it judged, passes included: a resource of one of the
rule's types without any finding is undecided, because a rule that says nothing proves
nothing.
"""

from __future__ import annotations

import inspect
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, NotRequired, TypedDict, Unpack

from payment_guardrails.finding import Finding, Status
from payment_guardrails.resource import Resource
from payment_guardrails.stack import ROOT_TYPE, Stack

ANY: Final = frozenset({"*"})
"""The types of a rule that judges resources of every type, other providers' included."""

Settings = Mapping[str, Any]
"""The configuration of one rule: a value for each of its options."""

ResourceCheck = Callable[[Resource, Settings], Iterable[Finding]]
StackCheck = Callable[[Stack, Settings], Iterable[Finding]]
Remedy = Callable[[Resource, Settings], Mapping[str, Any]]
"""The properties that make a resource hold the rule (see `remediation`); empty: none."""


class Level(StrEnum):
    """What a failure does: stop the deployment, only tell, or the rule does not run."""

    MANDATORY = "mandatory"
    ADVISORY = "advisory"
    DISABLED = "disabled"


class Severity(StrEnum):
    """How bad a failure is."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


@dataclass(frozen=True)
class Rule:
    """A rule of the pack.

    `types` are the resource types it gives verdicts on (:data:`ANY`: all of them).
    `options` is a JSON Schema fragment with a default for each configurable number or word.
    Exactly one of `resource_check` and `stack_check` is set. `remedy` is there where a
    single property has one right value.
    """

    name: str
    title: str
    rationale: str
    types: frozenset[str]
    severity: Severity
    level: Level
    fix: str
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    resource_check: ResourceCheck | None = None
    stack_check: StackCheck | None = None
    remedy: Remedy | None = None

    @property
    def defaults(self) -> Settings:
        """The value of every option where nothing is configured."""
        return {name: option["default"] for name, option in self.options.items()}

    def is_for(self, type_: str) -> bool:
        """True where the rule gives verdicts on resources of this type."""
        if self.types == ANY:
            return type_ != ROOT_TYPE
        return type_ in self.types

    def resources(self, stack: Stack) -> tuple[Resource, ...]:
        """The resources of a stack that the rule is for."""
        if self.types == ANY:
            return tuple(each for each in stack.resources if self.is_for(each.type))
        return stack.of_types(self.types)

    def judge(self, stack: Stack, settings: Settings) -> tuple[Finding, ...]:
        """All findings of this rule on the stack, at least one for each resource it is for."""
        resources = self.resources(stack)
        if self.resource_check is not None:
            return tuple(
                finding
                for resource in resources
                for finding in self.judge_resource(resource, settings)
            )
        assert self.stack_check is not None  # noqa: S101 - the decorators set one of the two
        try:
            findings = tuple(self.stack_check(stack, settings))
        except Exception as error:  # noqa: BLE001 - a rule that breaks must not pass anything
            return tuple(self._broken(resource, error) for resource in resources)
        judged = {finding.urn for finding in findings}
        return findings + tuple(
            self._silent(resource) for resource in resources if resource.urn not in judged
        )

    def judge_resource(self, resource: Resource, settings: Settings) -> tuple[Finding, ...]:
        """The findings of a resource rule on one resource of its types."""
        assert self.resource_check is not None  # noqa: S101 - callers ask for resource rules
        try:
            findings = tuple(self.resource_check(resource, settings))
        except Exception as error:  # noqa: BLE001 - a rule that breaks must not pass anything
            return (self._broken(resource, error),)
        return findings or (self._silent(resource),)

    def _broken(self, resource: Resource, error: Exception) -> Finding:
        message = (
            f"the rule {self.name} broke on this resource ({type(error).__name__}); "
            "please report it with the resource's inputs"
        )
        return Finding(Status.UNDECIDED, resource.urn, message)

    def _silent(self, resource: Resource) -> Finding:
        return Finding(Status.UNDECIDED, resource.urn, f"{self.name} gave no verdict")


_REGISTRY: dict[str, Rule] = {}


def _register(rule: Rule) -> None:
    if rule.name in _REGISTRY:
        raise ValueError(f"two rules are named {rule.name}")
    _REGISTRY[rule.name] = rule


def registered() -> Mapping[str, Rule]:
    """Every rule that has been imported, by name."""
    return MappingProxyType(dict(sorted(_REGISTRY.items())))


def _documented(check: Callable[..., object]) -> tuple[str, str]:
    title, _, rationale = inspect.cleandoc(check.__doc__ or "").partition("\n")
    if not title or not rationale.strip():
        raise ValueError(
            f"{check.__name__} needs a docstring: a line that says what holds, then why"
        )
    return title.rstrip("."), rationale.strip()


class Card(TypedDict):
    """What a rule declares beside its name and its function (see :class:`Rule`)."""

    types: Collection[str]
    severity: Severity
    fix: str
    level: NotRequired[Level]
    options: NotRequired[Mapping[str, Mapping[str, Any]]]
    remedy: NotRequired[Remedy]


def resource_rule(name: str, **card: Unpack[Card]) -> Callable[[ResourceCheck], ResourceCheck]:
    """Register a rule that judges each resource of `types` by itself."""

    def register(check: ResourceCheck) -> ResourceCheck:
        _register(replace(_declared(name, card, check), resource_check=check))
        return check

    return register


def stack_rule(name: str, **card: Unpack[Card]) -> Callable[[StackCheck], StackCheck]:
    """Register a rule that gives verdicts on resources of `types` by looking at the whole stack."""

    def register(check: StackCheck) -> StackCheck:
        _register(replace(_declared(name, card, check), stack_check=check))
        return check

    return register


def _declared(name: str, card: Card, check: Callable[..., object]) -> Rule:
    title, rationale = _documented(check)
    return Rule(
        name=name,
        title=title,
        rationale=rationale,
        types=frozenset(card["types"]),
        severity=card["severity"],
        level=card.get("level", Level.MANDATORY),
        fix=inspect.cleandoc(card["fix"]),
        options=card.get("options", {}),
        remedy=card.get("remedy"),
    )


def worst(findings: Iterable[Finding]) -> Status:
    """The status of a group of findings: the worst one among them."""
    order = list(Status)
    return min((finding.status for finding in findings), key=order.index)


def by_resource(findings: Iterable[Finding]) -> Iterator[tuple[str | None, tuple[Finding, ...]]]:
    """Findings grouped by the resource they speak of, ordered by URN."""
    groups: dict[str | None, list[Finding]] = defaultdict(list)
    for finding in findings:
        groups[finding.urn].append(finding)
    for urn in sorted(groups, key=lambda item: item or ""):
        yield urn, tuple(groups[urn])
