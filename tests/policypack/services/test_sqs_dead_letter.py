"""Dead-letter queues and retention."""

from __future__ import annotations

import json
from typing import Any

import pytest
from payment_guardrails.finding import Status
from payment_guardrails.values import UNKNOWN, Secret

from tests.policypack.services.compliant import (
    FAIL,
    NOT_APPLICABLE,
    PASS,
    QUEUE,
    REDRIVE,
    UNDECIDED,
    Draft,
    arn,
    compliant,
    message,
    redrive,
    url,
    verdict,
)

DEAD_LETTER = "sqs-queue-dead-letter"
RETENTION = "sqs-queue-retention"
DEAD = arn(QUEUE, "notifications-dead.fifo")


def with_policy(policy: Any) -> Draft:
    return compliant().with_("notifications", redrivePolicy=policy)


@pytest.mark.parametrize(
    ("count", "status"),
    [
        (1, PASS),
        (10, PASS),
        (3.0, PASS),
        ("3", PASS),
        (0, FAIL),
        (11, FAIL),
        (-1, FAIL),
        (None, FAIL),
        ("many", UNDECIDED),
        (True, UNDECIDED),
    ],
)
def test_the_receive_count_is_from_one_to_ten(count: Any, status: Status) -> None:
    assert verdict(DEAD_LETTER, with_policy(redrive(count=count)), "notifications") is status


@pytest.mark.parametrize(("count", "status"), [(4, FAIL), (5, PASS), (6, PASS), (7, FAIL)])
def test_the_bounds_are_options(count: int, status: Status) -> None:
    options = {"minReceiveCount": 5, "maxReceiveCount": 6}
    changed = with_policy(redrive(count=count))
    assert verdict(DEAD_LETTER, changed, "notifications", **options) is status


@pytest.mark.parametrize(
    ("policy", "status"),
    [
        ({"deadLetterTargetArn": DEAD, "maxReceiveCount": 3}, PASS),
        (Secret(redrive()), PASS),
        (redrive("elsewhere.fifo"), PASS),
        (None, FAIL),
        ("", FAIL),
        ({}, FAIL),
        ({"maxReceiveCount": 3}, FAIL),
        ({"deadLetterTargetArn": "dead", "maxReceiveCount": 3}, FAIL),
        (redrive("elsewhere"), FAIL),
        (redrive("notifications.fifo"), FAIL),
        (UNKNOWN, UNDECIDED),
        ({"deadLetterTargetArn": UNKNOWN, "maxReceiveCount": 3}, UNDECIDED),
        ({"deadLetterTargetArn": DEAD, "maxReceiveCount": UNKNOWN}, UNDECIDED),
        ({"deadLetterTargetArn": UNKNOWN, "maxReceiveCount": 11}, FAIL),
        ("{", UNDECIDED),
        ("[]", UNDECIDED),
        (7, UNDECIDED),
    ],
)
def test_redrive_policies_in_every_shape(policy: Any, status: Status) -> None:
    assert verdict(DEAD_LETTER, with_policy(policy), "notifications") is status


def test_the_kinds_must_agree() -> None:
    standard = compliant().with_("notifications-dead", fifoQueue=False)
    assert verdict(DEAD_LETTER, standard, "notifications") is FAIL
    both = standard.with_("notifications", fifoQueue=False)
    assert verdict(DEAD_LETTER, both, "notifications") is PASS
    other_way = compliant().with_("notifications", fifoQueue=None)
    assert verdict(DEAD_LETTER, other_way, "notifications") is FAIL
    assert "standard queue" in message(DEAD_LETTER, standard, "notifications")
    for name in ("notifications", "notifications-dead"):
        unknown = compliant().with_(name, fifoQueue=UNKNOWN)
        assert verdict(DEAD_LETTER, unknown, "notifications") is UNDECIDED


def test_a_dead_letter_queue_is_exempt() -> None:
    assert verdict(DEAD_LETTER, compliant(), "notifications-dead") is NOT_APPLICABLE
    alone = with_policy(None)
    assert verdict(DEAD_LETTER, alone, "notifications-dead") is FAIL


def test_queues_that_hand_their_messages_in_a_circle_have_no_dead_letter_queue() -> None:
    circle = compliant().with_("notifications-dead", redrivePolicy=redrive("notifications.fifo"))
    for name in ("notifications", "notifications-dead"):
        assert verdict(DEAD_LETTER, circle, name) is FAIL
        assert "back to it" in message(DEAD_LETTER, circle, name)


