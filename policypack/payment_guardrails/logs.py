"""Rules on CloudWatch logs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from payment_guardrails.finding import Finding, failed, passed, undecided
from payment_guardrails.remediation import replacing
from payment_guardrails.resource import Resource
from payment_guardrails.rule import Level, Settings, Severity, resource_rule, stack_rule
from payment_guardrails.stack import Stack
from payment_guardrails.values import UNKNOWN, Reading

GROUP: Final = "aws:cloudwatch/logGroup:LogGroup"
FUNCTION: Final = "aws:lambda/function:Function"


def _kept_as_configured(resource: Resource, settings: Settings) -> Mapping[str, Any]:
    days = settings["retentionInDays"]
    holds = resource.read("retentionInDays").number().value == days
    return replacing(resource, "retentionInDays", days, holds=holds)


@resource_rule(
    "logs-group-retention",
    types=[GROUP],
    severity=Severity.MEDIUM,
    fix='aws.cloudwatch.LogGroup("process", name=..., retention_in_days=7)',
    remedy=_kept_as_configured,
    options={
        "retentionInDays": {
            "type": "integer",
            "default": 7,
            "minimum": 1,
            "description": "how many days a log group keeps its events, exactly",
        }
    },
)
def group_retention(resource: Resource, settings: Settings) -> Iterator[Finding]:
    """A log group keeps its events for exactly the configured number of days.

    A group without a retention keeps everything for ever, which costs and leaks; a longer
    one than agreed keeps what should be gone. The API:
    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
    """
    days = settings["retentionInDays"]
    reading = resource.read("retentionInDays").number()
    wanted = f"retention_in_days must be {days}"
    if reading.unknown:
        yield undecided(resource, reading, wanted)
    elif reading.value == days:
        yield passed(resource, reading.path, f"retention_in_days is {days}")
    else:
        seen = "for ever" if reading.missing or reading.value == 0 else f"{reading.text} days"
        yield failed(resource, reading.path, f"events are kept {seen}; {wanted}")


@resource_rule(
    "logs-group-encrypted",
    types=[GROUP],
    severity=Severity.LOW,
    level=Level.ADVISORY,
    fix='aws.cloudwatch.LogGroup("process", ..., kms_key_id=key.arn)',
)
def group_encrypted(resource: Resource, _: Settings) -> Iterator[Finding]:
    """A log group is encrypted with a KMS key of the account.

    CloudWatch encrypts all logs with keys of its own. With a KMS key, whoever reads the logs
    needs the key too, each use of it is in CloudTrail, and it can be taken away. The key's
    policy must let the log service of the region use it for this group:
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
    A key that is not known yet is set.
    """
    key = resource.read("kmsKeyId")
    if key.missing or key.value == "":
        yield failed(resource, key.path, "kms_key_id is not set; it must name a KMS key")
    else:
        yield passed(resource, key.path, "it is encrypted with a KMS key")


@stack_rule(
    "lambda-function-has-log-group",
    types=[FUNCTION],
    severity=Severity.MEDIUM,
    fix="""
        name = f"lambda-process-{suffix}"
        group = aws.cloudwatch.LogGroup(
            "process", name=f"/aws/lambda/{name}", retention_in_days=7
        )
        aws.lambda_.Function(
            "process", ..., name=name, opts=pulumi.ResourceOptions(depends_on=[group])
        )
    """,
)
def function_has_log_group(stack: Stack, _: Settings) -> Iterator[Finding]:
    """A managed log group exists for each function.

    Where there is none, Lambda makes one on the first invocation that keeps events for
    ever, and that nobody's retention applies to:
    https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-loggroups.html
    """
    unnamed = _Unnamed.of(stack)
    for function in stack.of_types([FUNCTION]):
        yield _judge_function(stack, function, unnamed)


@dataclass(frozen=True)
class _Unnamed:
    """Log groups whose given name is unknown, and by URN what their names are made from."""

    groups: tuple[Resource, ...]
    named_after: Mapping[str, Resource]

    @staticmethod
    def of(stack: Stack) -> _Unnamed:
        groups = [group for group in stack.of_types([GROUP]) if not _is_known_or_drawn(group)]
        named_after = {
            urn: group for group in groups for urn in group.property_dependencies.get("name", ())
        }
        return _Unnamed(tuple(groups), named_after)


def _judge_function(stack: Stack, function: Resource, unnamed: _Unnamed) -> Finding:
    own = function.read("loggingConfig.logGroup")
    if own.missing:
        return _judge_default(stack, function, unnamed)
    link = stack.link(function, own, [GROUP])
    wanted = "it must name a log group of this stack"
    if link.targets:
        return passed(function, own.path, f"its logs go to {link.targets[0].name}")
    if not link.decided:
        reading = own if own.unknown else Reading(UNKNOWN, own.path)
        return undecided(function, reading, wanted)
    return failed(function, own.path, f"its log group is {own.text}; {wanted}")


def _judge_default(stack: Stack, function: Resource, unnamed: _Unnamed) -> Finding:
    """The verdict on a function that writes to the group which Lambda names after it."""
    group = unnamed.named_after.get(function.urn)
    if group is not None:
        return passed(function, "name", f"the log group {group.name} is named after it")
    name = function.identity("name")
    if not isinstance(name.value, str):
        return undecided(function, name, "a log group /aws/lambda/<name> must be managed")
    wanted = f"/aws/lambda/{name.text}"
    if stack.named(f"/aws/lambda/{name.value}", [GROUP]):
        return passed(function, "name", f"the log group {wanted} is managed")
    if unnamed.groups:
        given = unnamed.groups[0].identity("name")
        return undecided(function, given, f"a log group must be named {wanted}")
    return failed(function, "name", f"no log group {wanted} is managed; add one with retention")


def _is_known_or_drawn(group: Resource) -> bool:
    # A name that the provider draws begins with the group's logical name or a prefix, and
    # ends in a suffix: no function is called so.
    return group.read("name").missing or isinstance(group.identity("name").value, str)
