"""Who may do what: the table of grants, on a function that may do exactly what it uses."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from payment_guardrails.iam.actions import ACCESS_LEVELS, access_levels
from payment_guardrails.iam.grant import Grant, GrantTable
from payment_guardrails.iam.grant_table import grant_table
from payment_guardrails.values import UNKNOWN, Secret

from tests.policypack.iam.test_grants_used import USES, exact
from tests.policypack.services.compliant import (
    ATTACHMENT,
    FUNCTION,
    QUEUE,
    ROLE,
    ROLE_POLICY,
    TABLE,
    Draft,
    allow,
    arn,
    document,
)


def granting(*statements: Any) -> Draft:
    """A function `work` whose role has one inline policy, with a table and a queue."""
    draft = Draft({}).add(ROLE, "role", name="role", assumeRolePolicy="{}")
    draft = draft.add(ROLE_POLICY, "inline", role="role", policy=document(*statements))
    draft = draft.add(TABLE, "orders", name="orders").add(QUEUE, "jobs", name="jobs")
    return draft.add(FUNCTION, "work", name="work", handler="app.work", role=arn(ROLE, "role"))


def named(urn: str) -> str:
    return urn.rpartition("::")[2]


def table(draft: Draft, uses: Any = None) -> GrantTable:
    return grant_table(draft.stack, uses)


def only(draft: Draft) -> Grant:
    [found] = table(draft).grants
    return found


def test_a_grant_says_who_what_on_which_resource_and_through_which_policy() -> None:
    found = only(granting(allow("dynamodb:GetItem", arn(TABLE, "orders"))))
    assert [named(each) for each in (found.principal, found.role, found.policy)] == [
        "work", "role", "inline",
    ]  # fmt: skip
    assert (found.action, found.resource) == ("dynamodb:GetItem", arn(TABLE, "orders"))
    assert [named(each) for each in found.targets] == ["orders"]
    assert (found.access, found.conditional, found.use) == (("Read",), False, "not_recorded")


@pytest.mark.parametrize(
    ("action", "resource", "targets"),
    [
        ("dynamodb:Query", f"{arn(TABLE, 'orders')}/index/*", ["orders"]),
        ("dynamodb:*", "*", ["orders"]),
        ("*", "*", ["jobs", "orders", "role", "work"]),
        ("sqs:SendMessage", arn(QUEUE, "jobs")[:-1] + "?", ["jobs"]),
        ("sqs:SendMessage", arn(TABLE, "orders"), []),
        ("dynamodb:GetItem", arn(QUEUE, "jobs"), []),
        ("sqs:SendMessage", arn(QUEUE, "other"), []),
        ("sqs:SendMessage", arn(QUEUE, "[jobs]"), []),
    ],
)
def test_the_resources_of_the_stack_that_a_grant_covers(
    action: str, resource: str, targets: list[str]
) -> None:
    found = only(granting(allow(action, resource)))
    assert sorted(named(each) for each in found.targets) == targets


def test_what_is_left_out_is_said_and_all_else_is_granted() -> None:
    statement = {"Effect": "Allow", "NotAction": "iam:*", "NotResource": arn(QUEUE, "jobs")}
    found = only(granting(statement))
    assert (found.action, found.resource) == ("all but iam:*", f"all but {arn(QUEUE, 'jobs')}")
    assert found.access == ACCESS_LEVELS
    assert "orders" in [named(each) for each in found.targets]


def test_a_condition_or_a_denial_narrows() -> None:
    narrow = allow("dynamodb:GetItem", arn(TABLE, "orders"))
    condition = {"Condition": {"StringEquals": {"aws:PrincipalTag/team": "payments"}}}
    assert only(granting({**narrow, **condition})).conditional
    assert only(granting(narrow, {**narrow, "Effect": "Deny"})).conditional
    assert not only(granting(narrow)).conditional


def test_use_is_recorded_or_of_aws_or_none() -> None:
    more = allow("dynamodb:PutItem", arn(TABLE, "orders"))
    draft = exact()
    draft = draft.add(ROLE_POLICY, "more", role="role", policy=document(more))
    uses = {(each.action, each.use) for each in table(draft, USES).grants}
    assert ("dynamodb:GetItem", "recorded") in uses
    assert ("sqs:ReceiveMessage", "aws") in uses
    assert ("logs:PutLogEvents", "aws") in uses
    assert ("dynamodb:PutItem", "unused") in uses
    assert {use for _, use in uses} == {"recorded", "aws", "unused"}


def test_a_variable_that_is_not_set_hides_no_other_use() -> None:
    found = table(exact(), {"app.work": {"dynamodb:GetItem": ["UNSET", "TABLE"]}}).grants
    assert [each.use for each in found if each.action == "dynamodb:GetItem"] == ["recorded"]


def test_a_role_that_no_function_takes_is_a_principal_itself() -> None:
    draft = Draft({}).add(ROLE, "people", name="people", assumeRolePolicy="{}")
    draft = draft.add(
        ROLE_POLICY,
        "inline",
        role="people",
        policy=document(allow("s3:GetObject", "arn:aws:s3:::b/*")),
    )
    assert named(only(draft).principal) == "people"


def test_what_cannot_be_told_is_no_grant_but_makes_the_principal_incomplete() -> None:
    known = allow("dynamodb:GetItem", arn(TABLE, "orders"))
    for draft in (
        granting(known).with_("inline", policy=UNKNOWN),
        granting(known).with_("work", role=UNKNOWN),
        granting(known).with_("inline", policy={"Statement": [{**known, "Resource": UNKNOWN}]}),
        granting(known).add(ATTACHMENT, "more", role="role", policyArn=UNKNOWN),
    ):
        assert "work" in [named(each) for each in table(draft).incomplete]
    assert table(granting(known)).incomplete == ()


def test_a_policy_that_aws_manages_is_named_by_its_arn() -> None:
    managed: Final = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    draft = granting().add(ATTACHMENT, "managed", role="role", policyArn=managed)
    found = table(draft).grants
    assert {each.policy for each in found} == {managed}
    assert {each.action for each in found} >= {"logs:PutLogEvents"}


def test_no_secret_is_shown() -> None:
    draft = granting(allow("dynamodb:GetItem", arn(TABLE, "orders")))
    hidden = draft.with_("inline", policy=Secret(draft.resources["inline"].inputs["policy"]))
    assert "orders" not in str([(each.action, each.resource) for each in table(hidden).grants])
    assert {each.action for each in table(hidden).grants} == {"[secret]"}


def test_levels_are_those_of_the_service_authorization_reference() -> None:
    assert access_levels("dynamodb:GetItem") == ("Read",)
    assert access_levels("SQS:sendmessage") == ("Write",)
    assert access_levels("s3:GetBucket*") == ("Read",)
    assert "Permissions management" in access_levels("iam:AttachRolePolicy")
    assert access_levels("*") == ACCESS_LEVELS
    assert access_levels("nothing:Real") == ()


@given(st.text(), st.text())
def test_any_statement_gives_a_table_that_survives_json(action: str, resource: str) -> None:
    found = table(granting(allow(action, resource)))
    assert GrantTable.from_json(asdict(found)) == found
