"""The rule on the encryption of DynamoDB tables and their replicas."""

from __future__ import annotations

from collections.abc import Iterator

from payment_guardrails.dynamodb import REPLICA, TABLE
from payment_guardrails.finding import Finding, failed, passed, undecided
from payment_guardrails.resource import Resource
from payment_guardrails.rule import Level, Settings, Severity, stack_rule
from payment_guardrails.stack import Stack
from payment_guardrails.values import Reading, Unknown

_WANTED = "server_side_encryption must be enabled"


@stack_rule(
    "dynamodb-table-encrypted",
    types=[TABLE, REPLICA],
    severity=Severity.LOW,
    level=Level.ADVISORY,
    fix='aws.dynamodb.Table("transactions", ..., server_side_encryption={"enabled": True})',
)
def table_encrypted(stack: Stack, _: Settings) -> Iterator[Finding]:
    """A table is encrypted with a KMS key of the account, and so are its replicas.

    DynamoDB encrypts every table. Where nothing is said, it takes a key that AWS owns, which
    nobody sees. `enabled` turns to a KMS key in the account, whose uses are in CloudTrail:
    AWS's own `aws/dynamodb`, or a customer managed one where `kms_key_arn` names it. Both
    hold here; only a customer managed key has a policy and a rotation of one's own, and can
    be disabled: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.howitworks.html
    All replicas of a table have a key of the same kind as the table:
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/globaltables-security.html
    """
    for table in stack.of_types([TABLE]):
        yield _judge(table, _switch(table))
    for replica in stack.of_types([REPLICA]):
        yield _judge_replica(stack, replica)


def _switch(table: Resource) -> Reading:
    return table.read("serverSideEncryption.enabled").boolean()


def _judge(resource: Resource, enabled: Reading) -> Finding:
    if enabled.unknown:
        return undecided(resource, enabled, _WANTED)
    if enabled.value is True:
        return passed(resource, enabled.path, "it is encrypted with a KMS key")
    return failed(
        resource,
        enabled.path,
        f"{enabled.path} is {enabled.text}: its key is one that AWS owns; {_WANTED}",
    )


def _judge_replica(stack: Stack, replica: Resource) -> Finding:
    key = replica.read("kmsKeyArn")
    if not (key.missing or key.value == ""):
        return passed(replica, key.path, "it is encrypted with a KMS key")
    named = replica.read("globalTableArn")
    table = stack.link(replica, named, [TABLE]).target
    if table is None:
        reason = named.value if named.unknown else Unknown("is not one table of this stack")
        wanted = "kms_key_arn must be set where that table is not encrypted with a KMS key"
        return undecided(replica, Reading(reason, named.path), wanted)
    enabled = _switch(table)
    if enabled.unknown:
        return undecided(replica, enabled, f"{_WANTED} for its table {table.name}")
    if enabled.value is True:
        message = f"it is encrypted with a KMS key, as its table {table.name} is"
        return passed(replica, named.path, message)
    seen = f"its table {table.name} has a key that AWS owns, and kms_key_arn is not set"
    return failed(replica, key.path, f"{seen}; {_WANTED} for the table")
