"""The rule on the encryption of SQS queues."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from payment_guardrails.finding import Finding, failed, passed, undecided
from payment_guardrails.redrive import QUEUE
from payment_guardrails.remediation import replacing
from payment_guardrails.resource import Resource
from payment_guardrails.rule import Settings, Severity, resource_rule
from payment_guardrails.values import Reading


def _managed(resource: Resource) -> Reading:
    reading = resource.read("sqsManagedSseEnabled").boolean()
    return Reading(value=True, path=reading.path) if reading.missing else reading


def _has_key(resource: Resource) -> bool | None:
    """Whether a KMS key is set; None where that cannot be read. An unknown key is one."""
    key = resource.read("kmsMasterKeyId")
    if key.missing or key.value == "":
        return False
    return True if key.unknown or isinstance(key.value, str) else None


def _encrypted(resource: Resource, _: Settings) -> Mapping[str, Any]:
    holds = _managed(resource).value is True or _has_key(resource) is not False
    return replacing(resource, "sqsManagedSseEnabled", value=True, holds=holds)


@resource_rule(
    "sqs-queue-encrypted",
    types=[QUEUE],
    severity=Severity.HIGH,
    fix='aws.sqs.Queue("notifications", ..., sqs_managed_sse_enabled=True)',
    remedy=_encrypted,
)
def queue_encrypted(resource: Resource, _: Settings) -> Iterator[Finding]:
    """A queue is encrypted, by SQS itself or with a KMS key.

    It keeps messages on disk for days. Where nothing is said, AWS encrypts a new queue by
    itself; an explicit False leaves the messages in plain text:
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-sqs-sse-queue.html
    """
    managed, key, has_key = _managed(resource), resource.read("kmsMasterKeyId"), _has_key(resource)
    wanted = "sqs_managed_sse_enabled must be True, or kms_master_key_id set"
    if has_key:
        yield passed(resource, key.path, "it is encrypted with a KMS key")
    elif managed.value is True:
        default = resource.read(managed.path).missing
        seen = "by SQS, as AWS does by itself" if default else "by SQS"
        yield passed(resource, managed.path, f"it is encrypted {seen}")
    elif has_key is None:
        yield undecided(resource, key.string(), wanted)
    elif managed.unknown:
        yield undecided(resource, managed, wanted)
    else:
        seen = f"sqs_managed_sse_enabled is {managed.text}, kms_master_key_id is not set"
        yield failed(resource, managed.path, f"{seen}; {wanted}")
