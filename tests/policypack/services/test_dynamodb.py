"""Tables and their replicas: recovery, billing, encryption, protection from deletion."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from payment_guardrails.finding import Status
from payment_guardrails.values import UNKNOWN, Secret

from tests.policypack.services.compliant import (
    FAIL,
    NOT_APPLICABLE,
    PASS,
    REPLICA,
    TABLE,
    UNDECIDED,
    Draft,
    arn,
    compliant,
    findings,
    message,
    verdict,
)

RECOVERY = "dynamodb-table-point-in-time-recovery"
ON_DEMAND = "dynamodb-table-on-demand"
ENCRYPTED = "dynamodb-table-encrypted"
PROTECTED = "dynamodb-table-deletion-protection"

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


@pytest.mark.parametrize(("enabled", "status"), SWITCH)
def test_a_table_has_a_key_of_the_account(enabled: Any, status: Status) -> None:
    changed = compliant().with_("transactions", serverSideEncryption={"enabled": enabled})
    assert verdict(ENCRYPTED, changed, "transactions") is status


@pytest.mark.parametrize(
    ("block", "status"),
    [
        # AWS's own key of the account, and a customer managed one.
        ({"enabled": True, "kmsKeyArn": ""}, PASS),
        ({"enabled": True, "kmsKeyArn": UNKNOWN}, PASS),
        # A key that is named and not turned on.
        ({"enabled": False, "kmsKeyArn": "arn:aws:kms:us-east-2:123456789012:key/0f5a"}, FAIL),
        (None, FAIL),
        ({}, FAIL),
        (UNKNOWN, UNDECIDED),
        (True, UNDECIDED),
    ],
)
def test_the_block_of_encryption(block: Any, status: Status) -> None:
    changed = compliant().with_("transactions", serverSideEncryption=block)
    assert verdict(ENCRYPTED, changed, "transactions") is status


def with_replica(enabled: Any, **inputs: Any) -> Draft:
    changed = compliant().with_("transactions", serverSideEncryption={"enabled": enabled})
    return changed.add(REPLICA, "replica", globalTableArn=arn(TABLE, "transactions"), **inputs)


@pytest.mark.parametrize(("enabled", "status"), SWITCH)
@pytest.mark.parametrize("key", [None, ""])
def test_a_replica_has_a_key_where_its_table_has(key: Any, enabled: Any, status: Status) -> None:
    assert verdict(ENCRYPTED, with_replica(enabled, kmsKeyArn=key), "replica") is status


@pytest.mark.parametrize("key", ["arn:aws:kms:eu-west-1:123456789012:key/0f5a", UNKNOWN])
def test_a_replica_may_have_a_key_of_its_own(key: Any) -> None:
    assert verdict(ENCRYPTED, with_replica(enabled=False, kmsKeyArn=key), "replica") is PASS


def test_a_replica_of_a_table_elsewhere_cannot_be_judged() -> None:
    elsewhere = with_replica(enabled=True).with_("replica", globalTableArn=arn(TABLE, "other"))
    assert verdict(ENCRYPTED, elsewhere, "replica") is UNDECIDED
    assert "globalTableArn is not one table of" in message(ENCRYPTED, elsewhere, "replica")
    unknown = elsewhere.with_("replica", globalTableArn=UNKNOWN)
    assert verdict(ENCRYPTED, unknown, "replica") is UNDECIDED
    assert "globalTableArn is not known before" in message(ENCRYPTED, unknown, "replica")
    linked = unknown.linked("replica", "globalTableArn", "transactions")
    assert verdict(ENCRYPTED, linked, "replica") is PASS


def test_an_unencrypted_table_is_told_whose_key_it_has() -> None:
    changed = compliant().with_("transactions", serverSideEncryption={"enabled": False})
    said = message(ENCRYPTED, changed, "transactions")
    assert "its key is one that AWS owns" in said
    assert "must be enabled" in said


def in_stack(name: str, draft: Draft) -> Draft:
    """The same resources in a stack of another name."""
    return Draft(
        {
            key: replace(each, urn=each.urn.replace(":dev:", f":{name}:", 1))
            for key, each in draft.resources.items()
        }
    )


@pytest.mark.parametrize(("enabled", "status"), SWITCH)
def test_a_table_of_production_is_protected(enabled: Any, status: Status) -> None:
    changed = in_stack("prod", compliant().with_("transactions", deletionProtectionEnabled=enabled))
    assert verdict(PROTECTED, changed, "transactions") is status


@pytest.mark.parametrize(("enabled", "status"), SWITCH)
def test_replicas_have_switches_of_their_own(enabled: Any, status: Status) -> None:
    block = {"regionName": "eu-west-1", "deletionProtectionEnabled": enabled}
    changed = compliant().with_("transactions", replicas=[block])
    changed = changed.add(REPLICA, "replica", deletionProtectionEnabled=enabled)
    assert verdict(PROTECTED, in_stack("prod", changed), "transactions") is status
    assert verdict(PROTECTED, in_stack("prod", changed), "replica") is status


def test_unknown_replicas_may_be_unprotected() -> None:
    changed = in_stack("prod", compliant().with_("transactions", replicas=UNKNOWN))
    assert verdict(PROTECTED, changed, "transactions") is UNDECIDED


@pytest.mark.parametrize(
    ("stack", "status"),
    [
        ("prod", FAIL),
        ("production", FAIL),
        ("Production", FAIL),
        ("prod-eu", NOT_APPLICABLE),
        ("preproduction", NOT_APPLICABLE),
        ("dev", NOT_APPLICABLE),
    ],
)
@pytest.mark.parametrize("enabled", [False, None])
def test_only_production_needs_it(stack: str, status: Status, enabled: Any) -> None:
    changed = in_stack(stack, compliant().with_("transactions", deletionProtectionEnabled=enabled))
    assert verdict(PROTECTED, changed, "transactions") is status


@pytest.mark.parametrize("enabled", [True, False, UNKNOWN])
def test_what_is_not_known_changes_nothing_outside_production(enabled: Any) -> None:
    changed = compliant().with_("transactions", deletionProtectionEnabled=enabled)
    assert verdict(PROTECTED, changed, "transactions") is NOT_APPLICABLE


def test_the_names_of_production_are_an_option() -> None:
    changed = in_stack("live", compliant().with_("transactions", deletionProtectionEnabled=False))
    options = {"production": [" Live ", "dr"]}
    assert verdict(PROTECTED, changed, "transactions", **options) is FAIL
    elsewhere = in_stack("prod", compliant())
    assert verdict(PROTECTED, elsewhere, "transactions", **options) is NOT_APPLICABLE
    assert "live is not production" in message(PROTECTED, changed, "transactions")
