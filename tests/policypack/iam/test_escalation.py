"""No policy and no role opens a known path to more rights."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from payment_guardrails.finding import Finding, Status
from payment_guardrails.iam.actions import exists
from payment_guardrails.iam.carriers import CARRIERS
from payment_guardrails.iam.escalation_paths import EscalationPath, escalation_paths
from payment_guardrails.resource import Resource
from payment_guardrails.rule import worst
from payment_guardrails.rules import registered
from payment_guardrails.stack import Stack
from payment_guardrails.values import UNKNOWN, Secret

RULE = "iam-policy-no-privilege-escalation"
POLICY = "aws:iam/policy:Policy"
ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
ACCOUNT = "arn:aws:iam::123456789012"
ONE_ROLE = f"{ACCOUNT}:role/process"
ONE_FUNCTION = "arn:aws:lambda:us-east-2:123456789012:function:process"
PASS, FAIL, UNDECIDED = Status.PASS, Status.FAIL, Status.UNDECIDED
NOT_APPLICABLE = Status.NOT_APPLICABLE


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {**allow(action, resource, **more), "Effect": "Deny"}


def judge(*resources: Resource) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for finding in registered()[RULE].judge(Stack.of("p", "dev", resources), {}):
        found.setdefault(str(finding.urn), []).append(finding)
    return found


def policy(*statements: Any) -> Resource:
    return Resource("urn:p", POLICY, "p", {"policy": {"Statement": list(statements)}})


def findings(*statements: Any) -> list[Finding]:
    return judge(policy(*statements))["urn:p"]


def verdict(*statements: Any) -> Status:
    return worst(findings(*statements))


def opened(*statements: Any) -> set[str]:
    failures = [each.message for each in findings(*statements) if each.status is FAIL]
    return set(re.findall(r"[a-z0-9]+-\d{2,3}", " ".join(failures)))


@pytest.mark.parametrize("path", escalation_paths(), ids=lambda path: path.id)
def test_each_path_is_found_by_its_own_actions(path: EscalationPath) -> None:
    assert path.id in opened(allow(list(path.actions)))
    assert path.id in opened(*(allow(action) for action in path.actions))
    assert path.id in opened(allow([action.upper() for action in path.actions]))
    for left_out in path.actions:
        assert path.id not in opened(allow([a for a in path.actions if a != left_out] or "s3:x"))


@pytest.mark.parametrize("path", escalation_paths(), ids=lambda path: path.id)
def test_each_path_has_a_source_and_names_actions_that_exist(path: EscalationPath) -> None:
    assert path.source.startswith("https://")
    assert all(exists(action) for action in path.actions)
    assert (path.passes_to is not None) == ("iam:PassRole" in path.actions)
    if path.source.startswith("https://pathfinding.cloud"):
        assert path.source.endswith(f"/{path.id}")


def test_the_paths_are_named_once_and_none_contains_another() -> None:
    paths = escalation_paths()
    assert len({path.id for path in paths}) == len(paths)
    sets = [frozenset(path.actions) for path in paths]
    assert not [(one, other) for one in sets for other in sets if one < other]


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([allow("lambda:UpdateFunctionCode", ONE_FUNCTION)], FAIL),
        ([allow("lambda:InvokeFunction", ONE_FUNCTION)], PASS),
        ([allow("*")], FAIL), ([allow("iam:*")], FAIL), ([allow("iam:Put*")], FAIL),
        ([allow("iam:Get*")], PASS), ([allow("lambda:UpdateFunction????")], FAIL),
        ([allow("iam:PassRole", ONE_ROLE)], PASS), ([allow("lambda:CreateFunction")], PASS),
        ([allow("iam:PassRole", ONE_ROLE), allow("lambda:CreateFunction", ONE_FUNCTION)], FAIL),
        ([{"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}], FAIL),
        ([{"Effect": "Allow", "NotAction": ["iam:*", "lambda:*", "apprunner:*", "ec2:*", "glue:*",
                                            "sagemaker:*"], "Resource": "*"}], PASS),
        ([{"Effect": "Allow", "Action": "iam:PutRolePolicy", "NotResource": ONE_ROLE}], FAIL),
        ([{"Effect": "Allow", "NotAction": "dynamodb:DeleteTable",
           "Resource": "arn:aws:dynamodb:us-east-2:123456789012:table/t"}], PASS),
        ([allow("iam:PutRolePolicy", "arn:aws:sqs:us-east-2:123456789012:jobs")], PASS),
        ([allow("iam:PutRolePolicy", "arn:aws-cn:iam::123456789012:role/process")], FAIL),
        ([{**allow("s3:GetObject"), "NotAction": "s3:*"}], FAIL),
        ([deny("iam:*")], PASS), ([], PASS),
        ([deny("iam:*", Condition={"Bool": {"aws:SecureTransport": "false"}})], PASS),
        ([allow(UNKNOWN)], UNDECIDED), ([allow([UNKNOWN, "iam:PutRolePolicy"])], FAIL),
        ([allow("iam:PutRolePolicy", UNKNOWN)], UNDECIDED),
        ([allow("s3:GetObject", UNKNOWN)], PASS),
        ([allow("iam:PutRolePolicy", [UNKNOWN, "*"])], FAIL),
        ([{"Effect": "Allow", "Action": "iam:PutRolePolicy"}], UNDECIDED),
        ([{"Effect": "Allow", "Resource": "*"}], UNDECIDED),
        ([allow("iam:PutRolePolicy", Effect=UNKNOWN)], UNDECIDED),
        ([allow("iam:PutRolePolicy"), UNKNOWN], UNDECIDED),
    ],
)  # fmt: skip
def test_which_grants_open_a_path(statements: list[Any], expected: Status) -> None:
    assert verdict(*statements) is expected


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([deny("iam:*")], PASS), ([deny("iam:Put*")], PASS), ([deny("*")], PASS),
        ([deny("iam:PutRolePolicy", ONE_ROLE)], PASS),
        ([deny("iam:PutRolePolicy", f"{ACCOUNT}:role/*")], PASS),
        ([deny("iam:PutRolePolicy", f"{ACCOUNT}:role/other")], FAIL),
        ([deny("iam:PutUserPolicy")], FAIL),
        ([deny("iam:PutRolePolicy", Condition={"Bool": {"aws:SecureTransport": "false"}})], FAIL),
        ([deny("iam:PutRolePolicy", Condition=UNKNOWN)], UNDECIDED),
        ([deny("iam:PutRolePolicy", UNKNOWN)], UNDECIDED), ([deny(UNKNOWN)], UNDECIDED),
        ([deny("iam:PutRolePolicy", [UNKNOWN, "*"])], PASS),
        ([allow("iam:PutRolePolicy", Effect=UNKNOWN)], UNDECIDED),
        ([{"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"}], PASS),
        ([{"Effect": "Deny", "NotAction": "iam:*", "Resource": "*"}], FAIL),
        ([{"Effect": "Deny", "Action": "iam:*", "NotResource": ONE_ROLE}], FAIL),
        ([{"Effect": "Deny", "Action": "iam:*"}], UNDECIDED),
    ],
)  # fmt: skip
def test_a_deny_counts_where_it_takes_back_all_of_the_grant(
    statements: list[Any], expected: Status
) -> None:
    assert verdict(allow("iam:PutRolePolicy", ONE_ROLE), *statements) is expected


def test_a_deny_on_one_role_leaves_the_others() -> None:
    assert verdict(allow("iam:PutRolePolicy"), deny("iam:PutRolePolicy", ONE_ROLE)) is FAIL
    excepting = {"Effect": "Allow", "Action": "iam:PutRolePolicy", "NotResource": ONE_ROLE}
    assert verdict(excepting, deny("iam:PutRolePolicy", f"{ACCOUNT}:role/*")) is FAIL
    assert verdict(excepting, deny("iam:PutRolePolicy")) is PASS


def on(key: str, value: Any, operator: str = "StringEquals") -> dict[str, Any]:
    return {"Condition": {operator: {key: value}}}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (on("iam:PassedToService", "scheduler.amazonaws.com"), PASS),
        (on("iam:PassedToService", ["ec2.amazonaws.com", "scheduler.amazonaws.com"]), PASS),
        (on("iam:PassedToService", "lambda.amazonaws.com"), FAIL),
        (on("iam:PassedToService", "lambda.amazonaws.com.cn"), FAIL),
        (on("iam:PassedToService", ["scheduler.amazonaws.com", "Lambda.amazonaws.com"]), FAIL),
        (on("iam:PassedToService", "lambda.*", "StringLike"), FAIL),
        (on("iam:PassedToService", "*", "StringLike"), FAIL),
        (on("iam:PassedToService", "${aws:PrincipalTag/service}"), FAIL),
        (on("iam:PassedToService", "scheduler.amazonaws.com", "StringNotEquals"), FAIL),
        (on("iam:PassedToService", "scheduler.amazonaws.com", "StringEqualsIfExists"), FAIL),
        (on("aws:RequestedRegion", "us-east-2"), FAIL),
        (on("iam:PassedToService", UNKNOWN), UNDECIDED), ({"Condition": UNKNOWN}, UNDECIDED),
    ],
)  # fmt: skip
def test_a_role_may_be_passed_to_another_service(
    condition: dict[str, Any], expected: Status
) -> None:
    making = allow("lambda:CreateFunction")
    assert verdict(allow("iam:PassRole", ONE_ROLE, **condition), making) is expected


@pytest.mark.parametrize("making", ["ec2:RunInstances", "lambda:CreateFunction"])
def test_only_the_grant_to_pass_a_role_is_limited_by_its_receiver(making: str) -> None:
    assert verdict(allow("iam:PassRole"), allow(making, Condition=UNKNOWN)) is FAIL
    assert verdict(allow("iam:PassRole", Condition=UNKNOWN), allow(making)) is UNDECIDED


@pytest.mark.parametrize(
    ("action", "condition", "expected"),
    [
        ("iam:AttachRolePolicy", on("iam:PolicyARN", f"{ACCOUNT}:policy/p", "ArnEquals"), PASS),
        ("iam:AttachRolePolicy", on("iam:PolicyARN", f"{ACCOUNT}:policy/*", "ArnLike"), FAIL),
        ("iam:AttachRolePolicy", on("iam:PermissionsBoundary", f"{ACCOUNT}:policy/b"), PASS),
        ("iam:PutRolePolicy", on("iam:PermissionsBoundary", f"{ACCOUNT}:policy/b"), PASS),
        ("iam:PutRolePolicy", on("iam:PolicyARN", f"{ACCOUNT}:policy/p"), FAIL),
        ("iam:CreatePolicyVersion", on("iam:PermissionsBoundary", f"{ACCOUNT}:policy/b"), FAIL),
        ("lambda:UpdateFunctionConfiguration", on("lambda:Layer", "arn:aws:lambda:l"), PASS),
        ("lambda:UpdateFunctionCode", {"Condition": UNKNOWN}, FAIL),
        ("iam:PutRolePolicy", {"Condition": UNKNOWN}, UNDECIDED),
    ],
)  # fmt: skip
def test_a_condition_can_leave_nothing_to_gain(
    action: str, condition: dict[str, Any], expected: Status
) -> None:
    assert verdict(allow(action, **condition)) is expected


@pytest.mark.parametrize(
    ("action", "resource", "expected"),
    [
        ("iam:CreateAccessKey", f"{ACCOUNT}:user/${{aws:username}}", PASS),
        ("iam:UpdateLoginProfile", "arn:aws:iam::*:user/*/${aws:username}", PASS),
        ("iam:CreateAccessKey", f"{ACCOUNT}:user/alice", FAIL),
        ("iam:CreateAccessKey", [f"{ACCOUNT}:user/${{aws:username}}", f"{ACCOUNT}:user/*"], FAIL),
        ("iam:CreateAccessKey", [f"{ACCOUNT}:user/${{aws:username}}", UNKNOWN], UNDECIDED),
        ("iam:PutUserPolicy", f"{ACCOUNT}:user/${{aws:username}}", FAIL),
    ],
)  # fmt: skip
def test_people_may_keep_their_own_keys(action: str, resource: Any, expected: Status) -> None:
    assert verdict(allow(action, resource)) is expected


def test_each_grant_is_a_finding_that_keeps_its_detail_when_moved() -> None:
    both = [allow("iam:PutRolePolicy"), allow("s3:GetObject"), allow("lambda:UpdateFunctionCode")]
    first, second = findings(*both)
    assert (first.detail, first.path) == (
        "Allow iam:putrolepolicy", "policy.Statement[0].Action"
    )  # fmt: skip
    assert (second.detail, second.path) == (
        "Allow lambda:updatefunctioncode", "policy.Statement[2].Action"
    )  # fmt: skip
    assert opened(*both) == opened(*reversed(both)) == {"iam-005", "lambda-003"}
    assert "https://pathfinding.cloud/paths/iam-005" in first.message


def test_one_pattern_is_one_finding_that_names_all_it_opens() -> None:
    [finding] = findings(allow(["iam:*", "s3:GetObject"]))
    assert finding.detail == "Allow iam:*"
    assert finding.path == "policy.Statement[0].Action[0]"
    assert {"iam-001", "iam-005", "iam-012", "rhino-02"} <= opened(allow("iam:*"))
    [finding] = findings({"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"})
    assert finding.detail == "Allow notaction"


def test_a_path_of_two_grants_stands_at_the_one_that_completes_it() -> None:
    passing, making = allow("iam:PassRole", ONE_ROLE), allow("lambda:CreateFunction")
    [finding] = findings(passing, making)
    assert finding.path == "policy.Statement[1].Action"
    [finding] = findings(making, passing)
    assert finding.path == "policy.Statement[0].Action"


@pytest.mark.parametrize("type_", sorted(CARRIERS - {ROLE}))
def test_a_grant_is_found_at_its_place_in_every_carrier(type_: str) -> None:
    document = {"Statement": [allow("iam:PutRolePolicy")]}
    inputs = {"policy": document, "inlinePolicy": document}
    [finding] = judge(Resource("urn:p", type_, "p", inputs))["urn:p"]
    assert finding.status is FAIL
    assert finding.path.endswith(".Statement[0].Action"), finding.path


def test_a_secret_document_is_judged_and_not_shown() -> None:
    document = Secret(json.dumps({"Statement": allow(["topsecret:Do", "iam:Pu*"])}))
    [finding] = judge(Resource("urn:p", POLICY, "p", {"policy": document}))["urn:p"]
    assert finding.status is FAIL
    assert "topsecret" not in finding.message
    assert "iam:pu*" not in f"{finding.message} {finding.detail}".lower()


def test_what_cannot_be_known_is_one_finding() -> None:
    [finding] = findings(allow(UNKNOWN))
    assert finding.status is UNDECIDED
    assert finding.path == "policy.Statement[0].Action"
    [finding] = findings(allow("iam:PutRolePolicy", UNKNOWN))
    assert (finding.path, finding.detail) == ("policy.Statement[0].Resource", "may escalate")


def test_documents_that_are_not_there_or_unknown() -> None:
    def of(document: Any) -> Status:
        inputs = {} if document is None else {"policy": document}
        return worst(judge(Resource("urn:p", ROLE_POLICY, "p", inputs))["urn:p"])

    assert of(None) is NOT_APPLICABLE
    assert of(UNKNOWN) is UNDECIDED
    assert of("{") is UNDECIDED
    assert of(Secret(json.dumps({"Statement": allow("iam:*")}))) is FAIL


def role(**inputs: Any) -> Resource:
    return Resource("urn:r", ROLE, "r", inputs, {"name": "process", "arn": ONE_ROLE})


def attached(arn: Any, *dependencies: str) -> Resource:
    return Resource(
        "urn:a", ATTACHMENT, "a", {"role": "process", "policyArn": arn},
        property_dependencies={"policyArn": dependencies},
    )  # fmt: skip


def inline(*statements: Any) -> Resource:
    inputs = {"role": "process", "policy": json.dumps({"Statement": list(statements)})}
    return Resource("urn:i", ROLE_POLICY, "i", inputs)


def of_role(*resources: Resource) -> list[Finding]:
    return judge(*resources)["urn:r"]


def test_the_policies_of_a_role_count_together() -> None:
    making = Resource(
        "urn:p", POLICY, "p", {"policy": {"Statement": [allow("lambda:CreateFunction")]}}, {},
    )  # fmt: skip
    passing = inline(allow("iam:PassRole", ONE_ROLE))
    apart = judge(role(), making, passing)
    assert {urn: worst(found) for urn, found in apart.items()} == {
        "urn:r": PASS, "urn:p": PASS, "urn:i": PASS
    }  # fmt: skip
    together = judge(role(), making, passing, attached(UNKNOWN, "urn:p"))
    assert {urn: worst(found) for urn, found in together.items()} == {
        "urn:r": FAIL, "urn:p": PASS, "urn:i": PASS
    }  # fmt: skip
    [finding] = together["urn:r"]
    assert finding.detail == "Allow iam:passrole with lambda:createfunction"
    assert finding.path == ""


def test_a_deny_in_another_policy_of_the_role_counts() -> None:
    granting = [{"name": "a", "policy": {"Statement": [allow("iam:PutRolePolicy")]}}]
    [finding] = of_role(role(inlinePolicies=granting))
    assert finding.path == "inlinePolicies[0].policy.Statement[0].Action"
    assert worst(of_role(role(inlinePolicies=granting), inline(deny("iam:*")))) is PASS


def test_managed_policies_of_a_role_count() -> None:
    def of(name: str) -> Status:
        return worst(of_role(role(), attached(f"arn:aws:iam::aws:policy/{name}")))

    assert of("AdministratorAccess") is FAIL
    assert of("AWSLambda_FullAccess") is FAIL
    # It may pass roles to DynamoDB's own services only.
    assert of("AmazonDynamoDBFullAccess") is PASS
    assert of("NoSuchPolicy") is UNDECIDED


def test_two_policies_of_a_role_are_two_findings() -> None:
    other = replace(inline(allow("lambda:UpdateFunctionCode")), urn="urn:o", name="o")
    first, second = of_role(role(), inline(allow("iam:PutRolePolicy")), other)
    assert {first.detail, second.detail} == {
        "Allow iam:putrolepolicy", "Allow lambda:updatefunctioncode"
    }  # fmt: skip


def test_a_role_whose_policies_are_not_all_known_is_undecided() -> None:
    opening = inline(allow("iam:PutRolePolicy"))
    assert worst(of_role(role(), opening)) is FAIL
    # What is not known may deny it.
    assert worst(of_role(role(), opening, attached(UNKNOWN))) is UNDECIDED
    for inputs, path in (
        ({"inlinePolicies": [{"policy": UNKNOWN}]}, "inlinePolicies[0].policy"),
        ({"managedPolicyArns": UNKNOWN}, "managedPolicyArns"),
    ):
        [finding] = of_role(role(**inputs))
        assert (finding.status, finding.path) == (UNDECIDED, path)


def test_a_role_without_policies_is_not_spoken_of() -> None:
    assert worst(of_role(role())) is NOT_APPLICABLE


statements = st.builds(
    allow,
    st.lists(
        st.sampled_from(
            ["iam:PassRole", "lambda:CreateFunction", "iam:Put*", "s3:GetObject", "*",
             "iam:CreateAccessKey"]
        ),
        min_size=1,
    ),
    st.lists(
        st.sampled_from(["*", ONE_ROLE, ONE_FUNCTION, f"{ACCOUNT}:user/${{aws:username}}"]),
        min_size=1,
    ),
    Effect=st.sampled_from(["Allow", "Allow", "Deny"]),
    Condition=st.sampled_from(
        [on("iam:PassedToService", "ec2.amazonaws.com")["Condition"], {"Bool": {"x": "true"}}]
    ),
)  # fmt: skip
plain = statements.map(lambda each: {k: v for k, v in each.items() if k != "Condition"})


@given(st.lists(statements | plain, min_size=1, max_size=4), st.data())
def test_more_knowledge_never_turns_a_verdict(given_: list[Any], data: st.DataObject) -> None:
    hidden = [dict(statement) for statement in given_]
    for statement in hidden:
        for key in statement:
            if data.draw(st.booleans()):
                statement[key] = UNKNOWN
            elif isinstance(statement[key], list) and data.draw(st.booleans()):
                statement[key] = [UNKNOWN, *statement[key][1:]]
    assert verdict(*hidden) in (UNDECIDED, verdict(*given_))
