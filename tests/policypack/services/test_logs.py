"""Log groups: retention, and one for each function."""

from __future__ import annotations

from typing import Any

import pytest
from payment_guardrails.configuration import ConfigurationError, configure
from payment_guardrails.finding import Status
from payment_guardrails.rules import registered
from payment_guardrails.values import UNKNOWN, Secret, Unknown

from tests.policypack.services.compliant import (
    FAIL,
    GROUP,
    PASS,
    UNDECIDED,
    compliant,
    message,
    verdict,
)

RETENTION = "logs-group-retention"
HAS_GROUP = "lambda-function-has-log-group"
ENCRYPTED = "logs-group-encrypted"


@pytest.mark.parametrize(
    ("days", "status"),
    [
        (7, PASS),
        (7.0, PASS),
        ("7", PASS),
        (Secret(7), PASS),
        (6, FAIL),
        (8, FAIL),
        (0, FAIL),
        (None, FAIL),
        (UNKNOWN, UNDECIDED),
        (Secret(UNKNOWN), UNDECIDED),
        ("seven", UNDECIDED),
        (True, UNDECIDED),
        ([7], UNDECIDED),
    ],
)
def test_retention_is_exactly_seven_days(days: Any, status: Status) -> None:
    changed = compliant().with_("process-logs", retentionInDays=days)
    assert verdict(RETENTION, changed, "process-logs") is status


@pytest.mark.parametrize(("days", "status"), [(29, FAIL), (30, PASS), (31, FAIL)])
def test_the_number_of_days_is_an_option(days: int, status: Status) -> None:
    changed = compliant().with_("process-logs", retentionInDays=days)
    assert verdict(RETENTION, changed, "process-logs", retentionInDays=30) is status


def test_the_number_of_days_is_at_least_one() -> None:
    rules = {RETENTION: registered()[RETENTION]}
    configured = configure(rules, {RETENTION: {"retentionInDays": 1}})
    assert configured[RETENTION].settings["retentionInDays"] == 1
    with pytest.raises(ConfigurationError, match="must be at least 1"):
        configure(rules, {RETENTION: {"retentionInDays": 0}})


def test_messages_name_what_was_seen_and_what_is_wanted() -> None:
    long = message(RETENTION, compliant().with_("process-logs", retentionInDays=14), "process-logs")
    assert "14 days" in long
    assert "must be 7" in long
    for never in (0, None):
        changed = compliant().with_("process-logs", retentionInDays=never)
        assert "for ever" in message(RETENTION, changed, "process-logs")


def test_a_function_without_a_log_group_is_named() -> None:
    changed = compliant().without("process-logs")
    assert verdict(HAS_GROUP, changed, "process") is FAIL
    assert "/aws/lambda/process" in message(HAS_GROUP, changed, "process")


@pytest.mark.parametrize(
    "name", ["/aws/lambda/proces", "/aws/lambda/process2", "process", "/aws/lambda/Process"]
)
def test_a_group_of_another_name_is_not_the_functions(name: str) -> None:
    assert verdict(HAS_GROUP, compliant().with_("process-logs", name=name), "process") is FAIL


def test_a_group_named_after_the_logical_name_of_an_auto_named_function_does_not_match() -> None:
    changed = compliant().with_("process", name=None)
    assert verdict(HAS_GROUP, changed, "process") is FAIL
    right = changed.with_("process-logs", name="/aws/lambda/process-1234567")
    assert verdict(HAS_GROUP, right, "process") is PASS


def test_an_auto_named_group_is_nobodys() -> None:
    assert verdict(HAS_GROUP, compliant().with_("process-logs", name=None), "process") is FAIL


def test_unknown_names_are_undecided_unless_one_was_made_from_the_other() -> None:
    no_name = compliant().with_("process", name=UNKNOWN)
    assert verdict(HAS_GROUP, no_name, "process") is UNDECIDED
    no_group_name = compliant().with_("process-logs", name=UNKNOWN)
    assert verdict(HAS_GROUP, no_group_name, "process") is UNDECIDED
    for changed in (no_group_name, no_group_name.with_("process", name=UNKNOWN)):
        assert verdict(HAS_GROUP, changed.linked("process-logs", "name", "process"), "process") is (
            PASS
        )


@pytest.mark.parametrize(
    ("group", "status"),
    [
        ("shared", PASS),
        ("other", FAIL),
        (UNKNOWN, UNDECIDED),
        (None, FAIL),
        (["shared"], UNDECIDED),
    ],
)
def test_the_group_of_the_logging_configuration_counts(group: Any, status: Status) -> None:
    changed = (
        compliant()
        .without("process-logs")
        .add(GROUP, "shared", name="shared")
        .with_("process", loggingConfig={"logFormat": "JSON", "logGroup": group})
    )
    assert verdict(HAS_GROUP, changed, "process") is status


def test_the_default_group_does_not_stand_in_for_the_configured_one() -> None:
    changed = compliant().with_("process", loggingConfig={"logGroup": "other"})
    assert verdict(HAS_GROUP, changed, "process") is FAIL


def test_an_unknown_logging_configuration_is_followed_by_its_dependency() -> None:
    changed = compliant().with_("process", loggingConfig={"logGroup": UNKNOWN})
    linked = changed.linked("process", "loggingConfig", "process-logs")
    assert verdict(HAS_GROUP, linked, "process") is PASS
    assert verdict(HAS_GROUP, compliant().with_("process", loggingConfig=UNKNOWN), "process") is (
        UNDECIDED
    )


@pytest.mark.parametrize(
    ("group", "reason"),
    [("shared", UNKNOWN.reason), (Unknown("is an encrypted secret"), "is an encrypted secret")],
)
def test_a_configured_group_that_may_be_a_managed_one_is_told_with_the_reason(
    group: Any, reason: str
) -> None:
    unnamed = compliant().with_("process-logs", name=UNKNOWN)
    changed = unnamed.with_("process", loggingConfig={"logGroup": group})
    assert verdict(HAS_GROUP, changed, "process") is UNDECIDED
    assert message(HAS_GROUP, changed, "process").startswith(f"loggingConfig.logGroup {reason}; ")


@pytest.mark.parametrize(
    ("key", "status"),
    [
        ("arn:aws:kms:us-east-2:123456789012:key/0f5a", PASS),
        (Secret("arn:aws:kms:us-east-2:123456789012:key/0f5a"), PASS),
        # A key's ARN is never known before it is made: an unknown one is set.
        (UNKNOWN, PASS),
        (Secret(UNKNOWN), PASS),
        ("", FAIL),
        (None, FAIL),
    ],
)
def test_a_group_has_a_key(key: Any, status: Status) -> None:
    changed = compliant().with_("process-logs", kmsKeyId=key)
    assert verdict(ENCRYPTED, changed, "process-logs") is status


def test_a_group_without_a_key_is_told_which_property_is_missing() -> None:
    changed = compliant().with_("process-logs", kmsKeyId=None)
    assert "kms_key_id is not set" in message(ENCRYPTED, changed, "process-logs")
