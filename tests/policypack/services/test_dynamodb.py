"""Tables: point-in-time recovery (replicas too), and on-demand billing."""

from __future__ import annotations

from typing import Any

import pytest
from payment_guardrails.finding import Status
from payment_guardrails.values import UNKNOWN, Secret

from tests.policypack.services.compliant import (
    FAIL,
    PASS,
    REPLICA,
    UNDECIDED,
    compliant,
    findings,
    message,
    verdict,
)

RECOVERY = "dynamodb-table-point-in-time-recovery"
ON_DEMAND = "dynamodb-table-on-demand"

SWITCH = [
    (True, PASS),
    ("true", PASS),
    (Secret(value=True), PASS),
    (False, FAIL),
    ("false", FAIL),
    (None, FAIL),
    (UNKNOWN, UNDECIDED),
    ("on", UNDECIDED),
    (1, UNDECIDED),
]


@pytest.mark.parametrize(("enabled", "status"), SWITCH)
def test_recovery_of_a_table(enabled: Any, status: Status) -> None:
    changed = compliant().with_("transactions", pointInTimeRecovery={"enabled": enabled})
    assert verdict(RECOVERY, changed, "transactions") is status


@pytest.mark.parametrize(
    ("block", "status"), [(None, FAIL), ({}, FAIL), (UNKNOWN, UNDECIDED), (True, UNDECIDED)]
)
def test_the_block_of_recovery_itself(block: Any, status: Status) -> None:
    changed = compliant().with_("transactions", pointInTimeRecovery=block)
    assert verdict(RECOVERY, changed, "transactions") is status


def test_snake_case_is_read_as_dicts_have_it() -> None:
    changed = compliant().with_(
        "transactions", pointInTimeRecovery=None, point_in_time_recovery={"enabled": True}
    )
    assert verdict(RECOVERY, changed, "transactions") is PASS


@pytest.mark.parametrize(("enabled", "status"), SWITCH)
def test_recovery_of_a_replica_in_the_table(enabled: Any, status: Status) -> None:
    replicas = [
        {"regionName": "eu-west-1", "pointInTimeRecovery": True},
        {"regionName": "us-west-2", "pointInTimeRecovery": enabled},
    ]
    changed = compliant().with_("transactions", replicas=replicas)
    assert verdict(RECOVERY, changed, "transactions") is status


def test_a_replica_without_recovery_is_told_from_the_table() -> None:
    changed = compliant().with_("transactions", replicas=[{"regionName": "eu-west-1"}])
    [fault] = [found for found in findings(RECOVERY, changed) if found.status is FAIL]
    assert fault.path == "replicas[0].pointInTimeRecovery"


def test_unknown_replicas_may_be_without_recovery() -> None:
    changed = compliant().with_("transactions", replicas=UNKNOWN)
    assert verdict(RECOVERY, changed, "transactions") is UNDECIDED


@pytest.mark.parametrize(("enabled", "status"), SWITCH)
def test_recovery_of_a_replica_as_a_resource(enabled: Any, status: Status) -> None:
    changed = compliant().add(REPLICA, "replica", globalTableArn=UNKNOWN)
    changed = changed.with_("replica", pointInTimeRecovery=enabled)
    assert verdict(RECOVERY, changed, "replica") is status


@pytest.mark.parametrize(
    ("mode", "status"),
    [
        ("PAY_PER_REQUEST", PASS),
        ("PROVISIONED", FAIL),
        ("pay_per_request", FAIL),
        (None, FAIL),
        (UNKNOWN, UNDECIDED),
        (7, UNDECIDED),
    ],
)
def test_billing_is_on_demand(mode: Any, status: Status) -> None:
    changed = compliant().with_("transactions", billingMode=mode)
    assert verdict(ON_DEMAND, changed, "transactions") is status


def test_key_schemas_change_nothing() -> None:
    """`hash_key` is deprecated for `key_schema`: a table is judged alike with either."""
    changed = compliant().with_(
        "transactions", hashKey=None, keySchemas=[{"attributeName": "id", "keyType": "HASH"}]
    )
    for rule in (RECOVERY, ON_DEMAND):
        assert verdict(rule, changed, "transactions") is PASS


def test_messages_name_what_was_seen_and_what_is_wanted() -> None:
    changed = compliant().with_("transactions", billingMode="PROVISIONED")
    assert "PROVISIONED" in message(ON_DEMAND, changed, "transactions")
    assert "must be PAY_PER_REQUEST" in message(ON_DEMAND, changed, "transactions")
