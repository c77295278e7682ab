"""Rules on what API Gateway logs: who called, and nothing of what they sent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from payment_guardrails.apigateway import STAGE, STAGE_V2
from payment_guardrails.apigateway_stages import METHOD_SETTINGS
from payment_guardrails.finding import Finding, failed, passed, undecided
from payment_guardrails.logs import GROUP
from payment_guardrails.resource import Resource
from payment_guardrails.rule import Settings, Severity, resource_rule, stack_rule
from payment_guardrails.stack import Stack
from payment_guardrails.values import SECRET_TEXT, UNKNOWN, Reading

# A variable of an access log, in any of the spellings of Velocity.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
_VARIABLE: Final = re.compile(r"\$!?\{?((?:context|input|request)\.[A-Za-z0-9_.-]+)")
# What holds text that the caller wrote: the path as it was sent (`resourcePath` is the
# template), what failed validation, and the value of the header that carries the key.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html
_COPIES: Final = frozenset(
    {"context.path", "context.error.validationErrorString", "context.identity.apiKey"}
)
_WANTED_DESTINATION: Final = "destination_arn must be the ARN of a log group of this stack"
_COPYING_PARTS: Final = ("context.requestOverride.", "input.", "request.")


@resource_rule(
    "apigateway-stage-no-body-logging",
    types=[METHOD_SETTINGS, STAGE_V2],
    severity=Severity.HIGH,
    fix="""
        aws.apigateway.MethodSettings(
            "payments", ..., method_path="*/*",
            settings={"logging_level": "OFF", "data_trace_enabled": False},
        )
    """,
)
def no_body_logging(resource: Resource, _: Settings) -> Iterator[Finding]:
    """Data tracing is off: no request or response body is written to a log.

    A data trace copies whole bodies and headers into CloudWatch, card numbers included.
    AWS advises against it in production:
    https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
    """
    wanted = "data_trace_enabled must be False"
    settings = tuple(_settings(resource))
    switches = [(name, each.get("dataTraceEnabled").boolean()) for name, each in settings]
    for name, switch in switches:
        if switch.unknown:
            yield undecided(resource, switch, wanted, name)
        elif switch.value is True:
            message = f"bodies are logged: data_trace_enabled is {switch.text}; {wanted}"
            yield failed(resource, switch.path, message, name)
    if all(switch.value in (None, False) for _, switch in switches):
        yield passed(resource, switches[0][1].path, "data_trace_enabled is off")


def _settings(resource: Resource) -> Iterator[tuple[str, Reading]]:
    """The settings that trace data, and what they are for."""
    if resource.type == METHOD_SETTINGS:
        yield resource.read("methodPath").text, resource.read("settings")
        return
    yield "every route", resource.read("defaultRouteSettings")
    for element in resource.read("routeSettings").elements():
        yield element.get("routeKey").text, element


@stack_rule(
    "apigateway-stage-access-logs",
    types=[STAGE, STAGE_V2],
    severity=Severity.MEDIUM,
    fix="""
        group = aws.cloudwatch.LogGroup("access", retention_in_days=7)
        aws.apigateway.Stage(
            "dev", ...,
            access_log_settings={
                "destination_arn": group.arn,
                "format": json.dumps({
                    "request_id": "$context.requestId", "time": "$context.requestTimeEpoch",
                    "api_key_id": "$context.identity.apiKeyId",
                    "source_ip": "$context.identity.sourceIp",
                    "method": "$context.httpMethod", "resource": "$context.resourcePath",
                    "status": "$context.status",
                }),
            },
        )
    """,
)
def stage_access_logs(stack: Stack, _: Settings) -> Iterator[Finding]:
    """Access logging is on, to a log group of the stack, and copies no text of the caller.

    Without it nobody can tell who called. A path, a parameter and the text of a validation
    error hold what the caller wrote, a card number perhaps; an API key is a credential. Log
    `resourcePath` and `apiKeyId` instead:
    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html
    """
    for stage in stack.of_types([STAGE, STAGE_V2]):
        destination = stage.read("accessLogSettings.destinationArn")
        if destination.missing or destination.value == "":
            message = f"access logging is off; {_WANTED_DESTINATION}"
            yield failed(stage, destination.path, message)
            continue
        findings = [*_destination(stack, stage, destination), *_format(stage)]
        yield from findings
        if not findings:
            message = "access logs go to a log group, without the caller's text"
            yield passed(stage, destination.path, message)


def _destination(stack: Stack, stage: Resource, reading: Reading) -> Iterator[Finding]:
    """What is wrong with where the log goes."""
    if isinstance(reading.value, str):
        # The provider takes the ending off too.
        reading = replace(reading, value=reading.value.removesuffix(":*"))
    link = stack.link(stage, reading, [GROUP])
    if link.targets:
        return
    if link.decided:
        message = f"access logs go to {reading.text}, outside this stack; {_WANTED_DESTINATION}"
        yield failed(stage, reading.path, message)
    else:
        unread = reading if reading.unknown else Reading(UNKNOWN, reading.path)
        yield undecided(stage, unread, _WANTED_DESTINATION)


def _format(stage: Resource) -> Iterator[Finding]:
    """What the format copies that it must not, one finding for each variable."""
    reading = stage.read("accessLogSettings.format").string()
    wanted = "format must name variables that hold no text of the caller"
    if reading.unknown:
        yield undecided(stage, reading, wanted)
    elif not reading.value:
        yield failed(stage, reading.path, f"format is not set; {wanted}")
    else:
        names = dict.fromkeys(match.rstrip(".-") for match in _VARIABLE.findall(reading.value))
        for name in names:
            if name in _COPIES or f"{name}.".startswith(_COPYING_PARTS):
                shown = SECRET_TEXT if reading.secret else f"${name}"
                message = f"format copies {shown}, which holds text of the caller; {wanted}"
                yield failed(stage, reading.path, message, shown)
