"""Who may do what: every grant of a stack's functions and roles, as its policies say it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from payment_guardrails.iam.access import Access, arn_prefix, covers, uses_of
from payment_guardrails.iam.actions import access_levels
from payment_guardrails.iam.arns import without_children
from payment_guardrails.iam.attachments import Source, carriers, policies_of
from payment_guardrails.iam.carriers import ROLE
from payment_guardrails.iam.documents import Statement
from payment_guardrails.iam.grant import (
    BY_AWS,
    NOT_RECORDED,
    RECORDED,
    UNUSED,
    Grant,
    GrantTable,
)
from payment_guardrails.iam.recorded_use import Recording, recorded_uses
from payment_guardrails.iam.service_use import (
    FUNCTION,
    Mappings,
    event_source_mappings,
    service_uses,
)
from payment_guardrails.resource import Resource
from payment_guardrails.stack import Stack
from payment_guardrails.values import SECRET_TEXT, Reading

_ALL_BUT: Final = "all but "
_WILDCARD: Final = re.compile(r"[*?]")


@dataclass(frozen=True)
class _Uses:
    """What a function was seen to use, and AWS under its role; None where nothing tells."""

    recorded: frozenset[Access] | None
    by_aws: frozenset[Access]

    def of(self, grant: Access) -> str:
        if self.recorded is not None and any(grant.covers(each) for each in self.recorded):
            return RECORDED
        if any(grant.covers(each) for each in self.by_aws):
            return BY_AWS
        return NOT_RECORDED if self.recorded is None else UNUSED


_NOTHING_KNOWN: Final = _Uses(None, frozenset())


def grant_table(stack: Stack, recording: Recording | None = None) -> GrantTable:
    """Every grant of the stack's functions and roles, with what a recording says of its use.

    What it cannot tell: grants of people, of other stacks' roles, and of resource policies.
    """
    given, read, arns = carriers(stack), event_source_mappings(stack), _Arns.of(stack)
    functions, unlinked = _functions_by_role(stack)
    grants: list[Grant] = []
    incomplete: set[str] = set(unlinked)
    for role in stack.of_types([ROLE]):
        policies = policies_of(stack, role, given)
        taking = functions.get(role.urn, ())
        for principal in taking or (role,):
            uses = _uses(stack, principal, recording, read) if taking else _NOTHING_KNOWN
            known = _Principal(principal.urn, role.urn, uses, arns)
            found = list(_grants(known, policies.sources))
            grants.extend(each for each in found if each is not None)
            if not policies.complete or None in found:
                incomplete.add(principal.urn)
    return GrantTable(tuple(sorted(set(grants))), tuple(sorted(incomplete)))


@dataclass(frozen=True)
class _Principal:
    principal: str
    role: str
    uses: _Uses
    arns: _Arns


@dataclass(frozen=True)
class _Arns:
    """ARN and URN of each resource whose ARN is known, by the service in its ARN."""

    stack: Stack
    by_service: Mapping[str, Sequence[tuple[str, str]]]

    @staticmethod
    def of(stack: Stack) -> _Arns:
        found: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for resource in stack.resources:
            arn = resource.identity("arn")
            if isinstance(arn.value, str) and not arn.secret and arn.value.count(":") >= 5:
                found[arn.value.split(":")[2]].append((arn.value, resource.urn))
        return _Arns(stack, found)

    def covered(self, pattern: str, service: str | None) -> frozenset[str]:
        """The resources of a service that a pattern covers; of all services where it is None."""
        if _WILDCARD.search(pattern):
            return frozenset(
                urn
                for each in (self.by_service if service is None else (service,))
                for arn, urn in self.by_service.get(each, ())
                if covers(pattern, arn)
            )
        if service is not None and pattern.split(":")[2:3] != [service]:
            return frozenset()
        # One ARN is looked up, by names too: before a first deployment they tell whose it will be.
        return frozenset(each.urn for each in self.stack.named(pattern, self.stack.types))


def _functions_by_role(stack: Stack) -> tuple[Mapping[str, list[Resource]], list[str]]:
    by_role: dict[str, list[Resource]] = defaultdict(list)
    unlinked: list[str] = []
    for function in stack.of_types([FUNCTION]):
        role = stack.link(function, function.read("role"), [ROLE]).target
        if role is None:
            unlinked.append(function.urn)
        else:
            by_role[role.urn].append(function)
    return by_role, unlinked


def _grants(known: _Principal, sources: Sequence[Source]) -> Iterator[Grant | None]:
    """The grants of the documents; None for each that is not known."""
    denied = any(not each.may_allow for source in sources for each in source.document.statements)
    for source in sources:
        for statement in source.document.statements:
            if statement.may_allow:
                yield from _of_statement(known, source.policy, statement, denied=denied)


def _of_statement(
    known: _Principal, policy: str, statement: Statement, *, denied: bool
) -> Iterator[Grant | None]:
    readings = (
        *statement.actions, *statement.not_actions, *statement.resources, *statement.not_resources,
    )  # fmt: skip
    if not statement.allows or not all(isinstance(each.value, str) for each in readings):
        yield None
        return
    conditional = denied or not statement.condition.missing
    for action in _named(statement.actions, statement.not_actions):
        for resource in _named(statement.resources, statement.not_resources):
            yield Grant(
                principal=known.principal,
                role=known.role,
                policy=policy,
                action=action,
                resource=resource,
                targets=_targets(known, action, resource),
                access=access_levels(action),
                conditional=conditional,
                use=known.uses.of(Access(action, resource)),
            )


def _named(given: Sequence[Reading], left_out: Sequence[Reading]) -> Iterator[str]:
    if left_out:
        yield f"{_ALL_BUT}{', '.join(map(_text, left_out))}"
    yield from map(_text, given)


def _text(reading: Reading) -> str:
    return SECRET_TEXT if reading.secret else str(reading.value)


def _targets(known: _Principal, action: str, resource: str) -> tuple[str, ...]:
    service = action.partition(":")[0].lower()
    everything = action.startswith(_ALL_BUT) or "*" in service
    pattern = "*" if resource.startswith(_ALL_BUT) else without_children(resource)
    return tuple(sorted(known.arns.covered(pattern, None if everything else service)))


def _uses(stack: Stack, function: Resource, recording: Recording | None, read: Mappings) -> _Uses:
    place = arn_prefix(stack, function)
    if place.unknown:
        return _NOTHING_KNOWN
    by_aws = service_uses(function, place.value, read)
    handler = function.read("handler").value
    recorded = (recording or {}).get(handler) if isinstance(handler, str) else None
    return _Uses(
        None
        if recorded is None
        else uses_of(recorded_uses(function, recorded, place.value), place),
        uses_of(by_aws, place),
    )
