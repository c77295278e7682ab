"""Every queue is read by somebody."""

from __future__ import annotations

from typing import Any

import pytest
from payment_guardrails.finding import Status
from payment_guardrails.values import UNKNOWN

from tests.policypack.services.compliant import (
    FAIL,
    MAPPING,
    NOT_APPLICABLE,
    PASS,
    PIPE,
    QUEUE,
    QUEUE_POLICY,
    ROLE_POLICY,
    UNDECIDED,
    Draft,
    allow,
    arn,
    compliant,
    document,
    message,
    url,
    verdict,
)

CONSUMED = "sqs-queue-consumed"
NOTIFICATIONS = arn(QUEUE, "notifications.fifo")


def unread() -> Draft:
    return compliant().without("process-notifications")


def with_grant(*statements: Any) -> Draft:
    return unread().add(ROLE_POLICY, "reader", role="process-role", policy=document(*statements))


def status(draft: Draft) -> Status:
    return verdict(CONSUMED, draft, "notifications")


def test_a_queue_that_nobody_reads_is_named() -> None:
    assert status(unread()) is FAIL
    assert "nobody reads it" in message(CONSUMED, unread(), "notifications")


def test_a_mapping_on_the_queue_reads_it() -> None:
    assert status(compliant()) is PASS
    assert "process-notifications" in message(CONSUMED, compliant(), "notifications")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"enabled": True}, PASS),
        ({"enabled": False}, FAIL),
        ({"enabled": "false"}, FAIL),
        ({"enabled": UNKNOWN}, UNDECIDED),
        ({"eventSourceArn": arn(QUEUE, "other.fifo")}, FAIL),
        ({"eventSourceArn": None}, FAIL),
        ({"eventSourceArn": UNKNOWN}, UNDECIDED),
    ],
)
def test_mappings_that_read_it_and_others(changes: dict[str, Any], expected: Status) -> None:
    assert status(compliant().with_("process-notifications", **changes)) is expected


def test_an_unknown_source_is_followed_by_its_dependency() -> None:
    unknown = compliant().with_("process-notifications", eventSourceArn=UNKNOWN)
    linked = unknown.linked("process-notifications", "eventSourceArn", "notifications")
    assert status(linked) is PASS
    elsewhere = unknown.linked("process-notifications", "eventSourceArn", "transactions")
    assert status(elsewhere) is FAIL
    another_stacks = unknown.linked("process-notifications", "eventSourceArn", "api-key")
    assert status(another_stacks) is UNDECIDED


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"source": NOTIFICATIONS}, PASS),
        ({"source": NOTIFICATIONS, "desiredState": "STOPPED"}, FAIL),
        ({"source": arn(QUEUE, "other.fifo")}, FAIL),
        ({"source": UNKNOWN}, UNDECIDED),
    ],
)
def test_a_pipe_reads_its_source(changes: dict[str, Any], expected: Status) -> None:
    assert status(unread().add(PIPE, "pipe", **changes)) is expected


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (allow("sqs:ReceiveMessage", NOTIFICATIONS), PASS),
        (allow(["sqs:DeleteMessage", "SQS:receivemessage"], [NOTIFICATIONS]), PASS),
        (allow("sqs:*", NOTIFICATIONS), PASS),
        (allow("sqs:SendMessage", NOTIFICATIONS), FAIL),
        (allow("sqs:ReceiveMessage", arn(QUEUE, "other.fifo")), FAIL),
        (allow("sqs:ReceiveMessage", "*"), FAIL),
        ({**allow("sqs:ReceiveMessage", NOTIFICATIONS), "Effect": "Deny"}, FAIL),
        ({"Effect": "Allow", "NotAction": "sqs:SendMessage", "Resource": NOTIFICATIONS}, PASS),
        ({"Effect": "Allow", "NotAction": "sqs:ReceiveMessage", "Resource": NOTIFICATIONS}, FAIL),
        ({"Effect": "Allow", "Action": "sqs:ReceiveMessage"}, UNDECIDED),
        ({"Effect": "Deny", "Action": "sqs:ReceiveMessage"}, FAIL),
        ({"Effect": "Allow", "Action": "sqs:SendMessage"}, FAIL),
        ({"Effect": "Allow", "Action": "sqs:ReceiveMessage", "NotResource": "x"}, FAIL),
    ],
)
def test_a_grant_to_receive_from_its_arn(statement: Any, expected: Status) -> None:
    assert status(with_grant(statement)) is expected


def test_documents_that_are_not_known() -> None:
    unknown = unread().add(ROLE_POLICY, "reader", role="process-role", policy=UNKNOWN)
    assert status(unknown) is UNDECIDED
    statement = {"Effect": "Allow", "Action": "sqs:ReceiveMessage", "Resource": UNKNOWN}
    element = unknown.with_("reader", policy={"Statement": [statement]})
    assert status(element) is UNDECIDED
    assert status(element.linked("reader", "policy", "notifications")) is PASS
    action = unknown.with_("reader", policy={"Statement": [allow(UNKNOWN, NOTIFICATIONS)]})
    assert status(action) is UNDECIDED
    sends = {**statement, "Action": "sqs:SendMessage"}
    assert status(unknown.with_("reader", policy={"Statement": [sends]})) is FAIL


def test_an_unknown_document_grants_nothing_for_certain() -> None:
    unknown = unread().add(ROLE_POLICY, "sender", role="process-role", policy=UNKNOWN)
    assert status(unknown.linked("sender", "policy", "notifications")) is UNDECIDED


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (document({**allow("sqs:ReceiveMessage", NOTIFICATIONS), "Principal": {"AWS": "1"}}), PASS),
        (document({**allow("sqs:SendMessage", NOTIFICATIONS), "Principal": {"AWS": "1"}}), FAIL),
        (UNKNOWN, UNDECIDED),
        ("{", UNDECIDED),
        (None, FAIL),
    ],
)
def test_a_policy_of_the_queue(policy: Any, expected: Status) -> None:
    as_resource = unread().add(QUEUE_POLICY, "readers", queueUrl=url("notifications.fifo"))
    assert status(as_resource.with_("readers", policy=policy)) is expected
    assert status(unread().with_("notifications", policy=policy)) is expected
    elsewhere = as_resource.with_("readers", queueUrl=url("other.fifo"), policy=policy)
    assert status(elsewhere) is FAIL


def test_dead_letter_queues_are_exempt() -> None:
    assert verdict(CONSUMED, compliant(), "notifications-dead") is NOT_APPLICABLE
    alone = compliant().with_("notifications", redrivePolicy=None)
    assert verdict(CONSUMED, alone, "notifications-dead") is FAIL


def test_a_dead_letter_queue_stays_exempt_though_somebody_reads_it() -> None:
    read = compliant().add(
        MAPPING, "drain", event_source_arn=arn(QUEUE, "notifications-dead.fifo"),
        function_name="process",
    )  # fmt: skip
    assert verdict(CONSUMED, read, "notifications-dead") is NOT_APPLICABLE


def test_a_queue_that_is_read_and_may_be_a_dead_letter_queue_is_undecided() -> None:
    other = compliant().add(QUEUE, "other", redrive_policy=UNKNOWN)
    assert status(other) is UNDECIDED
    assert "unless it is a dead-letter queue" in message(CONSUMED, other, "notifications")
