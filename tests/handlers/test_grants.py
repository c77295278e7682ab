"""Each function is granted what it uses, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from payment_guardrails.finding import Finding, Status
from payment_guardrails.iam.grants_compared import compare
from payment_guardrails.iam.recorded_use import Recording, RecordingError, read_recording
from payment_guardrails.stack import Stack
from payment_guardrails.values import UNKNOWN

from tests.handlers.recorded_use import RECORDING, as_json, recorded, run_everything
from tests.offline import evaluate

ROOT = Path(__file__).resolve().parents[2]
POLICY = "aws:iam/policy:Policy"
PROCESS = "handlers.process_transactions.handle"


@cache
def stack() -> Stack:
    return evaluate(ROOT, "dev", {}, 120).stacks[0]


def recording() -> Any:
    return read_recording(json.loads(RECORDING.read_text()))


def with_policy(purpose: str, change: Callable[[str], Any]) -> Stack:
    """The stack with the policy of one function changed."""
    return replace_inputs(purpose, POLICY, lambda inputs: {"policy": change(inputs["policy"])})


def replace_inputs(name: str, type_: str, change: Callable[[Any], dict[str, Any]]) -> Stack:
    resources = [
        replace(each, inputs={**each.inputs, **change(each.inputs)})
        if (each.name, each.type) == (name, type_)
        else each
        for each in stack().resources
    ]
    assert resources != list(stack().resources)
    return Stack.of(stack().project, stack().name, resources)


def faults(found: Stack, uses: Recording) -> list[Finding]:
    return [each for each in compare(found, uses) if each.status is not Status.PASS]


def test_the_recording_is_what_the_handlers_do(world: Any, context_with: Any) -> None:
    with recorded() as found:
        run_everything(world, context_with())
    assert as_json(found) == RECORDING.read_text(), "run `make recording`"


def test_each_function_is_granted_exactly_what_it_uses() -> None:
    findings = list(compare(stack(), recording()))
    assert [each.message for each in findings if each.status is not Status.PASS] == []
    assert len(findings) == 4


def test_a_grant_that_is_not_used_is_named() -> None:
    changed = with_policy(
        "retrieve-transactions", lambda text: text.replace('"dynamodb:GetItem"', '"dynamodb:Query"')
    )
    table = "arn:aws:dynamodb:us-east-2:123456789012:table/table-transactions-dev"
    assert [each.message for each in faults(changed, recording())] == [
        f"used and not granted: dynamodb:GetItem on {table}",
        f"granted and not used: dynamodb:Query on {table}",
    ]


@pytest.mark.parametrize(
    ("action", "purpose"),
    [
        ("sqs:ReceiveMessage", "send-notifications"),
        ("logs:PutLogEvents", "fraud-alerts"),
        ("xray:PutTraceSegments", "process-transactions"),
    ],
)
def test_what_aws_does_under_the_role_counts_as_used(action: str, purpose: str) -> None:
    changed = with_policy(
        purpose, lambda text: text.replace(f'"{action}"', f'"{action.partition(":")[0]}:Unused"')
    )
    messages = [each.message for each in faults(changed, recording())]
    assert len(messages) == 2
    assert messages[0].startswith(f"used and not granted: {action} on ")


def test_a_use_of_another_resource_is_not_covered() -> None:
    changed = with_policy(
        "fraud-alerts", lambda text: text.replace("table-fraud-alerts-dev", "table-other-dev")
    )
    assert len(faults(changed, recording())) == 2


def test_a_recorded_use_that_is_gone_leaves_an_idle_grant() -> None:
    uses = {**recording(), PROCESS: {**recording()[PROCESS]}}
    del uses[PROCESS]["dynamodb:UpdateItem"]
    [finding] = faults(stack(), uses)
    assert finding.message.startswith("granted and not used: dynamodb:UpdateItem on ")


@pytest.mark.parametrize(
    "unclear",
    [
        lambda _: UNKNOWN,
        lambda text: text.replace('"Effect": "Allow"', '"Effect": "Deny"'),
        lambda text: text.replace('"Effect"', '"Condition": {"Null": {"a": "true"}}, "Effect"'),
        lambda text: text.replace('"Resource"', '"NotResource"'),
    ],
)
def test_what_cannot_be_compared_is_undecided(unclear: Any) -> None:
    [finding] = faults(with_policy("retrieve-transactions", unclear), recording())
    assert finding.status is Status.UNDECIDED


def test_a_function_that_was_not_recorded_is_undecided() -> None:
    [finding] = faults(stack(), {k: v for k, v in recording().items() if k != PROCESS})
    assert finding.status is Status.UNDECIDED
    assert PROCESS in finding.message


@pytest.mark.parametrize(
    "data",
    [None, [], {}, {"functions": {"f": []}}, {"functions": {"f": {"sqs:SendMessage": "A"}}},
     {"functions": {"f": {"unknown:Do": []}}}],
)  # fmt: skip
def test_what_is_no_recording_is_refused(data: Any) -> None:
    with pytest.raises(RecordingError):
        read_recording(data)
