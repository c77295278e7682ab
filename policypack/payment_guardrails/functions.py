"""Rules on Lambda functions and their event source mappings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from payment_guardrails.finding import Finding, failed, not_applicable, passed, undecided
from payment_guardrails.iam.actions import grants
from payment_guardrails.iam.attachments import policies_of
from payment_guardrails.iam.carriers import ROLE
from payment_guardrails.iam.documents import Document, known
from payment_guardrails.resource import Resource
from payment_guardrails.rule import Settings, Severity, resource_rule, stack_rule
from payment_guardrails.stack import Stack
from payment_guardrails.values import UNKNOWN, Reading

FUNCTION: Final = "aws:lambda/function:Function"
MAPPING: Final = "aws:lambda/eventSourceMapping:EventSourceMapping"
QUEUE: Final = "aws:sqs/queue:Queue"

# https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html, "Execution role permissions"
_TRACE_ACTIONS: Final = ("xray:PutTraceSegments", "xray:PutTelemetryRecords")


@stack_rule(
    "lambda-function-tracing",
    types=[FUNCTION],
    severity=Severity.MEDIUM,
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
    for function in stack.of_types([FUNCTION]):
        mode = function.read("tracingConfig.mode").string()
        wanted = "tracing_config.mode must be Active"
        if mode.unknown:
            yield undecided(function, mode, wanted)
        elif mode.value != "Active":
            yield failed(function, mode.path, f"tracing is {mode.text}; {wanted}")
        else:
            yield _may_trace(stack, function)


def _may_trace(stack: Stack, function: Resource) -> Finding:
    reading = function.read("role")
    role = stack.link(function, reading, [ROLE]).target
    wanted = f"its role must allow {' and '.join(_TRACE_ACTIONS)}"
    if role is None:
        unread = reading if reading.unknown else Reading(UNKNOWN, "role")
        return undecided(function, unread, f"tracing is Active; {wanted}")
    policies = policies_of(stack, role)
    missing = [action for action in _TRACE_ACTIONS if not _allows(policies.documents, action)]
    if not missing:
        return passed(function, "tracingConfig.mode", "Active, and the role may write traces")
    if not policies.complete:
        return undecided(
            function, Reading(UNKNOWN, "role"), f"not all policies of the role are known; {wanted}"
        )
    return failed(
        function, "role", f"tracing is Active but the role may not {', '.join(missing)}; {wanted}"
    )


def _allows(documents: tuple[Document, ...], action: str) -> bool:
    return any(
        grants(pattern, action)
        for found in documents
        for statement in found.statements
        if statement.allows
        for pattern in known(statement.actions)
    )


@resource_rule(
    "lambda-function-arm64",
    types=[FUNCTION],
    severity=Severity.LOW,
    fix='aws.lambda_.Function("process", ..., architectures=["arm64"])',
)
def function_arm64(resource: Resource, _: Settings) -> Iterator[Finding]:
    """The architecture is arm64.

    It costs a fifth less for the same time, and one architecture for all functions means
    one archive: https://docs.aws.amazon.com/lambda/latest/dg/foundation-arch.html
    """
    reading = resource.read("architectures")
    wanted = "architectures must be ['arm64']"
    values = [item.string() for item in reading.elements()]
    if reading.missing or not values:
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


@stack_rule(
    "lambda-mapping-partial-failures",
    types=[MAPPING],
    severity=Severity.HIGH,
    fix="""
        aws.lambda_.EventSourceMapping(
            "process", ..., function_response_types=["ReportBatchItemFailures"]
        )
    """,
)
def partial_failures(stack: Stack, _: Settings) -> Iterator[Finding]:
    """An SQS mapping reports batch item failures.

    Without it one bad message sends the whole batch back, and what was done is done again:
    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
    """
    for mapping in stack.of_types([MAPPING]):
        yield _judge_mapping(stack, mapping)


def _judge_mapping(stack: Stack, mapping: Resource) -> Finding:
    types = [item.string() for item in mapping.read("functionResponseTypes").elements()]
    wanted = "function_response_types must hold ReportBatchItemFailures"
    of_queue = _is_of_queue(stack, mapping)
    if of_queue is False:
        return not_applicable(mapping, "its source is no SQS queue")
    if "ReportBatchItemFailures" in [item.value for item in types]:
        return passed(mapping, "functionResponseTypes", "it reports batch item failures")
    unknown = next((item for item in types if item.unknown), None)
    if unknown is not None:
        return undecided(mapping, unknown, wanted)
    if of_queue is None:
        source = mapping.read("eventSourceArn")
        return undecided(mapping, source, f"where it is a queue's, {wanted}")
    return failed(
        mapping, "functionResponseTypes", f"batch item failures are not reported; {wanted}"
    )


def _is_of_queue(stack: Stack, mapping: Resource) -> bool | None:
    """Whether a mapping reads from an SQS queue; None where that is unknown."""
    source = mapping.read("eventSourceArn")
    if isinstance(source.value, str):
        return source.value.split(":")[2:3] == ["sqs"]
    if source.missing:
        return False
    if stack.link(mapping, source, [QUEUE]).targets:
        return True
    urns = mapping.property_dependencies.get("eventSourceArn", ())
    return False if urns and all(urn in stack.by_urn for urn in urns) else None
