"""What functions use of AWS, held against what their roles grant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from payment_guardrails.finding import Finding, failed, passed, undecided
from payment_guardrails.iam.access import Access, arn_prefix, uses_of
from payment_guardrails.iam.attachments import Carriers, carriers, policies_of
from payment_guardrails.iam.carriers import ROLE
from payment_guardrails.iam.documents import Statement
from payment_guardrails.iam.recorded_use import NOT_SET, Recording, recorded_uses
from payment_guardrails.iam.service_use import (
    FUNCTION,
    Mappings,
    event_source_mappings,
    service_uses,
)
from payment_guardrails.resource import Resource
from payment_guardrails.stack import Stack
from payment_guardrails.values import UNKNOWN, Reading, Unknown


def compare(stack: Stack, recording: Recording) -> Iterator[Finding]:
    """A finding for each grant that was not used, and each use that is not granted."""
    given, read = carriers(stack), event_source_mappings(stack)
    for function in stack.of_types([FUNCTION]):
        yield from _compare(stack, function, recording, given, read)


def _compare(
    stack: Stack, function: Resource, recording: Recording, given: Carriers, read: Mappings
) -> Iterator[Finding]:
    wanted = "it must be known, to compare what is granted with what is used"
    handler = function.read("handler").string()
    if not isinstance(handler.value, str):
        unread = Reading(NOT_SET, handler.path) if handler.missing else handler
        yield undecided(function, unread, "a recording names functions by their handler")
        return
    recorded = recording.get(handler.value)
    if recorded is None:
        seen = Reading(Unknown(f"{handler.text} was not recorded"), handler.path)
        yield undecided(function, seen, "the recording must tell what the function uses")
        return
    used, granted = _uses(stack, function, recorded, read), _granted_to(stack, function, given)
    for reading in (used, granted):
        if isinstance(reading, Reading):
            yield undecided(function, reading, wanted)
            return
    assert isinstance(used, frozenset)  # noqa: S101 - the loop above returned otherwise
    assert isinstance(granted, frozenset)  # noqa: S101 - the same
    missing = [each for each in sorted(used) if not any(grant.covers(each) for grant in granted)]
    idle = [grant for grant in sorted(granted) if not any(grant.covers(each) for each in used)]
    for each in missing:
        yield failed(function, "role", f"used and not granted: {each}", f"used {each}")
    for each in idle:
        yield failed(function, "role", f"granted and not used: {each}", f"granted {each}")
    if not missing and not idle:
        yield passed(function, "role", f"its {len(used)} uses are what its role grants")


def _uses(
    stack: Stack, function: Resource, recorded: Mapping[str, Sequence[str]], read: Mappings
) -> frozenset[Access] | Reading:
    """What a function uses, and AWS under its role; the value that is not known, else."""
    place = arn_prefix(stack, function)
    if place.unknown:
        return place
    parts = (
        *recorded_uses(function, recorded, place.value),
        *service_uses(function, place.value, read),
    )
    unclear = next((each for each in parts if isinstance(each, Reading)), None)
    return unclear or uses_of(parts, place)


def _granted_to(stack: Stack, function: Resource, given: Carriers) -> frozenset[Access] | Reading:
    """What a function's role allows; a reading where that cannot be told."""
    role = stack.link(function, function.read("role"), [ROLE]).target
    if role is None:
        return Reading(UNKNOWN, "role")
    policies = policies_of(stack, role, given)
    statements = [each for document in policies.documents for each in document.statements]
    if not policies.complete or not all(_is_plain(each) for each in statements):
        return Reading(UNKNOWN, "role")
    return frozenset(
        Access(action.value, resource.value, action.secret or resource.secret)
        for statement in statements
        for action in statement.actions
        for resource in statement.resources
    )


def _is_plain(statement: Statement) -> bool:
    """True where a statement allows known actions on known resources without a condition."""
    return (
        statement.allows
        and statement.condition.missing
        and not statement.not_actions
        and not statement.not_resources
        and all(isinstance(e.value, str) for e in (*statement.actions, *statement.resources))
    )
