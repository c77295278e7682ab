"""Event source mappings: batch item failures."""

from __future__ import annotations

from typing import Any

import pytest
from payment_guardrails.finding import Status
from payment_guardrails.values import UNKNOWN

from tests.policypack.services.compliant import (
    FAIL,
    NOT_APPLICABLE,
    PASS,
    UNDECIDED,
    compliant,
    message,
    verdict,
)

FAILURES = "lambda-mapping-partial-failures"
STREAM = "arn:aws:dynamodb:us-east-2:123456789012:table/transactions/stream/2026"


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        (["ReportBatchItemFailures"], PASS),
        ("ReportBatchItemFailures", PASS),
        ([UNKNOWN, "ReportBatchItemFailures"], PASS),
        ([], FAIL),
        (None, FAIL),
        (["reportBatchItemFailures"], FAIL),
        ([UNKNOWN], UNDECIDED),
        (UNKNOWN, UNDECIDED),
        ([1], UNDECIDED),
    ],
)
def test_a_mapping_of_a_queue_reports_batch_item_failures(types: Any, expected: Status) -> None:
    changed = compliant().with_("process-notifications", functionResponseTypes=types)
    assert verdict(FAILURES, changed, "process-notifications") is expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("arn:aws:sqs:us-east-2:123456789012:elsewhere.fifo", FAIL),
        (STREAM, NOT_APPLICABLE),
        ("arn:aws:kinesis:us-east-2:123456789012:stream/sqs", NOT_APPLICABLE),
        ("arn:aws:timestream:us-east-2:123456789012:database/sqs", NOT_APPLICABLE),
        (None, NOT_APPLICABLE),
        (UNKNOWN, UNDECIDED),
        ([STREAM], UNDECIDED),
    ],
)
def test_only_mappings_of_queues_must_report(source: Any, expected: Status) -> None:
    changed = compliant().with_(
        "process-notifications", functionResponseTypes=None, eventSourceArn=source
    )
    assert verdict(FAILURES, changed, "process-notifications") is expected


def test_an_unknown_source_is_followed_by_its_dependency() -> None:
    unknown = compliant().with_(
        "process-notifications", functionResponseTypes=None, eventSourceArn=UNKNOWN
    )
    for name, expected in (
        ("notifications", FAIL),
        ("transactions", NOT_APPLICABLE),
        ("api-key", UNDECIDED),
    ):
        linked = unknown.linked("process-notifications", "eventSourceArn", name)
        assert verdict(FAILURES, linked, "process-notifications") is expected


def test_an_unknown_source_does_not_matter_where_failures_are_reported() -> None:
    unknown = compliant().with_("process-notifications", eventSourceArn=UNKNOWN)
    assert verdict(FAILURES, unknown, "process-notifications") is PASS


def test_the_message_names_what_is_wanted() -> None:
    changed = compliant().with_("process-notifications", functionResponseTypes=None)
    assert "ReportBatchItemFailures" in message(FAILURES, changed, "process-notifications")
