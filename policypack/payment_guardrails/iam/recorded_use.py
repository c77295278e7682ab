"""What functions were seen to use of AWS, held against what their roles grant.

A recording says, for each function's entry point, which actions it used on which resources.
A resource is named by the environment variable that tells the function of it, so that a
recording holds for every account and environment:

    {"functions": {"handlers.retrieve.handle": {"dynamodb:GetItem": ["TRANSACTIONS_TABLE"]}}}
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from payment_guardrails.configuration import FromFile
from payment_guardrails.finding import Finding, failed, passed, undecided
from payment_guardrails.iam.actions import grants
from payment_guardrails.iam.attachments import Carriers, carriers, policies_of
from payment_guardrails.iam.carriers import ROLE
from payment_guardrails.iam.documents import Statement
from payment_guardrails.resource import Resource
from payment_guardrails.stack import Stack
from payment_guardrails.values import SECRET_TEXT, UNKNOWN, Reading, Unknown

_NOT_SET: Final = Unknown("is not set")
FUNCTION: Final = "aws:lambda/function:Function"
_NO_QUEUE: Final = Unknown("is no queue, and what reading it takes is not known here")
_MAPPING: Final = "aws:lambda/eventSourceMapping:EventSourceMapping"

# What Lambda does itself under a function's role.
# https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
_POLLING: Final = ("sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage")
# https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
_LOGGING: Final = ("logs:CreateLogStream", "logs:PutLogEvents")
# https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html
_TRACING: Final = ("xray:PutTelemetryRecords", "xray:PutTraceSegments")
_ACTION: Final = re.compile(r"[a-z0-9-]+:[A-Za-z0-9]+")
# https://docs.aws.amazon.com/lambda/latest/api/API_Environment.html
_VARIABLE: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9_]+")
# The resource part of an ARN: https://docs.aws.amazon.com/service-authorization/latest/reference/
_ARN_PARTS: Final[Mapping[str, str]] = {"dynamodb": "table/{}", "sqs": "{}", "ssm": "parameter{}"}

Recording = Mapping[str, Mapping[str, Sequence[str]]]
"""Entry point -> action -> environment variables."""


@dataclass(frozen=True)
class Recorded(FromFile):
    """A recording that was read from a file."""

    functions: Recording


class RecordingError(ValueError):
    """A recording is not of the form above; the message says where."""


@dataclass(frozen=True, order=True)
class Access:
    """An action on a resource; either may be a pattern where it is a grant."""

    action: str
    resource: str
    secret: bool = field(default=False, compare=False)

    def covers(self, other: Access) -> bool:
        """True where this grant allows that use."""
        return grants(self.action, other.action) and fnmatch.fnmatchcase(
            other.resource, self.resource.replace("[", "[[]")
        )

    def __str__(self) -> str:
        return SECRET_TEXT if self.secret else f"{self.action} on {self.resource}"


def read_recording(data: Any) -> Recording:
    """The recording in JSON data; raises :class:`RecordingError` where it is none."""
    functions = data.get("functions") if isinstance(data, Mapping) else None
    if not isinstance(functions, Mapping):
        raise RecordingError("a recording is an object with `functions`")
    for handler, uses in functions.items():
        if not isinstance(uses, Mapping):
            raise RecordingError(f"functions.{handler!r} must be an object: action -> variables")
        for action, variables in uses.items():
            if not isinstance(variables, list) or not all(isinstance(v, str) for v in variables):
                raise RecordingError(
                    f"functions.{handler!r}: {action!r} must have a list of variables"
                )
            if not _ACTION.fullmatch(action) or action.partition(":")[0] not in _ARN_PARTS:
                raise RecordingError(
                    f"functions.{handler!r}: the service of {action!r} is not known "
                    f"(known: {', '.join(sorted(_ARN_PARTS))})"
                )
            for variable in variables:
                if not _VARIABLE.fullmatch(variable):
                    raise RecordingError(
                        f"functions.{handler!r}: {action!r}: {variable!r} names no variable"
                    )
    return functions


def compare(stack: Stack, recording: Recording) -> Iterator[Finding]:
    """A finding for each grant that was not used, and each use that is not granted."""
    given, read = carriers(stack), _mappings(stack)
    for function in stack.of_types([FUNCTION]):
        yield from _compare(stack, function, recording, given, read)


def _compare(
    stack: Stack, function: Resource, recording: Recording, given: Carriers, read: _Mappings
) -> Iterator[Finding]:
    wanted = "it must be known, to compare what is granted with what is used"
    handler = function.read("handler").string()
    if not isinstance(handler.value, str):
        unread = Reading(_NOT_SET, handler.path) if handler.missing else handler
        yield undecided(function, unread, "a recording names functions by their handler")
        return
    recorded = recording.get(handler.value)
    if recorded is None:
        seen = Reading(Unknown(f"{handler.text} was not recorded"), handler.path)
        yield undecided(function, seen, "the recording must tell what the function uses")
        return
    used, granted = uses(function, recorded, read), granted_to(stack, function, given)
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


def uses(
    function: Resource, recorded: Mapping[str, Sequence[str]], read: _Mappings
) -> frozenset[Access] | Reading:
    """What a function uses, and AWS under its role; the value that is not known, else."""
    arn = function.identity("arn").string()
    if not isinstance(arn.value, str) or arn.value.count(":") < 5:
        return Reading(UNKNOWN, arn.path)
    _, partition, _, region, account, _ = arn.value.split(":", 5)
    place = f"arn:{partition}:{{}}:{region}:{account}"
    parts = (
        *_recorded_uses(function, recorded, place),
        *_own_uses(function, place),
        *_polling(function, read),
    )
    unclear = next((each for each in parts if isinstance(each, Reading)), None)
    return unclear or frozenset(each for each in parts if isinstance(each, Access))


def _recorded_uses(
    function: Resource, recorded: Mapping[str, Sequence[str]], place: str
) -> Iterator[Access | Reading]:
    variables = function.read("environment.variables")
    for action, names in recorded.items():
        service = action.partition(":")[0]
        for name in names:
            value = variables.get(name).string()
            if not isinstance(value.value, str):
                yield Reading(_NOT_SET, value.path) if value.missing else value
                continue
            resource = value.value.rsplit("/", 1)[-1] if service == "sqs" else value.value
            part = _ARN_PARTS[service].format(resource)
            yield Access(action, f"{place.format(service)}:{part}", value.secret)


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


@dataclass(frozen=True)
class _Mappings:
    """The event source mappings by the function that they feed, and those that may feed any."""

    by_function: Mapping[str, Sequence[Resource]]
    undecided: Sequence[Resource]


def _mappings(stack: Stack) -> _Mappings:
    by_function: dict[str, list[Resource]] = {}
    unclear: list[Resource] = []
    for mapping in stack.of_types([_MAPPING]):
        link = stack.link(mapping, mapping.read("functionName"), [FUNCTION])
        for target in link.targets:
            by_function.setdefault(target.urn, []).append(mapping)
        if not link.decided:
            unclear.append(mapping)
    return _Mappings(by_function, unclear)


def _polling(function: Resource, read: _Mappings) -> Iterator[Access | Reading]:
    for mapping in read.by_function.get(function.urn, ()):
        source = mapping.read("eventSourceArn").string()
        if isinstance(source.value, str) and source.value.split(":")[2:3] == ["sqs"]:
            yield from (Access(each, source.value, source.secret) for each in _POLLING)
        else:
            yield source if source.unknown else Reading(_NO_QUEUE, source.path)
    if read.undecided:
        yield Reading(UNKNOWN, f"functionName of {read.undecided[0].name}")


def granted_to(stack: Stack, function: Resource, given: Carriers) -> frozenset[Access] | Reading:
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
