"""What Lambda does itself under a function's role: its logs, its traces, its polling of queues."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from payment_guardrails.iam.access import Access
from payment_guardrails.resource import Resource
from payment_guardrails.stack import Stack
from payment_guardrails.values import UNKNOWN, Reading, Unknown

FUNCTION: Final = "aws:lambda/function:Function"
_NO_QUEUE: Final = Unknown("is no queue, and what reading it takes is not known here")
_MAPPING: Final = "aws:lambda/eventSourceMapping:EventSourceMapping"

# https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
_POLLING: Final = ("sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage")
# https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
_LOGGING: Final = ("logs:CreateLogStream", "logs:PutLogEvents")
# https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html
_TRACING: Final = ("xray:PutTelemetryRecords", "xray:PutTraceSegments")


@dataclass(frozen=True)
class Mappings:
    """The event source mappings by the function that they feed, and those that may feed any."""

    by_function: Mapping[str, Sequence[Resource]]
    undecided: Sequence[Resource]


def event_source_mappings(stack: Stack) -> Mappings:
    """The mappings of a stack, indexed once for all functions."""
    by_function: dict[str, list[Resource]] = {}
    unclear: list[Resource] = []
    for mapping in stack.of_types([_MAPPING]):
        link = stack.link(mapping, mapping.read("functionName"), [FUNCTION])
        for target in link.targets:
            by_function.setdefault(target.urn, []).append(mapping)
        if not link.decided:
            unclear.append(mapping)
    return Mappings(by_function, unclear)


def service_uses(function: Resource, place: str, read: Mappings) -> Iterator[Access | Reading]:
    """What Lambda does under the role of a function; a reading for each value not known.

    `place` is the prefix of ARNs in the function's account and region, with `{}` for the service.
    """
    yield from _own_uses(function, place)
    yield from _polling(function, read)


def _own_uses(function: Resource, place: str) -> Iterator[Access | Reading]:
    name, tracing = function.identity("name").string(), function.read("tracingConfig.mode").string()
    group = function.read("loggingConfig.logGroup").string()
    for reading in (name, group, tracing):
        if reading.unknown:
            yield reading
    log_group = group.value or f"/aws/lambda/{name.value}"
    secret = name.secret or group.secret
    for action in _LOGGING:
        yield Access(action, f"{place.format('logs')}:log-group:{log_group}:*", secret)
    if tracing.value == "Active":
        for action in _TRACING:
            yield Access(action, "*")


def _polling(function: Resource, read: Mappings) -> Iterator[Access | Reading]:
    for mapping in read.by_function.get(function.urn, ()):
        source = mapping.read("eventSourceArn").string()
        if isinstance(source.value, str) and source.value.split(":")[2:3] == ["sqs"]:
            yield from (Access(each, source.value, source.secret) for each in _POLLING)
        else:
            yield source if source.unknown else Reading(_NO_QUEUE, source.path)
    if read.undecided:
        yield Reading(UNKNOWN, f"functionName of {read.undecided[0].name}")
