"""The two wildcard rules over documents in every form."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from payment_guardrails.finding import Status
from payment_guardrails.iam import permissions, policies, roles
from payment_guardrails.iam.arns import breadth
from payment_guardrails.resource import Resource
from payment_guardrails.rule import worst
from payment_guardrails.rules import registered
from payment_guardrails.stack import Stack
from payment_guardrails.values import UNKNOWN, Asset, Secret, Unknown

POLICY = "aws:iam/policy:Policy"
QUEUE = "arn:aws:sqs:us-east-2:123456789012:jobs"
ACTION, RESOURCE = "iam-policy-no-wildcard-action", "iam-policy-no-wildcard-resource"


def allow(action: Any = "sqs:SendMessage", resource: Any = QUEUE, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def findings(rule: str, document: Any, type_: str = POLICY, place: str = "policy") -> Any:
    resource = Resource("urn:r", type_, "r", {place: document} if document is not None else {})
    return registered()[rule].judge(Stack.of("p", "dev", [resource]), {})


def verdict(rule: str, document: Any) -> Status:
    return worst(findings(rule, document))


def of(*statements: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


@pytest.mark.parametrize(
    ("statement", "status"),
    [
        (allow(), Status.PASS), (allow(["sqs:SendMessage", "sqs:ReceiveMessage"]), Status.PASS),
        (allow("*"), Status.FAIL), (allow("sqs:*"), Status.FAIL), (allow("sqs:Send*"), Status.FAIL),
        (allow("sqs:SendMessag?"), Status.FAIL), (allow(["sqs:SendMessage", "s3:*"]), Status.FAIL),
        ({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}, Status.FAIL),
        (allow("*", Effect="Deny"), Status.PASS), (allow("*", Effect=UNKNOWN), Status.UNDECIDED),
        (allow("*", Effect="Permit"), Status.UNDECIDED), (allow("*", Effect=""), Status.UNDECIDED),
        ({"EFFECT": "Allow", "ACTION": "s3:*", "RESOURCE": QUEUE}, Status.FAIL),
        (allow(UNKNOWN), Status.UNDECIDED), (allow([UNKNOWN, "s3:*"]), Status.FAIL),
        ({"Effect": "Allow", "Resource": QUEUE}, Status.UNDECIDED), (UNKNOWN, Status.UNDECIDED),
        ("text", Status.UNDECIDED),
    ],
)  # fmt: skip
def test_wildcards_in_actions(statement: Any, status: Status) -> None:
    assert verdict(ACTION, of(allow(), statement)) is status


@pytest.mark.parametrize(
    ("statement", "status"),
    [
        (allow(), Status.PASS), (allow(resource="*"), Status.FAIL),
        (allow(resource="arn:aws:sqs:*:123456789012:jobs"), Status.FAIL),
        (allow(resource="arn:aws:sqs:us-east-2:*:jobs"), Status.FAIL),
        (allow(resource="arn:aws:sqs:us-east-2:123456789012:job*"), Status.FAIL),
        (allow("logs:*", "arn:aws:logs:*:*:*"), Status.FAIL),
        (allow("xray:PutTraceSegments", "*"), Status.PASS),
        (allow("xray:PutT*", "*"), Status.PASS), (allow("*", "*"), Status.FAIL),
        (allow(["xray:PutTraceSegments", "sqs:SendMessage"], "*"), Status.FAIL),
        (allow("ec2:DescribeInstances", "*"), Status.PASS),
        (allow("xray:NoSuchAction", "*"), Status.FAIL),
        (allow("XRAY:puttracesegments", "*"), Status.PASS),
        (allow(resource=UNKNOWN), Status.UNDECIDED),
        (allow("xray:PutTraceSegments", UNKNOWN), Status.PASS),
        (allow(UNKNOWN, "*"), Status.UNDECIDED), (allow(UNKNOWN, QUEUE), Status.PASS),
        (allow([UNKNOWN, "sqs:SendMessage"], "*"), Status.FAIL),
        (allow([UNKNOWN, "xray:PutTraceSegments"], "*"), Status.UNDECIDED),
        ({"Effect": "Allow", "Resource": "*"}, Status.UNDECIDED),
        ({"Effect": "Allow", "Action": "sqs:SendMessage"}, Status.UNDECIDED),
        ({"Effect": "Allow", "Action": "sqs:SendMessage", "NotResource": QUEUE}, Status.FAIL),
        ({"Effect": "Allow", "NotAction": "sqs:SendMessage", "Resource": "*"}, Status.FAIL),
        (allow(resource="*", Effect="Deny"), Status.PASS),
        (allow(resource="*", Effect=UNKNOWN), Status.UNDECIDED),
    ],
)  # fmt: skip
def test_wildcards_in_resources(statement: Any, status: Status) -> None:
    assert verdict(RESOURCE, of(statement)) is status


@pytest.mark.parametrize(
    "pattern",
    [
        QUEUE, "arn:aws:logs:us-east-2:123456789012:log-group:/aws/lambda/x:*",
        "arn:aws:logs:us-east-2:123456789012:log-group:/aws/lambda/x:log-stream:*",
        "arn:aws:dynamodb:us-east-2:123456789012:table/x/index/*", "arn:aws:s3:::bucket/*",
        "arn:aws:s3:::bucket/folder/*", "arn:aws:lambda:us-east-2:123456789012:function:x:*",
        "arn:aws:execute-api:us-east-2:123456789012:abc/dev/GET/transactions/*",
        "arn:aws:ssm:us-east-2:123456789012:parameter/app/*",
        "arn:aws:secretsmanager:us-east-2:123456789012:secret:prod/db-??????",
        "arn:aws:s3:::bucket/${aws:username}", "arn:aws-cn:s3:::bucket/*",
        "arn:aws:states:us-east-2:123456789012:execution:machine:*",
    ],
)  # fmt: skip
def test_one_thing_and_its_children_are_narrow(pattern: str) -> None:
    assert breadth(pattern) is None


@pytest.mark.parametrize(
    "pattern",
    [
        "*", "sqs*", "arn:aws:*:us-east-2:123456789012:x", "arn:*:sqs:us-east-2:123456789012:x",
        "arn:aws:sqs:us-*-2:123456789012:x", "arn:aws:sqs:us-east-2:12345678901?:x",
        "arn:aws:sqs:us-east-2:*", "arn:aws:sqs:us-east-2:123456789012:jobs-??????",
        "arn:aws:logs:us-east-2:123456789012:*", "arn:aws:logs:us-east-2:123456789012:log-group:*",
        "arn:aws:logs:us-east-2:123456789012:log-group:/aws/lambda/*",
        "arn:aws:dynamodb:us-east-2:123456789012:table/*", "arn:aws:s3:::*", "arn:aws:s3:::b*/*",
        "arn:aws:dynamodb:us-east-2:123456789012:table/x*/index/*",
        "arn:aws:dynamodb:us-east-2:123456789012:table/x-??????",
        "arn:aws:dynamodb:us-east-2:123456789012:*/x",
        "arn:aws:iam::123456789012:role/service-role/*", "arn:aws:iam::123456789012:role/x*",
        "arn:aws:kms:us-east-2:123456789012:key/*",
        "arn:aws:secretsmanager:us-east-2:123456789012:secret:prod/*",
        "arn:aws:execute-api:us-east-2:123456789012:*/dev/GET/x",
        "arn:aws:ssm:us-east-2:123456789012:parameter/*",
        "arn:aws:ssm:us-east-2:123456789012:parameter/app/key-*",
        "arn:aws:ssm:us-east-2:123456789012:parameter/app/*/key",
    ],
)  # fmt: skip
def test_many_things_are_wide(pattern: str) -> None:
    assert breadth(pattern) is not None


def test_everything_is_told_from_a_wildcard() -> None:
    assert breadth("*") == "it covers every resource"
    assert breadth("**") == breadth("!*") == "it is a wildcard, not an ARN"


def test_a_finding_names_its_place_and_keeps_its_detail_when_moved() -> None:
    bad = allow(["sqs:SendMessage", "s3:*"])
    [first] = [item for item in findings(ACTION, of(bad)) if item.status is Status.FAIL]
    [second] = [item for item in findings(ACTION, of(allow(), bad)) if item.status is Status.FAIL]
    assert first.path == "policy.Statement[0].Action[1]"
    assert second.path == "policy.Statement[1].Action[1]"
    assert first.detail == second.detail


def test_each_fault_is_a_finding_of_its_own() -> None:
    found = findings(ACTION, of(allow(["s3:*", "sqs:*"]), allow("ec2:*")))
    assert len(found) == 3
    assert len({item.detail for item in found}) == 3


def test_a_statement_behind_one_that_denies_is_judged_too() -> None:
    assert verdict(ACTION, of(allow("*", Effect="Deny"), allow("*"))) is Status.FAIL


def test_all_that_a_statement_leaves_out_is_one_finding() -> None:
    [action] = findings(ACTION, of({"Effect": "Allow", "NotAction": ["iam:*", "sts:*"]}))
    assert action.detail == "Allow NotAction"
    left_out = {"Effect": "Allow", "Action": "sqs:SendMessage", "NotResource": [QUEUE, f"{QUEUE}2"]}
    [resource] = findings(RESOURCE, of(left_out))
    assert resource.detail == "Allow sqs:sendmessage on NotResource"
    assert "allows sqs:SendMessage on everything but NotResource" in resource.message


@pytest.mark.parametrize(
    ("names", "shown"),
    [("A", "sqs:A"), ("CAB", "sqs:A, sqs:B, sqs:C"), ("DCAB", "sqs:A, sqs:B, sqs:C, ...")],
)
def test_a_finding_names_three_actions_and_tells_that_there_are_more(
    names: str, shown: str
) -> None:
    [found] = findings(RESOURCE, of(allow([f"sqs:{name}" for name in names], "*")))
    assert found.message.startswith(f"policy.Statement[0] allows {shown} on *: ")


def test_documents_that_are_not_there_or_unknown() -> None:
    assert verdict(ACTION, None) is Status.NOT_APPLICABLE
    assert verdict(ACTION, UNKNOWN) is Status.UNDECIDED
    assert verdict(ACTION, "{") is Status.UNDECIDED
    assert verdict(ACTION, Secret(json.dumps(of(allow("*"))))) is Status.FAIL
    hint = findings(ACTION, Secret(json.dumps(of(allow("topsecret:*")))))[0]
    assert "topsecret" not in hint.message


def test_inline_policies_of_a_role_are_judged() -> None:
    inline = [{"name": "a", "policy": json.dumps(of(allow()))}, {"policy": of(allow("s3:*"))}]
    found = findings(ACTION, inline, "aws:iam/role:Role", "inlinePolicies")
    assert sorted(item.status for item in found) == [Status.FAIL, Status.PASS]
    unset = findings(ACTION, [{"name": "a"}, *inline], "aws:iam/role:Role", "inlinePolicies")
    assert sorted(item.status for item in unset) == [
        Status.FAIL, Status.NOT_APPLICABLE, Status.PASS
    ]  # fmt: skip
    empty = findings(ACTION, [{}], "aws:iam/role:Role", "inlinePolicies")
    assert [item.status for item in empty] == [Status.NOT_APPLICABLE]


statements = st.builds(
    allow,
    st.lists(st.sampled_from(["sqs:SendMessage", "s3:*", "xray:PutTraceSegments"]), min_size=1),
    st.lists(st.sampled_from([QUEUE, "*", "arn:aws:s3:::b/*", "arn:aws:s3:::*"]), min_size=1),
    Effect=st.sampled_from(["Allow", "Deny"]),
)


@given(st.lists(statements, min_size=1, max_size=4), st.randoms())
def test_spelling_does_not_matter(given_: list[dict[str, Any]], chance: random.Random) -> None:
    def respelled(statement: dict[str, Any]) -> dict[str, Any]:
        action, resource = (
            values[0] if len(values) == 1 and chance.random() < 0.5 else values
            for values in (statement["Action"], statement["Resource"])
        )
        keys = [chance.choice([key, key.lower(), key.upper()]) for key in ("Action", "Resource")]
        effect = statement["Effect"]
        return {keys[0]: action, keys[1]: resource, "Effect": effect}

    shuffled = [respelled(statement) for statement in given_]
    chance.shuffle(shuffled)
    document: Any = {"statement": shuffled[0] if len(shuffled) == 1 else shuffled}
    if chance.random() < 0.5:
        document = json.dumps(document)
    for rule in (ACTION, RESOURCE):
        plain = {(item.status, item.detail) for item in findings(rule, of(*given_))}
        assert {(item.status, item.detail) for item in findings(rule, document)} == plain


@given(st.lists(statements, min_size=1, max_size=3), st.data())
def test_more_knowledge_never_turns_a_verdict(
    given_: list[dict[str, Any]], data: st.DataObject
) -> None:
    hidden = [dict(statement) for statement in given_]
    for statement in hidden:
        for key in ("Action", "Resource", "Effect"):
            if data.draw(st.booleans()):
                statement[key] = UNKNOWN
    for rule in (ACTION, RESOURCE):
        known = verdict(rule, of(*given_))
        assert verdict(rule, of(*hidden)) in (Status.UNDECIDED, known)


ELEMENTS = (
    "Statement", "Effect", "Action", "Resource", "Principal", "AWS", "NotAction", "Condition",
    "policy", "NotPrincipal", "Service", "NotResource",
)  # fmt: skip
MARKS = (UNKNOWN, Secret("x"), Secret(UNKNOWN), Asset("asset"), "*", "Allow")
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
odd = st.recursive(
    scalars | st.sampled_from(MARKS),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(ELEMENTS), inner, max_size=4)
    ),
    max_leaves=12,
)
INPUTS = (
    "policy", "assumeRolePolicy", "inlinePolicies", "managedPolicyArns", "policyArn", "policyArns",
    "role", "principal", "sourceArn", "sourceAccount", "principalOrgId",
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(INPUTS), odd, max_size=4))
def test_any_value_anywhere_gives_a_verdict_and_no_exception(inputs: dict[str, Any]) -> None:
    checks: list[Any] = [policies.no_wildcard_action, policies.no_wildcard_resource]
    checks.append(roles.trust_narrow)
    for name, check in zip((ACTION, RESOURCE, "iam-role-trust-narrow"), checks, strict=True):
        for type_ in registered()[name].types:
            assert list(check(Resource("urn:r", type_, "r", inputs), {}))
    for name, check in (
        ("iam-role-no-broad-managed-policy", roles.no_broad_managed_policy),
        ("iam-role-one-function", roles.one_function),
        ("lambda-permission-narrow", permissions.permission_narrow),
    ):
        for type_ in registered()[name].types:
            stack = Stack.of("p", "dev", [Resource("urn:r", type_, "r", inputs)])
            assert list(check(stack, {}))


@pytest.mark.parametrize("rule", [ACTION, RESOURCE])
def test_a_secret_document_is_judged_and_not_shown(rule: str) -> None:
    [finding] = findings(rule, Secret(json.dumps(of(allow("needle:Do*", "arn:aws:needle:::*")))))
    assert finding.status is Status.FAIL
    assert "needle" not in f"{finding.message} {finding.detail}"


def test_a_fault_behind_what_is_unknown_is_found_too() -> None:
    found = findings(RESOURCE, of(allow(resource=[UNKNOWN, "*"])))
    assert [finding.status for finding in found] == [Status.UNDECIDED, Status.FAIL]


def test_an_undecided_finding_says_why_its_document_cannot_be_read() -> None:
    [finding] = findings(ACTION, Unknown("is an encrypted secret"))
    assert finding.message.startswith("policy is an encrypted secret; ")


@pytest.mark.parametrize(
    ("rule", "resource", "type_"),
    [
        ("iam-policy-no-wildcard-resource", {"Resource": "*"}, POLICY),
        ("iam-policy-no-wildcard-resource", {"NotResource": "arn:aws:sqs:*:*:x"}, POLICY),
        ("iam-policy-valid-actions", {"Resource": "arn:aws:s3:::bucket"}, POLICY),
        (
            "resource-policy-not-public",
            {"Resource": "*", "Principal": "*"},
            "aws:sqs/queuePolicy:QueuePolicy",
        ),
    ],
)
def test_one_action_more_is_another_finding(rule: str, resource: Any, type_: str) -> None:
    """Else a waiver of the finding that is there would cover what nobody has seen."""
    names = ["ChangeMessageVisibility", "DeleteMessage", "DeleteQueue", "ReceiveMessage"]
    details = []
    for more in ([], ["SetQueueAttributes"], ["SendMessage"]):
        actions = [f"sqs:{name}" for name in (*names, *more)]
        statement = {"Effect": "Allow", "Action": actions, **resource}
        [found] = findings(rule, {"Statement": [statement]}, type_)
        assert found.status is Status.FAIL
        details.append(found.detail)
    assert len(set(details)) == 3