def test_only_the_queues_of_a_circle_are_in_it() -> None:
    circle = (
        compliant()
        .with_("notifications-dead", redrivePolicy=redrive("notifications.fifo"))
        .add(QUEUE, "into", name="into.fifo", fifoQueue=True, redrivePolicy=redrive())
        .add(QUEUE, "into-too", name="into-too.fifo", fifoQueue=True, redrivePolicy=redrive())
    )
    circle = circle.add(QUEUE, "out", name="out.fifo", fifoQueue=True).add(
        REDRIVE,
        "second",
        queueUrl=url("notifications.fifo"),
        redrivePolicy=redrive("out.fifo"),
    )
    for name in ("notifications", "notifications-dead"):
        assert verdict(DEAD_LETTER, circle, name) is FAIL
    for name in ("into", "into-too"):
        assert verdict(DEAD_LETTER, circle, name) is PASS
    assert verdict(DEAD_LETTER, circle, "out") is NOT_APPLICABLE


def test_dead_letter_queues_that_share_one_are_no_circle() -> None:
    shared = (
        compliant()
        .with_("notifications-dead", redrivePolicy=redrive("last.fifo"))
        .add(QUEUE, "other", name="other.fifo", fifoQueue=True, redrivePolicy=redrive())
        .add(QUEUE, "last", name="last.fifo", fifoQueue=True)
    )
    for name in ("notifications", "other"):
        assert verdict(DEAD_LETTER, shared, name) is PASS
    for name in ("notifications-dead", "last"):
        assert verdict(DEAD_LETTER, shared, name) is NOT_APPLICABLE


def test_a_chain_of_dead_letter_queues_is_no_circle() -> None:
    chain = (
        compliant()
        .with_("notifications-dead", redrivePolicy=redrive("last.fifo"))
        .add(QUEUE, "last", name="last.fifo", fifoQueue=True)
    )
    assert verdict(DEAD_LETTER, chain, "notifications") is PASS
    assert verdict(DEAD_LETTER, chain, "notifications-dead") is NOT_APPLICABLE
    assert verdict(DEAD_LETTER, chain, "last") is NOT_APPLICABLE


POLICY = redrive()
URL = url("notifications.fifo")


def as_resource(policy: Any = POLICY, queue: Any = URL) -> Draft:
    return with_policy(None).add(REDRIVE, "redrive", queueUrl=queue, redrivePolicy=policy)


def test_a_redrive_policy_as_a_resource() -> None:
    assert verdict(DEAD_LETTER, as_resource(), "notifications") is PASS
    assert verdict(DEAD_LETTER, as_resource(redrive(count=11)), "notifications") is FAIL
    assert verdict(DEAD_LETTER, as_resource(), "notifications-dead") is NOT_APPLICABLE
    elsewhere = as_resource(queue=url("other.fifo"))
    assert verdict(DEAD_LETTER, elsewhere, "notifications") is FAIL


def test_a_redrive_policy_of_an_unknown_queue() -> None:
    unknown = as_resource(queue=UNKNOWN)
    assert verdict(DEAD_LETTER, unknown, "notifications") is UNDECIDED
    linked = unknown.linked("redrive", "queueUrl", "notifications")
    assert verdict(DEAD_LETTER, linked, "notifications") is PASS
    other = unknown.add(QUEUE, "other", name="other.fifo", fifoQueue=True)
    either = other.linked("redrive", "queueUrl", "notifications", "other")
    for name in ("notifications", "other"):
        assert verdict(DEAD_LETTER, either, name) is UNDECIDED


def test_an_unknown_policy_is_followed_by_its_dependency() -> None:
    unknown = with_policy(UNKNOWN)
    linked = unknown.linked("notifications", "redrivePolicy", "notifications-dead")
    assert verdict(DEAD_LETTER, linked, "notifications") is UNDECIDED
    assert verdict(DEAD_LETTER, linked, "notifications-dead") is NOT_APPLICABLE
    assert verdict(DEAD_LETTER, unknown, "notifications-dead") is UNDECIDED
    arn_only = with_policy({"deadLetterTargetArn": UNKNOWN, "maxReceiveCount": 3})
    linked = arn_only.linked("notifications", "redrivePolicy", "notifications-dead")
    assert verdict(DEAD_LETTER, linked, "notifications") is PASS


