"""Rules on the event source mappings of Lambda functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from payment_guardrails.finding import Finding, failed, not_applicable, passed, undecided
from payment_guardrails.remediation import replacing
from payment_guardrails.resource import Resource
from payment_guardrails.rule import Settings, Severity, stack_rule
from payment_guardrails.stack import Stack
from payment_guardrails.values import Reading

MAPPING: Final = "aws:lambda/eventSourceMapping:EventSourceMapping"
QUEUE: Final = "aws:sqs/queue:Queue"
_FAILURES: Final = "ReportBatchItemFailures"
# Where the other event sources come from.
# https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html
_OTHER_SOURCES: Final = ("aws:docdb/", "aws:dynamodb/", "aws:kinesis/", "aws:mq/", "aws:msk/")


# What AWS requires of every mapping that does not read from SQS.
# https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
_NOT_OF_QUEUES: Final = ("startingPosition", "queues", "selfManagedEventSource")


def _reporting_failures(mapping: Resource, _: Settings) -> Mapping[str, Any]:
    source = mapping.read("eventSourceArn")
    if isinstance(source.value, str):
        of_queue = _is_queue_arn(source.value)
    else:
        # A remedy sees one resource, and at a first preview the source's ARN is unknown.
        of_queue = source.unknown and all(mapping.read(name).missing for name in _NOT_OF_QUEUES)
    if not of_queue:
        return {}
    given = [item.value for item in mapping.read("functionResponseTypes").elements()]
    return replacing(mapping, "functionResponseTypes", [_FAILURES], holds=_FAILURES in given)


@stack_rule(
    "lambda-mapping-partial-failures",
    types=[MAPPING],
    severity=Severity.HIGH,
    remedy=_reporting_failures,
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
    wanted = f"function_response_types must hold {_FAILURES}"
    of_queue = is_of_queue(stack, mapping)
    if of_queue is False:
        return not_applicable(mapping, "its source is no SQS queue")
    if _FAILURES in [item.value for item in types]:
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


def _is_queue_arn(arn: str) -> bool:
    return arn.split(":")[2:3] == ["sqs"]


def is_of_queue(stack: Stack, mapping: Resource) -> bool | None:
    """Whether a mapping reads from an SQS queue; None where that is unknown."""
    source = mapping.read("eventSourceArn").string()
    if isinstance(source.value, str):
        return _is_queue_arn(source.value)
    if source.missing:
        return False
    if stack.link(mapping, source, [QUEUE]).targets:
        return True
    return False if is_made_of_other_sources(stack, mapping, source) else None


def is_made_of_other_sources(stack: Stack, poller: Resource, source: Reading) -> bool:
    """True where a poller's unknown source comes from streams and brokers of this stack."""
    made_of = [stack.by_urn.get(urn) for urn in poller.property_dependencies.get(source.path, ())]
    others = [each is not None and each.type.startswith(_OTHER_SOURCES) for each in made_of]
    return bool(others) and all(others)
