"""Rules on CloudWatch logs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from payment_guardrails.finding import Finding, failed, passed, undecided
from payment_guardrails.resource import Resource
from payment_guardrails.rule import Settings, Severity, resource_rule, stack_rule
from payment_guardrails.stack import Stack

GROUP: Final = "aws:cloudwatch/logGroup:LogGroup"
FUNCTION: Final = "aws:lambda/function:Function"


@resource_rule(
    "logs-group-retention",
    types=[GROUP],
    severity=Severity.MEDIUM,
    fix='aws.cloudwatch.LogGroup("process", name=..., retention_in_days=7)',
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
            "process", name=name, ..., opts=pulumi.ResourceOptions(depends_on=[group])
        )
    """,
)
def function_has_log_group(stack: Stack, _: Settings) -> Iterator[Finding]:
    """A managed log group exists for each function.

    Where there is none, Lambda makes one on the first invocation that keeps events for
    ever, and that nobody's retention applies to:
    https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-loggroups.html
    """
    for function in stack.of_types([FUNCTION]):
        yield _judge_function(stack, function)


def _judge_function(stack: Stack, function: Resource) -> Finding:
    own = function.read("loggingConfig.logGroup")
    if not own.missing:
        link = stack.link(function, own, [GROUP])
        if link.targets:
            return passed(function, own.path, f"its logs go to {link.targets[0].name}")
        if not link.decided:
            return undecided(function, own, "it must name a log group of this stack")
        return failed(
            function, own.path, f"its log group {own.text} is not managed by this stack; add it"
        )
    name = function.identity("name")
    if not isinstance(name.value, str):
        return undecided(function, name, "a log group /aws/lambda/<name> must exist for it")
    wanted = f"/aws/lambda/{name.value}"
    found = stack.named(wanted, [GROUP])
    if found:
        return passed(function, "name", f"the log group {wanted} is managed")
    unnamed = [group for group in stack.of_types([GROUP]) if group.identity("name").unknown]
    for group in unnamed:
        if function.urn in group.property_dependencies.get("name", ()):
            return passed(function, "name", f"the log group {group.name} is named after it")
    if unnamed and _may_be_named(unnamed):
        return undecided(
            function, unnamed[0].identity("name"), f"a log group must be named {wanted}"
        )
    return failed(function, "name", f"no log group {wanted} is managed; add one with retention")


def _may_be_named(groups: list[Resource]) -> bool:
    # A name that the provider draws is the group's logical name and a suffix: not ours.
    return any(not group.read("name").missing for group in groups)
