"""Rules on Lambda functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from payment_guardrails.authorization import all_of, allowed
from payment_guardrails.finding import Finding, failed, passed, undecided
from payment_guardrails.iam.attachments import Carriers, carriers, policies_of
from payment_guardrails.iam.carriers import POLICY, ROLE, documents_of
from payment_guardrails.iam.managed_policies import managed_document, managed_name
from payment_guardrails.remediation import replacing
from payment_guardrails.resource import Resource
from payment_guardrails.rule import Settings, Severity, resource_rule, stack_rule
from payment_guardrails.stack import Stack
from payment_guardrails.values import UNKNOWN, Reading, Unknown

FUNCTION: Final = "aws:lambda/function:Function"

# https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html, "Execution role permissions"
_TRACE_ACTIONS: Final = ("xray:PutTraceSegments", "xray:PutTelemetryRecords")


def _traced(resource: Resource, _: Settings) -> Mapping[str, Any]:
    holds = resource.read("tracingConfig.mode").value == "Active"
    return replacing(resource, "tracingConfig", {"mode": "Active"}, holds=holds)


def _on_arm64(resource: Resource, _: Settings) -> Mapping[str, Any]:
    given = [item.value for item in resource.read("architectures").elements()]
    return replacing(resource, "architectures", ["arm64"], holds=given == ["arm64"])


@stack_rule(
    "lambda-function-tracing",
    types=[FUNCTION],
    severity=Severity.MEDIUM,
    remedy=_traced,
    fix="""
        aws.lambda_.Function("process", ..., tracing_config={"mode": "Active"})
        # and in its role's policy:
        # {"Effect": "Allow", "Resource": "*",
        #  "Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]}
    """,
)
def function_tracing(stack: Stack, _: Settings) -> Iterator[Finding]:
    """X-Ray tracing is Active, and the function's role may write traces.

    With tracing on and the grant missing, traces are dropped without an error:
    https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html
    """
    given = carriers(stack)
    for function in stack.of_types([FUNCTION]):
        mode = function.read("tracingConfig.mode").string()
        wanted = "tracing_config.mode must be Active"
        if mode.unknown:
            yield undecided(function, mode, wanted)
        elif mode.value != "Active":
            yield failed(function, mode.path, f"tracing is {mode.text}; {wanted}")
        else:
            yield _may_trace(stack, function, given)


def _may_trace(stack: Stack, function: Resource, given: Carriers) -> Finding:
    reading = function.read("role")
    wanted = f"its role must allow {' and '.join(_TRACE_ACTIONS)} on *"
    if reading.missing:
        return failed(function, reading.path, f"tracing is Active and role is not set; {wanted}")
    role = stack.link(function, reading, [ROLE]).target
    if role is None:
        why = f"tracing is Active and the role is not one role of this stack; {wanted}"
        return undecided(function, _unread(reading), why)
    policies = policies_of(stack, role, given)
    answers = {
        action: all_of(
            (
                allowed(policies.documents, action, _covers_everything),
                _within_boundary(stack, role, action),
            )
        )
        for action in _TRACE_ACTIONS
    }
    refused = [action for action, answer in answers.items() if answer is False]
    if refused and policies.complete:
        return failed(
            function,
            "role",
            f"tracing is Active but the role {role.name} may not {', '.join(refused)}; {wanted}",
        )
    if not policies.complete or None in answers.values() or refused:
        return undecided(
            function,
            Reading(Unknown(f"is {role.name}, whose policies are not all known"), "role"),
            wanted,
        )
    return passed(
        function, "tracingConfig.mode", f"mode is Active, and the role {role.name} may write traces"
    )


def _unread(reading: Reading) -> Reading:
    return reading if reading.unknown else Reading(UNKNOWN, reading.path)


def _covers_everything(element: Reading) -> bool | None:
    # The X-Ray actions take no resource: only `*` grants (or denies) them.
    return element.value.strip() == "*" if isinstance(element.value, str) else None


def _within_boundary(stack: Stack, role: Resource, action: str) -> bool | None:
    """Whether the role's permissions boundary lets it do `action`; True where it has none."""
    boundary = role.read("permissionsBoundary")
    if boundary.missing:
        return True
    name = managed_name(boundary.value) if isinstance(boundary.value, str) else None
    if name is not None:
        managed = managed_document(name)
        return allowed([managed], action, _covers_everything) if managed else None
    policy = stack.link(role, boundary, [POLICY]).target
    if policy is None:
        return None
    found = [each for _, each in documents_of(policy)]
    return allowed(found, action, _covers_everything)


@resource_rule(
    "lambda-function-arm64",
    types=[FUNCTION],
    severity=Severity.LOW,
    fix='aws.lambda_.Function("process", ..., architectures=["arm64"])',
    remedy=_on_arm64,
)
def function_arm64(resource: Resource, _: Settings) -> Iterator[Finding]:
    """The architecture is arm64.

    It costs a fifth less for the same time, and one architecture for all functions means
    one archive: https://docs.aws.amazon.com/lambda/latest/dg/foundation-arch.html
    """
    reading = resource.read("architectures")
    wanted = "architectures must be ['arm64']"
    values = [item.string() for item in reading.elements()]
    if not values:
        yield failed(resource, reading.path, f"architectures is not set (x86_64); {wanted}")
    elif any(item.unknown for item in values):
        other = next((item for item in values if not item.unknown and item.value != "arm64"), None)
        if other is not None:
            yield failed(resource, other.path, f"architecture is {other.text}; {wanted}")
        else:
            yield undecided(resource, next(item for item in values if item.unknown), wanted)
    elif [item.value for item in values] == ["arm64"]:
        yield passed(resource, reading.path, "architecture is arm64")
    else:
        yield failed(resource, reading.path, f"architectures is {reading.text}; {wanted}")


@resource_rule(
    "lambda-function-reserved-concurrency",
    types=[FUNCTION],
    severity=Severity.MEDIUM,
    fix='aws.lambda_.Function("process", ..., reserved_concurrent_executions=50)',
)
def reserved_concurrency(resource: Resource, _: Settings) -> Iterator[Finding]:
    """Reserved concurrency is set, and greater than 0.

    Without it one busy function takes the account's whole concurrency from all others;
    0 stops the function: https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
    """
    reading = resource.read("reservedConcurrentExecutions").number()
    wanted = "reserved_concurrent_executions must be greater than 0"
    if reading.unknown:
        yield undecided(resource, reading, wanted)
    elif not reading.missing and reading.value > 0:
        yield passed(resource, reading.path, f"reserved concurrency is {reading.text}")
    else:
        seen = {-1: "-1 (unreserved)", 0: "0 (stopped)"}.get(reading.value, reading.text)
        yield failed(resource, reading.path, f"reserved_concurrent_executions is {seen}; {wanted}")
