"""Mappings: how large their batches may be, and how many their functions take at a time."""

from __future__ import annotations

from typing import Any

import pytest
from payment_guardrails.finding import Status
from payment_guardrails.values import UNKNOWN, Unknown

from tests.policypack.services.compliant import (
    FAIL,
    FUNCTION,
    INTEGRATION,
    MAPPING,
    NOT_APPLICABLE,
    PASS,
    QUEUE,
    UNDECIDED,
    Draft,
    arn,
    compliant,
    invoke_arn,
    message,
    verdict,
)

FIFO_LIMITS = "lambda-mapping-fifo-limits"
CONCURRENCY = "lambda-mapping-concurrency"
STREAM = "arn:aws:dynamodb:us-east-2:123456789012:table/t/stream/2026-01-01T00:00:00.000"


def fifo_limits(draft: Draft, **mapping: Any) -> Status:
    changed = draft.with_("process-notifications", **mapping)
    return verdict(FIFO_LIMITS, changed, "process-notifications")


@pytest.mark.parametrize(
    ("batch", "expected"),
    [
        (10, PASS),
        ("10", PASS),
        (1, PASS),
        (11, FAIL),
        (10000, FAIL),
        # AWS makes batches of 10.
        (None, PASS),
        (UNKNOWN, UNDECIDED),
        ("many", UNDECIDED),
    ],
)
def test_a_batch_of_a_fifo_queue_holds_at_most_ten(batch: Any, expected: Status) -> None:
    assert fifo_limits(compliant(), batchSize=batch) is expected


@pytest.mark.parametrize(
    ("window", "expected"), [(0, PASS), (1, FAIL), (None, PASS), (UNKNOWN, UNDECIDED)]
)
def test_there_is_no_batching_window_on_a_fifo_queue(window: Any, expected: Status) -> None:
    assert fifo_limits(compliant(), maximumBatchingWindowInSeconds=window) is expected


def test_one_limit_that_is_broken_decides() -> None:
    large = {"batchSize": 11, "maximumBatchingWindowInSeconds": UNKNOWN}
    assert fifo_limits(compliant(), **large) is FAIL
    late = {"batchSize": UNKNOWN, "maximumBatchingWindowInSeconds": 1}
    assert fifo_limits(compliant(), **late) is FAIL


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("arn:aws:sqs:us-east-2:123456789012:elsewhere.fifo", FAIL),
        ("arn:aws:sqs:us-east-2:123456789012:elsewhere", NOT_APPLICABLE),
        (STREAM, NOT_APPLICABLE),
        (None, NOT_APPLICABLE),
        (UNKNOWN, UNDECIDED),
    ],
)
def test_other_sources_take_larger_batches(source: Any, expected: Status) -> None:
    assert fifo_limits(compliant(), batchSize=100, eventSourceArn=source) is expected


def test_of_an_unknown_queue_nobody_knows_whether_the_limits_are_for_it() -> None:
    assert fifo_limits(compliant(), batchSize=10, eventSourceArn=UNKNOWN) is UNDECIDED


@pytest.mark.parametrize(
    ("queue", "expected"),
    [
        ({"fifoQueue": True}, FAIL),
        ({"fifoQueue": None}, NOT_APPLICABLE),
        ({"fifoQueue": False, "name": "jobs"}, NOT_APPLICABLE),
        # AWS refuses these two; what each of them says is taken at its word.
        ({"fifoQueue": True, "name": "jobs"}, FAIL),
        ({"fifoQueue": None, "name": "jobs.fifo"}, FAIL),
        ({"fifoQueue": UNKNOWN}, UNDECIDED),
        ({"fifoQueue": False, "name": UNKNOWN}, UNDECIDED),
    ],
)
def test_the_kind_of_a_queue_of_the_stack(queue: dict[str, Any], expected: Status) -> None:
    draft = compliant().add(QUEUE, "jobs", **queue)
    draft = draft.linked("process-notifications", "eventSourceArn", "jobs")
    assert fifo_limits(draft, batchSize=100, eventSourceArn=UNKNOWN) is expected
    arn_of_it = draft.resources["jobs"].outputs.get("arn")
    if arn_of_it is not None:
        assert fifo_limits(draft, batchSize=100, eventSourceArn=arn_of_it) is expected


def test_a_source_made_of_queues_of_both_kinds_may_be_either() -> None:
    draft = compliant().add(QUEUE, "jobs")
    draft = draft.linked("process-notifications", "eventSourceArn", "jobs", "notifications")
    assert fifo_limits(draft, batchSize=100, eventSourceArn=UNKNOWN) is UNDECIDED


def test_the_message_names_the_number_and_the_limit() -> None:
    changed = compliant().with_("process-notifications", batchSize=100)
    said = message(FIFO_LIMITS, changed, "process-notifications")
    assert "batch_size is 100" in said
    assert "at most 10" in said


