"""Queues: a message stays hidden while the function that the queue feeds works on it."""

from __future__ import annotations

from typing import Any

import pytest
from payment_guardrails.finding import Status
from payment_guardrails.values import UNKNOWN, Secret

from tests.policypack.services.compliant import (
    FAIL,
    FUNCTION,
    MAPPING,
    NOT_APPLICABLE,
    PASS,
    QUEUE,
    UNDECIDED,
    Draft,
    arn,
    compliant,
    message,
    verdict,
)

VISIBILITY = "sqs-queue-visibility-timeout"


def visibility(draft: Draft, queue: str = "notifications", **options: Any) -> Status:
    return verdict(VISIBILITY, draft, queue, **options)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (119, FAIL),
        (120, PASS),
        ("120", PASS),
        (121, PASS),
        (0, FAIL),
        # AWS hides messages for 30 s.
        (None, FAIL),
        (UNKNOWN, UNDECIDED),
        ("long", UNDECIDED),
    ],
)
def test_a_queue_hides_messages_for_six_times_the_functions_timeout(
    seconds: Any, expected: Status
) -> None:
    changed = compliant().with_("notifications", visibilityTimeoutSeconds=seconds)
    assert visibility(changed) is expected


@pytest.mark.parametrize(
    ("timeout", "expected"),
    [(19, PASS), (20, PASS), (21, FAIL), (None, PASS), (UNKNOWN, UNDECIDED), ("long", UNDECIDED)],
)
def test_the_functions_timeout_counts(timeout: Any, expected: Status) -> None:
    assert visibility(compliant().with_("process", timeout=timeout)) is expected


def test_the_defaults_of_both_fit() -> None:
    changed = compliant().with_("process", timeout=None)
    assert visibility(changed.with_("notifications", visibilityTimeoutSeconds=None)) is PASS
    assert visibility(changed.with_("notifications", visibilityTimeoutSeconds=18)) is PASS
    assert visibility(changed.with_("notifications", visibilityTimeoutSeconds=17)) is FAIL


@pytest.mark.parametrize(
    ("window", "seconds", "expected"),
    [
        (10, 129, FAIL),
        (10, 130, PASS),
        (0, 120, PASS),
        (UNKNOWN, 200, UNDECIDED),
        # Whatever the window is, it only adds to that.
        (UNKNOWN, 119, FAIL),
    ],
)
def test_the_batching_window_comes_on_top(window: Any, seconds: int, expected: Status) -> None:
    changed = compliant().with_("process-notifications", maximumBatchingWindowInSeconds=window)
    assert visibility(changed.with_("notifications", visibilityTimeoutSeconds=seconds)) is expected


@pytest.mark.parametrize(("times", "expected"), [(6, PASS), (7, FAIL), (1, PASS)])
def test_the_factor_is_configurable(times: int, expected: Status) -> None:
    assert visibility(compliant(), timesTheTimeout=times) is expected


def test_a_queue_that_feeds_no_function_is_not_spoken_of() -> None:
    assert visibility(compliant(), "notifications-dead") is NOT_APPLICABLE
    stream = "arn:aws:kinesis:us-east-2:123456789012:stream/notifications"
    changed = compliant().with_("process-notifications", eventSourceArn=stream)
    assert visibility(changed) is NOT_APPLICABLE


def test_the_slowest_of_several_functions_counts() -> None:
    changed = compliant().add(FUNCTION, "slow", name="slow", timeout=60)
    changed = changed.add(
        MAPPING, "slow-mapping", eventSourceArn=arn(QUEUE, "notifications.fifo"),
        functionName=f"{arn(FUNCTION, 'slow')}:live",
    )  # fmt: skip
    assert visibility(changed) is FAIL
    said = message(VISIBILITY, changed, "notifications")
    for words in ("120 s", "360 s", "slow-mapping"):
        assert words in said
    assert visibility(changed.with_("notifications", visibilityTimeoutSeconds=360)) is PASS


def test_a_function_outside_the_stack_has_an_unknown_timeout() -> None:
    outside = arn(FUNCTION, "elsewhere")
    assert visibility(compliant().with_("process-notifications", functionName=outside)) is UNDECIDED


def test_unknown_links_are_followed_by_their_dependencies() -> None:
    changed = compliant().with_("notifications", visibilityTimeoutSeconds=119)
    changed = changed.with_("process-notifications", eventSourceArn=UNKNOWN, functionName=UNKNOWN)
    assert visibility(changed) is UNDECIDED
    queue = changed.linked("process-notifications", "eventSourceArn", "notifications")
    assert visibility(queue) is UNDECIDED
    both = queue.linked("process-notifications", "functionName", "process")
    assert visibility(both) is FAIL
    assert visibility(both, "notifications-dead") is NOT_APPLICABLE


def with_another(timeout: Any) -> Draft:
    """A stack in which nobody knows what the function of another mapping reads."""
    draft = compliant().add(FUNCTION, "other", name="other", timeout=timeout)
    return draft.add(MAPPING, "other-mapping", eventSourceArn=UNKNOWN, functionName="other")


@pytest.mark.parametrize(
    ("timeout", "expected"), [(20, PASS), (21, UNDECIDED), (UNKNOWN, UNDECIDED)]
)
def test_a_mapping_of_an_unknown_queue_may_read_one_that_another_reads(
    timeout: Any, expected: Status
) -> None:
    assert visibility(with_another(timeout)) is expected


def test_a_mapping_of_an_unknown_queue_may_read_one_that_nothing_else_reads() -> None:
    changed = compliant().with_("process-notifications", eventSourceArn=UNKNOWN)
    assert visibility(changed) is UNDECIDED
    assert visibility(changed, "notifications-dead") is UNDECIDED
    stream = changed.add("aws:kinesis/stream:Stream", "stream")
    stream = stream.linked("process-notifications", "eventSourceArn", "stream")
    assert visibility(stream, "notifications-dead") is NOT_APPLICABLE


def test_of_several_such_mappings_the_one_that_asks_for_most_counts() -> None:
    for seconds, expected in ((20, PASS), (21, UNDECIDED), (UNKNOWN, UNDECIDED)):
        more = with_another(1).add(FUNCTION, "more", name="more", timeout=seconds)
        more = more.add(MAPPING, "a-mapping", eventSourceArn=UNKNOWN, functionName="more")
        assert visibility(more) is expected


@pytest.mark.parametrize(("timeout", "expected"), [(20, PASS), (21, UNDECIDED)])
def test_a_source_made_of_two_queues_may_be_either(timeout: int, expected: Status) -> None:
    changed = with_another(timeout).add(QUEUE, "third", visibilityTimeoutSeconds=1)
    changed = changed.linked(
        "other-mapping", "eventSourceArn", "notifications", "notifications-dead"
    )
    assert visibility(changed) is expected
    assert visibility(changed, "notifications-dead") is UNDECIDED
    assert visibility(changed, "third") is NOT_APPLICABLE


def test_no_number_that_is_made_of_a_secret_is_shown() -> None:
    changed = compliant().with_("process", timeout=Secret(777))
    said = message(VISIBILITY, changed, "notifications")
    assert "must be at least [secret] s" in said
    assert "777" not in said
    assert str(6 * 777) not in said
