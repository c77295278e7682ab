"""Queues: encrypted, by SQS or with a key."""

from __future__ import annotations

from typing import Any

import pytest
from payment_guardrails.finding import Status
from payment_guardrails.rules import registered
from payment_guardrails.values import UNKNOWN, Secret

from tests.policypack.services.compliant import (
    FAIL,
    PASS,
    QUEUE,
    UNDECIDED,
    compliant,
    made,
    message,
    verdict,
)

ENCRYPTED = "sqs-queue-encrypted"


@pytest.mark.parametrize(
    ("managed", "key", "expected"),
    [
        (True, None, PASS),
        ("true", None, PASS),
        (True, "", PASS),
        (None, "alias/aws/sqs", PASS),
        (False, "alias/payments", PASS),
        (UNKNOWN, "alias/payments", PASS),
        (None, Secret("alias/payments"), PASS),
        # A key's id is never known before it is made: an unknown one is set.
        (None, UNKNOWN, PASS),
        # AWS encrypts where nothing is said.
        (None, None, PASS),
        (None, "", PASS),
        (False, None, FAIL),
        (False, "", FAIL),
        ("false", None, FAIL),
        (UNKNOWN, None, UNDECIDED),
        (UNKNOWN, "", UNDECIDED),
        ("maybe", None, UNDECIDED),
        (False, ["alias/payments"], UNDECIDED),
    ],
)
def test_a_queue_is_encrypted(managed: Any, key: Any, expected: Status) -> None:
    changed = compliant().with_("notifications", sqsManagedSseEnabled=managed, kmsMasterKeyId=key)
    assert verdict(ENCRYPTED, changed, "notifications") is expected


def test_the_message_names_both_properties() -> None:
    changed = compliant().with_("notifications", sqsManagedSseEnabled=False)
    said = message(ENCRYPTED, changed, "notifications")
    assert "sqs_managed_sse_enabled is false" in said
    assert "kms_master_key_id" in said


@pytest.mark.parametrize(
    ("inputs", "mended"),
    [
        ({"sqsManagedSseEnabled": False}, True),
        ({"sqsManagedSseEnabled": False, "kmsMasterKeyId": ""}, True),
        ({}, False),
        ({"sqsManagedSseEnabled": True}, False),
        ({"sqsManagedSseEnabled": "true"}, False),
        ({"sqsManagedSseEnabled": UNKNOWN}, False),
        ({"kmsMasterKeyId": "alias/payments"}, False),
        # AWS refuses both: what may be a key stays.
        ({"sqsManagedSseEnabled": False, "kmsMasterKeyId": UNKNOWN}, False),
        ({"sqsManagedSseEnabled": False, "kmsMasterKeyId": ["alias/payments"]}, False),
    ],
)
def test_the_remedy_lets_sqs_encrypt(inputs: dict[str, Any], mended: bool) -> None:
    rule = registered()[ENCRYPTED]
    assert rule.remedy is not None
    changes = rule.remedy(made(QUEUE, "queue", **inputs), {})
    assert changes == ({"sqsManagedSseEnabled": True} if mended else {})