@pytest.mark.parametrize(("batch", "words"), [(5, "is 5,"), (None, "is 10 (AWS's default)")])
def test_the_message_tells_a_batch_size_from_the_default(batch: Any, words: str) -> None:
    changed = compliant().with_("process-notifications", batchSize=batch)
    assert words in message(FIFO_LIMITS, changed, "process-notifications")


def concurrency(most: Any, reserved: Any = 50, *, called: bool = False, **mapping: Any) -> Status:
    draft = compliant() if called else compliant().without("post-integration")
    draft = draft.with_("process", reservedConcurrentExecutions=reserved)
    scaling = None if most is None else {"maximumConcurrency": most}
    draft = draft.with_("process-notifications", scalingConfig=scaling, **mapping)
    return verdict(CONCURRENCY, draft, "process-notifications")


@pytest.mark.parametrize(
    ("most", "reserved", "alone", "behind_api"),
    [
        (49, 50, PASS, PASS),
        (50, 50, PASS, FAIL),
        (300, 300, PASS, FAIL),
        ("300", 300, PASS, FAIL),
        (51, 50, FAIL, FAIL),
        ("49", "50", PASS, PASS),
        (2, 0, FAIL, FAIL),
        (None, 50, FAIL, FAIL),
        (UNKNOWN, 50, UNDECIDED, UNDECIDED),
        ("few", 50, UNDECIDED, UNDECIDED),
        (2, UNKNOWN, UNDECIDED, UNDECIDED),
        # Nothing is reserved: another rule speaks of that.
        (50, None, PASS, PASS),
        (50, -1, PASS, PASS),
    ],
)
def test_a_mapping_sends_no_more_than_the_function_takes(
    most: Any, reserved: Any, alone: Status, behind_api: Status
) -> None:
    assert concurrency(most, reserved) is alone
    assert concurrency(most, reserved, called=True) is behind_api


def test_a_scaling_configuration_without_a_maximum_sets_none() -> None:
    changed = compliant().with_("process-notifications", scalingConfig={})
    assert verdict(CONCURRENCY, changed, "process-notifications") is FAIL


@pytest.mark.parametrize(
    ("source", "unset", "too_many", "few"),
    [
        (STREAM, NOT_APPLICABLE, NOT_APPLICABLE, NOT_APPLICABLE),
        (UNKNOWN, UNDECIDED, UNDECIDED, UNDECIDED),
        ("arn:aws:sqs:us-east-2:123456789012:elsewhere", FAIL, FAIL, PASS),
    ],
)
def test_only_queues_are_polled(source: Any, unset: Status, too_many: Status, few: Status) -> None:
    assert concurrency(None, eventSourceArn=source) is unset
    assert concurrency(51, eventSourceArn=source) is too_many
    assert concurrency(2, eventSourceArn=source) is few


def test_a_function_outside_the_stack_may_take_less() -> None:
    assert concurrency(2, functionName=arn(FUNCTION, "elsewhere")) is UNDECIDED
    assert concurrency(None, functionName=arn(FUNCTION, "elsewhere")) is FAIL


def test_the_message_says_why_the_function_cannot_be_read() -> None:
    hidden = Unknown("is an encrypted secret")
    changed = compliant().with_("process-notifications", functionName=hidden)
    said = message(CONCURRENCY, changed, "process-notifications")
    assert said.startswith("functionName is an encrypted secret; ")


def full() -> Draft:
    """A mapping that takes all of its function, which no API calls."""
    draft = compliant().without("post-integration")
    return draft.with_("process-notifications", scalingConfig={"maximumConcurrency": 50})


@pytest.mark.parametrize(
    ("uri", "expected"),
    [(invoke_arn("process"), FAIL), (invoke_arn("other"), PASS), (UNKNOWN, UNDECIDED)],
)
def test_something_is_left_where_an_api_calls_the_function(uri: Any, expected: Status) -> None:
    # Also where the API does not wait for it.
    event = {"integration.request.header.X-Amz-Invocation-Type": "'Event'"}
    draft = full().add(INTEGRATION, "start", type="AWS", uri=uri, requestParameters=event)
    assert verdict(CONCURRENCY, draft, "process-notifications") is expected


def test_the_message_names_both_numbers_and_the_caller() -> None:
    draft = full().add(INTEGRATION, "pay", type="AWS_PROXY", uri=invoke_arn("process"))
    said = message(CONCURRENCY, draft, "process-notifications")
    for words in ("maximum_concurrency is 50", "reserves 50", "pay"):
        assert words in said


def test_each_mapping_is_judged_by_itself() -> None:
    draft = full().add(
        MAPPING, "second", eventSourceArn=arn(QUEUE, "notifications-dead.fifo"),
        functionName="process", scalingConfig={"maximumConcurrency": 51},
    )  # fmt: skip
    assert verdict(CONCURRENCY, draft, "process-notifications") is PASS
    assert verdict(CONCURRENCY, draft, "second") is FAIL
