"""How IAM documents are weakened, wherever they sit."""

from __future__ import annotations

import json
from typing import Any

from compliance.proof.change import Kind
from tests.compliance.proof.stacks import changes, document, policy, resource

TABLE = "arn:aws:dynamodb:us-east-2:123456789012:table/orders-dev"
READ = {"Effect": "Allow", "Action": ["dynamodb:GetItem"], "Resource": TABLE}
ROLE = "aws:iam/role:Role"
QUEUE_POLICY = "aws:sqs/queuePolicy:QueuePolicy"


def widened(member: str, *statements: Any) -> list[Any]:
    """What a member of the first statement becomes, in each change of it."""
    values = []
    for change in changes({}, policy(*statements)):
        statement = document(change)["Statement"][0]
        if statement.get(member) != statements[0][member] and change.kind is Kind.GRANT:
            values.append(statement.get(member))
    return [each for each in values if each is not None]


def test_each_action_is_widened_to_its_verb_its_service_and_everything() -> None:
    assert widened("Action", READ) == [["*"], ["dynamodb:*"], ["dynamodb:Get*"]]


def test_each_resource_is_widened_part_by_part() -> None:
    assert widened("Resource", READ) == [
        "*",
        "arn:aws:dynamodb:*:123456789012:table/orders-dev",
        "arn:aws:dynamodb:us-east-2:*:table/orders-dev",
        "arn:aws:dynamodb:us-east-2:123456789012:table/*",
        "arn:aws:dynamodb:us-east-2:123456789012:table/orders-*",
    ]


def test_what_is_named_turns_into_all_but_it() -> None:
    said = [set(document(each)["Statement"][0]) for each in changes({}, policy(READ))]
    assert {"Effect", "NotAction", "Resource"} in said
    assert {"Effect", "Action", "NotResource"} in said


def test_the_statements_beside_the_changed_one_stay() -> None:
    other = {"Effect": "Allow", "Action": "xray:PutTraceSegments", "Resource": "*"}
    first = [each for each in changes({}, policy(READ, other)) if "[0]" in each.path]
    assert first
    assert all(document(each)["Statement"][1] == other for each in first)


def test_a_path_to_more_rights_is_added_on_named_things_only() -> None:
    added = [
        statement
        for change in changes({}, policy(READ))
        for statement in document(change)["Statement"][1:]
    ]
    assert {"iam:PutRolePolicy", "iam:PassRole", "lambda:UpdateFunctionCode"} <= {
        action for statement in added for action in statement["Action"]
    }
    assert not any("*" in json.dumps(statement) for statement in added)


def test_a_grant_of_nothing_is_tried() -> None:
    idle = [each for each in changes({}, policy(READ)) if each.kind is Kind.IDLE]
    assert [document(each)["Statement"][0]["Action"] for each in idle] == [
        ["dynamodb:GetItemMisspelt"], ["dynamodb:GetItem"],
    ]  # fmt: skip


def test_a_role_trusts_everybody_or_an_outsider_on_no_condition() -> None:
    trust = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"AWS": "arn:aws:iam::999999999999:root"},
        "Condition": {"StringEquals": {"sts:ExternalId": "x"}},
    }
    role = resource(ROLE, "r", {"assumeRolePolicy": {"Statement": [trust]}})
    statements = [
        after.inputs["assumeRolePolicy"]["Statement"][0]
        for each in changes({}, role)
        for after in each.edits.values()
        if after is not None
    ]
    free = {name: trust[name] for name in ("Effect", "Action", "Principal")}
    assert free in statements
    assert {**free, "Principal": "*"} in statements
    assert {**trust, "Action": "sts:*"} in statements


def test_a_queue_no_longer_denies_what_comes_without_tls() -> None:
    deny = {
        "Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": "*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }  # fmt: skip
    found = changes({}, resource(QUEUE_POLICY, "p", {"policy": {"Statement": [deny]}}))
    assert {each.path.rpartition(".")[2] for each in found} == {
        "Effect", "Principal", "Action", "Condition",
    }  # fmt: skip


def test_documents_are_found_at_any_depth_and_as_text_or_data() -> None:
    held = {"Statement": READ}
    for inputs in (
        {"policy": held}, {"policy": json.dumps(held)},
        {"inlinePolicies": [{"name": "x", "policy": json.dumps(held)}]},
    ):  # fmt: skip
        found = changes({}, resource("aws:x/y:Y", "r", inputs))
        assert any("widened to dynamodb:*" in each.what for each in found), inputs
