"""Secrets in the open, and limits that stand between resources."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from payment_guardrails.values import Secret

from compliance.proof.change import Change, Kind
from compliance.proof.secret_changes import TOKENS
from tests.compliance.proof.stacks import (
    FUNCTION,
    MAPPING,
    changes,
    policy,
    queue,
    resource,
)

ARN = "arn:aws:lambda:us-east-2:123456789012:function:work"


def test_every_secret_is_replaced_by_each_literal() -> None:
    parameter = resource("aws:ssm/parameter:Parameter", "p", {"value": Secret("real")})
    found = changes({}, parameter)
    values = [after.inputs["value"] for each in found for after in each.edits.values() if after]
    assert values == list(TOKENS.values())
    assert not any("real" in each.what for each in found)
    assert not any(token in each.what for each in found for token in TOKENS.values())


def test_a_token_is_put_into_the_variables_of_a_function_its_tags_and_texts() -> None:
    inputs = {"environment": {"variables": {"A": "1"}}, "tags": {"B": "2"}, "description": "x"}
    found = changes({}, resource(FUNCTION, "f", inputs))
    assert {each.path for each in found} == {
        "environment.variables.SETTING", "environment.variables.DB_PASSWORD",
        "environment.variables.WEBHOOK_SECRET", "tags.Note", "description",
    }  # fmt: skip


def worker(timeout: int, reserved: int, most: int, visible: int) -> list[Any]:
    jobs = queue("jobs", visibilityTimeoutSeconds=visible)
    function = resource(
        FUNCTION,
        "work",
        {"timeout": timeout, "reservedConcurrentExecutions": reserved},
        outputs={"arn": ARN, "name": "work"},
    )
    mapping = resource(
        MAPPING,
        "jobs",
        {
            "eventSourceArn": jobs.outputs["arn"],
            "functionName": ARN,
            "scalingConfig": {"maximumConcurrency": most},
        },
    )
    return [jobs, function, mapping]


def set_to(found: list[Change], path: str) -> list[Any]:
    return [
        after.read(path).value
        for each in found
        for after in each.edits.values()
        if each.path == path and after is not None
    ]


@given(st.integers(1, 900), st.integers(2, 100), st.integers(2, 100))
def test_limits_between_a_queue_and_its_function_are_missed_by_one(
    timeout: int, reserved: int, most: int
) -> None:
    found = changes({}, *worker(timeout, reserved, most, visible=6 * timeout))
    assert set_to(found, "visibilityTimeoutSeconds") == [6 * timeout - 1]
    assert set_to(found, "timeout") == [timeout + 1]
    if most != reserved + 1:
        assert set_to(found, "scalingConfig.maximumConcurrency") == [reserved + 1]
    if reserved != most - 1:
        assert set_to(found, "reservedConcurrentExecutions") == [most - 1]


def test_a_queue_loses_every_reader_at_once() -> None:
    jobs, function, mapping = worker(10, 5, 5, 60)
    receive = {"Effect": "Allow", "Action": "sqs:ReceiveMessage", "Resource": jobs.outputs["arn"]}
    grants = policy(receive)
    unread = [
        each
        for each in changes({}, jobs, function, mapping, grants)
        if each.kind is Kind.LINK and each.path == "arn"
    ]
    assert [set(each.edits) for each in unread] == [{mapping.urn, grants.urn}] * 2
    gone, off = unread
    assert gone.edits[mapping.urn] is None
    kept = off.edits[mapping.urn]
    assert kept is not None
    assert kept.inputs["enabled"] is False


def test_a_dead_letter_queue_forgets_sooner_than_its_source() -> None:
    dead = queue("dead", messageRetentionSeconds=1209600)
    redrive = {"deadLetterTargetArn": dead.outputs["arn"], "maxReceiveCount": 3}
    source = queue("source", messageRetentionSeconds=345600, redrivePolicy=redrive)
    assert set_to(changes({}, dead, source), "messageRetentionSeconds") == [345599]


def test_no_change_leaves_the_stack_as_it_is_and_none_is_made_twice() -> None:
    resources = worker(10, 5, 5, 60)
    before = {each.urn: each for each in resources}
    found = changes({}, *resources)
    results = [
        repr(sorted((urn, after and after.inputs) for urn, after in each.edits.items()))
        for each in found
    ]
    assert len(results) == len(set(results))
    assert all(any(after != before[urn] for urn, after in each.edits.items()) for each in found)