def test_an_unknown_policy_that_was_made_from_two_queues_decides_neither() -> None:
    unknown = with_policy(UNKNOWN).add(QUEUE, "other", name="other.fifo", fifoQueue=True)
    linked = unknown.linked("notifications", "redrivePolicy", "notifications-dead", "other")
    for name in ("notifications-dead", "other"):
        assert verdict(DEAD_LETTER, linked, name) is UNDECIDED
        assert verdict(RETENTION, linked, name) is UNDECIDED


def test_of_two_unknown_policies_each_may_name_the_others_queue() -> None:
    two = with_policy(UNKNOWN).add(
        QUEUE, "other", name="other.fifo", fifoQueue=True, redrivePolicy=UNKNOWN
    )
    for name in ("notifications", "other"):
        assert verdict("sqs-queue-retention", two, name) is UNDECIDED


def test_the_message_names_what_was_seen_and_what_is_wanted() -> None:
    said = message(DEAD_LETTER, with_policy(redrive(count=11)), "notifications")
    assert "maxReceiveCount is 11; maxReceiveCount must be from 1 to 10" in said


@pytest.mark.parametrize(
    ("seconds", "status"),
    [
        (345600, PASS),
        (345600.0, PASS),
        ("345600", PASS),
        (None, PASS),
        (345599, FAIL),
        (345601, FAIL),
        (60, FAIL),
        (UNKNOWN, UNDECIDED),
        ("4 days", UNDECIDED),
    ],
)
def test_a_queue_keeps_messages_for_four_days(seconds: Any, status: Status) -> None:
    changed = compliant().with_("notifications", messageRetentionSeconds=seconds)
    assert verdict(RETENTION, changed, "notifications") is status


def test_the_default_is_called_one() -> None:
    changed = compliant().with_("notifications", messageRetentionSeconds=None)
    assert "default" in message(RETENTION, changed, "notifications")
    other = {"messageRetentionSeconds": 86400}
    assert verdict(RETENTION, changed, "notifications", **other) is FAIL


@pytest.mark.parametrize(
    ("seconds", "status"),
    [
        (345599, FAIL),
        (345600, PASS),
        (345601, PASS),
        (None, PASS),
        (UNKNOWN, UNDECIDED),
    ],
)
def test_a_dead_letter_queue_keeps_messages_as_long_as_its_source(
    seconds: Any, status: Status
) -> None:
    changed = compliant().with_("notifications-dead", messageRetentionSeconds=seconds)
    assert verdict(RETENTION, changed, "notifications-dead") is status


def test_the_longest_source_counts() -> None:
    changed = compliant().add(
        QUEUE,
        "slow",
        name="slow.fifo",
        fifoQueue=True,
        messageRetentionSeconds=1209600,
        redrivePolicy=redrive(),
    )
    assert verdict(RETENTION, changed, "notifications-dead") is PASS
    shorter = changed.with_("notifications-dead", messageRetentionSeconds=1209599)
    assert verdict(RETENTION, shorter, "notifications-dead") is FAIL
    assert "slow" in message(RETENTION, shorter, "notifications-dead")
    unknown = shorter.with_("notifications", messageRetentionSeconds=UNKNOWN)
    assert verdict(RETENTION, unknown, "notifications-dead") is FAIL


def test_a_dead_letter_queue_of_a_queue_outside_the_stack_keeps_the_usual_time() -> None:
    policy = json.dumps({"deadLetterTargetArn": DEAD, "maxReceiveCount": 3})
    changed = as_resource(policy, queue=url("elsewhere.fifo"))
    assert verdict(RETENTION, changed, "notifications-dead") is PASS
    shorter = changed.with_("notifications-dead", messageRetentionSeconds=345599)
    assert verdict(RETENTION, shorter, "notifications-dead") is FAIL


def test_a_queue_that_takes_a_functions_failures_is_a_dead_letter_queue() -> None:
    changed = compliant().add(QUEUE, "failures", name="failures", messageRetentionSeconds=1209600)
    assert verdict(DEAD_LETTER, changed, "failures") is FAIL
    assert verdict(RETENTION, changed, "failures") is FAIL
    target = {"targetArn": arn(QUEUE, "failures")}
    taking = changed.with_("process", deadLetterConfig=target)
    assert verdict(DEAD_LETTER, taking, "failures") is NOT_APPLICABLE
    assert verdict(RETENTION, taking, "failures") is PASS
    shorter = taking.with_("failures", messageRetentionSeconds=345599)
    assert verdict(RETENTION, shorter, "failures") is FAIL
    unknown = changed.with_("process", deadLetterConfig={"targetArn": UNKNOWN})
    assert verdict(DEAD_LETTER, unknown, "failures") is UNDECIDED
