"""Queues: FIFO and deduplication."""

from __future__ import annotations

from typing import Any

import pytest
from payment_guardrails.finding import Status
from payment_guardrails.values import UNKNOWN

from tests.policypack.services.compliant import (
    FAIL,
    FUNCTION,
    INVOKE_CONFIG,
    NOT_APPLICABLE,
    PASS,
    QUEUE,
    UNDECIDED,
    Draft,
    arn,
    compliant,
    message,
    redrive,
    verdict,
)

FIFO = "sqs-queue-fifo"
DEDUPLICATION = "sqs-queue-content-based-deduplication"


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, PASS),
        ({"fifoQueue": "true"}, PASS),
        ({"name": None}, PASS),
        ({"name": None, "namePrefix": "notifications"}, PASS),
        ({"fifoQueue": False}, FAIL),
        ({"fifoQueue": None}, FAIL),
        ({"name": "notifications"}, FAIL),
        ({"name": "notifications.fifo-dev"}, FAIL),
        ({"name": "notifications-fifo"}, FAIL),
        ({"fifoQueue": UNKNOWN}, UNDECIDED),
        ({"fifoQueue": "yes"}, UNDECIDED),
        ({"name": UNKNOWN}, UNDECIDED),
    ],
)
def test_queues_are_fifo(changes: dict[str, Any], status: Status) -> None:
    assert verdict(FIFO, compliant().with_("notifications", **changes), "notifications") is status


def test_the_message_names_what_was_seen_and_what_is_wanted() -> None:
    changed = compliant().with_("notifications", name="notifications")
    assert "notifications; the name must end in .fifo" in message(FIFO, changed, "notifications")


def with_failures(*, standard: bool = True) -> Draft:
    return compliant().add(QUEUE, "failures", name="failures", fifoQueue=not standard)


FAILURES = arn(QUEUE, "failures")


def test_a_standard_queue_is_a_fault_by_itself() -> None:
    assert verdict(FIFO, with_failures(), "failures") is FAIL


def test_the_dead_letter_target_of_a_function_is_exempt() -> None:
    changed = with_failures().with_("process", deadLetterConfig={"targetArn": FAILURES})
    assert verdict(FIFO, changed, "failures") is NOT_APPLICABLE
    assert "function's failures" in message(FIFO, changed, "failures")


def test_the_on_failure_destination_of_an_invoke_configuration_is_exempt() -> None:
    changed = with_failures().add(
        INVOKE_CONFIG,
        "config",
        functionName="process",
        destinationConfig={"onFailure": {"destination": FAILURES}},
    )
    assert verdict(FIFO, changed, "failures") is NOT_APPLICABLE


def test_the_on_failure_destination_of_a_mapping_is_exempt() -> None:
    changed = with_failures().with_(
        "process-notifications", destinationConfig={"onFailure": {"destinationArn": FAILURES}}
    )
    assert verdict(FIFO, changed, "failures") is NOT_APPLICABLE


def test_the_dead_letter_queue_of_an_exempt_queue_is_exempt() -> None:
    changed = (
        with_failures()
        .with_("process", deadLetterConfig={"targetArn": FAILURES})
        .add(QUEUE, "lost", name="lost")
    )
    assert verdict(FIFO, changed, "lost") is FAIL
    linked = changed.with_("failures", redrivePolicy=redrive("lost"))
    assert verdict(FIFO, linked, "lost") is NOT_APPLICABLE
    shared = linked.with_("notifications", fifoQueue=None, redrivePolicy=redrive("lost"))
    assert verdict(FIFO, shared, "lost") is FAIL


def test_exemption_does_not_pass_to_other_queues_or_other_services() -> None:
    changed = with_failures().with_("process", deadLetterConfig={"targetArn": arn(QUEUE, "other")})
    assert verdict(FIFO, changed, "failures") is FAIL
    topic = "arn:aws:sns:us-east-2:123456789012:failures"
    changed = with_failures().with_("process", deadLetterConfig={"targetArn": topic}).at_preview()
    assert verdict(FIFO, changed, "failures") is FAIL


def test_an_unknown_target_is_followed_by_its_dependency_or_undecided() -> None:
    changed = with_failures().with_("process", deadLetterConfig={"targetArn": UNKNOWN})
    assert verdict(FIFO, changed, "failures") is UNDECIDED
    linked = changed.linked("process", "deadLetterConfig", "failures")
    assert verdict(FIFO, linked, "failures") is NOT_APPLICABLE
    topic = changed.add("aws:sns/topic:Topic", "topic")
    elsewhere = topic.linked("process", "deadLetterConfig", "topic")
    assert verdict(FIFO, elsewhere, "failures") is FAIL
    # A parameter may hold the ARN of any queue.
    parameter = changed.add("aws:ssm/parameter:Parameter", "parameter")
    anywhere = parameter.linked("process", "deadLetterConfig", "parameter")
    assert verdict(FIFO, anywhere, "failures") is UNDECIDED
    either = changed.linked("process", "deadLetterConfig", "failures", "notifications")
    assert verdict(FIFO, either, "failures") is UNDECIDED


def test_an_unknown_redrive_policy_exempts_nothing_by_itself() -> None:
    unknown = with_failures().with_("notifications", redrivePolicy=UNKNOWN)
    assert verdict(FIFO, unknown, "failures") is FAIL
    exempt = unknown.add(QUEUE, "async", name="async", redrivePolicy=UNKNOWN)
    exempt = exempt.with_("process", deadLetterConfig={"targetArn": arn(QUEUE, "async")})
    assert verdict(FIFO, exempt, "failures") is UNDECIDED


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, PASS),
        ({"contentBasedDeduplication": "true"}, PASS),
        ({"contentBasedDeduplication": False}, FAIL),
        ({"contentBasedDeduplication": None}, FAIL),
        ({"contentBasedDeduplication": UNKNOWN}, UNDECIDED),
        ({"contentBasedDeduplication": "x"}, UNDECIDED),
        ({"fifoQueue": None}, NOT_APPLICABLE),
        ({"fifoQueue": False, "contentBasedDeduplication": None}, NOT_APPLICABLE),
        ({"fifoQueue": UNKNOWN, "contentBasedDeduplication": None}, UNDECIDED),
        ({"fifoQueue": UNKNOWN}, PASS),
    ],
)
def test_fifo_queues_deduplicate_by_content(changes: dict[str, Any], status: Status) -> None:
    changed = compliant().with_("notifications", **changes)
    assert verdict(DEDUPLICATION, changed, "notifications") is status


def test_a_queue_of_another_stack_does_not_matter() -> None:
    changed = compliant().add(
        FUNCTION, "other", name="other", deadLetterConfig={"targetArn": arn(QUEUE, "elsewhere")}
    )
    assert verdict(FIFO, changed, "notifications") is PASS
