"""Rules on DynamoDB tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from payment_guardrails.finding import Finding, failed, not_applicable, passed, undecided
from payment_guardrails.remediation import replacing
from payment_guardrails.resource import Resource
from payment_guardrails.rule import Level, Settings, Severity, resource_rule
from payment_guardrails.values import Reading, Secret, snake_case

TABLE: Final = "aws:dynamodb/table:Table"
REPLICA: Final = "aws:dynamodb/tableReplica:TableReplica"
_PROTECTION: Final = "deletionProtectionEnabled"
_RECOVERY_IN_SNAKE_CASE: Final = snake_case("pointInTimeRecovery")


def _with_recovery(resource: Resource, _: Settings) -> Mapping[str, Any]:
    own = resource.read("pointInTimeRecovery")
    if resource.type == REPLICA:
        return replacing(resource, own.path, value=True, holds=_is_on(own))
    block = own.value if isinstance(own.value, Mapping) else {}
    enabled = {**block, "enabled": True}
    changes = replacing(resource, own.path, enabled, holds=_is_on(own.get("enabled")))
    replicas = resource.read("replicas").elements()
    if any(not isinstance(each.value, Mapping) for each in replicas):
        return changes
    recovering = [_recovering(each) for each in replicas]
    holds = all(_is_on(each.get("pointInTimeRecovery")) for each in replicas)
    return {**changes, **replacing(resource, "replicas", recovering, holds=holds)}


def _recovering(replica: Reading) -> Any:
    kept = {name: value for name, value in replica.value.items() if name != _RECOVERY_IN_SNAKE_CASE}
    block = {**kept, "pointInTimeRecovery": True}
    return Secret(block) if replica.secret else block


def _is_on(reading: Reading) -> bool:
    return reading.boolean().value is True


@resource_rule(
    "dynamodb-table-point-in-time-recovery",
    types=[TABLE, REPLICA],
    severity=Severity.HIGH,
    fix='aws.dynamodb.Table("transactions", ..., point_in_time_recovery={"enabled": True})',
    remedy=_with_recovery,
)
def point_in_time_recovery(resource: Resource, _: Settings) -> Iterator[Finding]:
    """Point-in-time recovery is on, for the table and for each replica.

    It is the only way back to the second before a bad write or a deletion:
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery.html
    """
    if resource.type == REPLICA:
        yield _recovery(resource, resource.read("pointInTimeRecovery"))
        return
    yield _recovery(resource, resource.read("pointInTimeRecovery.enabled"))
    for replica in resource.read("replicas").elements():
        if replica.unknown:
            yield undecided(resource, replica, "its recovery must be on", "replicas")
        else:
            yield _recovery(resource, replica.get("pointInTimeRecovery"))


def _recovery(resource: Resource, reading: Reading) -> Finding:
    reading = reading.boolean()
    wanted = "point-in-time recovery must be on"
    if reading.unknown:
        return undecided(resource, reading, wanted, reading.path)
    if reading.value is True:
        return passed(resource, reading.path, "point-in-time recovery is on")
    seen = "not set" if reading.missing else "off"
    return failed(resource, reading.path, f"{reading.path} is {seen}; {wanted}", reading.path)


@resource_rule(
    "dynamodb-table-on-demand",
    types=[TABLE],
    severity=Severity.MEDIUM,
    fix='aws.dynamodb.Table("transactions", ..., billing_mode="PAY_PER_REQUEST")',
)
def on_demand(resource: Resource, _: Settings) -> Iterator[Finding]:
    """The billing mode is PAY_PER_REQUEST.

    Provisioned capacity (the default) throttles payments when a peak exceeds the guess:
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/capacity-mode.html
    """
    reading = resource.read("billingMode").string()
    wanted = "billing_mode must be PAY_PER_REQUEST"
    if reading.unknown:
        yield undecided(resource, reading, wanted)
    elif reading.value == "PAY_PER_REQUEST":
        yield passed(resource, reading.path, "billing_mode is PAY_PER_REQUEST")
    else:
        seen = "not set (PROVISIONED)" if reading.missing else reading.text
        yield failed(resource, reading.path, f"billing_mode is {seen}; {wanted}")


@resource_rule(
    "dynamodb-table-deletion-protection",
    types=[TABLE, REPLICA],
    severity=Severity.MEDIUM,
    level=Level.ADVISORY,
    fix='aws.dynamodb.Table("transactions", ..., deletion_protection_enabled=True)',
    options={
        "production": {
            "type": "array",
            "items": {"type": "string", "pattern": "\\S"},
            "minItems": 1,
            "default": ["prod", "production"],
            "description": "the names of the stacks that are production, in any letter case",
        }
    },
)
def deletion_protection(resource: Resource, settings: Settings) -> Iterator[Finding]:
    """In a production stack, tables and their replicas are protected from deletion.

    A table that is deleted by mistake is gone for everybody who uses it until it is restored
    under its name. Protection refuses the deletion until somebody turns it off, and each
    replica has a switch of its own:
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithTables.Basics.html#WorkingWithTables.Basics.DeletionProtection
    Which stacks are production is configured by their names; others come and go.
    """
    stack = stack_of(resource)
    if stack.lower() not in {name.strip().lower() for name in settings["production"]}:
        yield not_applicable(resource, f"the stack {stack} is not production")
        return
    yield _protection(resource, resource.read(_PROTECTION))
    if resource.type == TABLE:
        for replica in resource.read("replicas").elements():
            yield _protection(resource, replica.get(_PROTECTION))


def stack_of(resource: Resource) -> str:
    """The name of the stack that a resource belongs to: `urn:pulumi:<stack>::...`."""
    return resource.urn.removeprefix("urn:pulumi:").partition("::")[0]


def _protection(resource: Resource, reading: Reading) -> Finding:
    reading = reading.boolean()
    wanted = "deletion_protection_enabled must be True in production"
    if reading.unknown:
        return undecided(resource, reading, wanted, reading.path)
    if reading.value is True:
        return passed(resource, reading.path, "it cannot be deleted by mistake")
    return failed(
        resource, reading.path, f"{reading.path} is {reading.text}; {wanted}", reading.path
    )
