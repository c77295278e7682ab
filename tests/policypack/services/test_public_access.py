"""No resource policy lets everybody in."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pulumi_aws
import pytest
from payment_guardrails.finding import Finding, Status
from payment_guardrails.resource import Resource
from payment_guardrails.resource_policies import FUNCTION_URL, LAYER, PERMISSION, POLICIES, REST_API
from payment_guardrails.rule import worst
from payment_guardrails.rules import registered
from payment_guardrails.values import UNKNOWN, Secret, snake_case

from tests.policypack.services.compliant import (
    FAIL,
    NOT_APPLICABLE,
    PASS,
    QUEUE_POLICY,
    UNDECIDED,
)

RULE = "resource-policy-not-public"
ACCOUNT = "123456789012"
TOPIC = f"arn:aws:sns:us-east-2:{ACCOUNT}:alarms"
ORGANIZATION = "o-a1b2c3d4e5"


def findings(type_: str, /, **inputs: Any) -> tuple[Finding, ...]:
    return registered()[RULE].judge_resource(Resource("urn:r", type_, "r", inputs), {})


def verdict(*statements: Any) -> Status:
    return worst(findings(QUEUE_POLICY, policy={"Statement": list(statements)}))


def letting(principal: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": "sqs:SendMessage", "Principal": principal, **more}


def on(condition: Any) -> Status:
    return verdict(letting("*", Condition=condition))


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        ("*", FAIL), ({"AWS": "*"}, FAIL), ({"aws": ["*"]}, FAIL), ({"Service": "*"}, FAIL),
        ({"Federated": "*"}, FAIL), ({"CanonicalUser": "*"}, FAIL),
        ({"AWS": [f"arn:aws:iam::{ACCOUNT}:root", "*"]}, FAIL),
        ({"AWS": "arn:aws:iam::*:root"}, FAIL),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:role/*"}, PASS),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:role/a:b/*"}, PASS),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, PASS), ({"AWS": ACCOUNT}, PASS),
        ({"Service": "sns.amazonaws.com"}, PASS),
        ({"Service": "sns.amazonaws.com", "AWS": "*"}, FAIL),
        (UNKNOWN, UNDECIDED), ({"AWS": UNKNOWN}, UNDECIDED), ({"AWS": [UNKNOWN, "*"]}, FAIL),
        ({"AWS": [UNKNOWN, ACCOUNT]}, UNDECIDED), ({}, UNDECIDED), ({"AWS": []}, UNDECIDED),
        (7, UNDECIDED),
    ],
)  # fmt: skip
def test_everybody_is_a_wildcard_principal(principal: Any, expected: Status) -> None:
    assert verdict(letting(principal)) is expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"ArnEquals": {"aws:SourceArn": TOPIC}}, PASS),
        ({"ArnLike": {"AWS:SourceArn": f"arn:aws:sns:*:{ACCOUNT}:*"}}, PASS),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:sns:us-east-2:*:alarms"}}, FAIL),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:sns:*"}}, FAIL),
        ({"ArnLike": {"aws:SourceArn": f"arn:aws:sns:us-east-2:{ACCOUNT}"}}, FAIL),
        ({"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/*"}}, PASS),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:s3:::uploads"}}, PASS),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:s3:::uploads*"}}, FAIL),
        ({"StringEquals": {"aws:SourceAccount": ACCOUNT}}, PASS),
        ({"StringLike": {"aws:SourceAccount": "*"}}, FAIL),
        ({"StringLike": {"aws:SourceAccount": [ACCOUNT, "*"]}}, FAIL),
        ({"StringEquals": {"aws:SourceAccount": "${aws:PrincipalAccount}"}}, FAIL),
        ({"StringEquals": {"aws:PrincipalAccount": "${aws:ResourceAccount}"}}, PASS),
        ({"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}}, PASS),
        ({"StringEqualsIgnoreCase": {"aws:principalorgid": [ORGANIZATION]}}, PASS),
        ({"StringEqualsIfExists": {"aws:PrincipalOrgID": ORGANIZATION}}, FAIL),
        ({"StringNotEquals": {"aws:PrincipalOrgID": ORGANIZATION}}, FAIL),
        ({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": f"{ORGANIZATION}/*"}}, PASS),
        ({"ForAllValues:StringLike": {"aws:PrincipalOrgPaths": f"{ORGANIZATION}/*"}}, FAIL),
        ({"ForAllValues:StringLike": {"aws:PrincipalOrgPaths": f"{ORGANIZATION}/*"},
          "Null": {"aws:PrincipalOrgPaths": "false"}}, PASS),
        ({"ForAllValues:StringLike": {"aws:PrincipalOrgPaths": f"{ORGANIZATION}/*"},
          "Null": {"aws:PrincipalOrgPaths": True}}, FAIL),
        ({"ForAllValues:StringLike": {"aws:PrincipalOrgPaths": f"{ORGANIZATION}/*"},
          "Null": {"aws:PrincipalArn": "false"}}, FAIL),
        ({"ForAllValues:StringLike": {"aws:PrincipalOrgPaths": f"{ORGANIZATION}/*"},
          "Null": {"aws:SourceAccount": "false"}}, FAIL),
        ({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "*/ou-1/*"}}, FAIL),
        ({"Bool": {"aws:SecureTransport": "true"}}, FAIL),
        ({"StringEquals": {"aws:PrincipalTag/team": "payments"}}, FAIL),
        ({"Null": {"aws:PrincipalOrgID": "false"}}, FAIL),
        ({"StringEquals": {"aws:SourceVpce": "vpce-1"}}, PASS),
        ({"StringEquals": {"kms:CallerAccount": ACCOUNT, "kms:ViaService": "sqs.amazonaws.com"}},
         PASS),
        ({"StringEquals": {"kms:ViaService": "sqs.us-east-2.amazonaws.com"}}, FAIL),
        ({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, PASS),
        ({"IpAddress": {"aws:SourceIp": "203.0.113.7/24"}}, PASS),
        ({"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "0.0.0.0/0"]}}, FAIL),
        ({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, PASS),
        ({"IpAddress": {"aws:SourceIp": "10.0.0.0/7"}}, FAIL),
        ({"IpAddress": {"aws:SourceIp": "2001:db8::/32"}}, PASS),
        ({"IpAddress": {"aws:SourceIp": "2001:db8::/31"}}, FAIL),
        ({"IpAddress": {"aws:SourceIp": "here"}}, FAIL),
        ({"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, FAIL),
        ({"StringLike": {"aws:userid": "AROAEXAMPLEID:*"}}, PASS),
        ({"StringLike": {"aws:userid": "*:session"}}, FAIL),
        ({"Bool": {"aws:SecureTransport": "true"},
          "StringEquals": {"aws:SourceAccount": ACCOUNT}}, PASS),
        (UNKNOWN, UNDECIDED), ("text", UNDECIDED), ({"StringEquals": UNKNOWN}, UNDECIDED),
        ({"StringEquals": {"aws:SourceAccount": UNKNOWN}}, UNDECIDED),
        ({"StringEquals": {"aws:SourceAccount": [UNKNOWN, "*"]}}, FAIL),
        ({"StringEquals": {"aws:SourceAccount": ACCOUNT}, "Bool": UNKNOWN}, PASS),
        ({"Bool": UNKNOWN, "StringEquals": {"aws:SourceAccount": ACCOUNT}}, PASS),
        ({"Bool": {"aws:SecureTransport": UNKNOWN}}, FAIL),
        ({"StringEquals": {"aws:SourceAccount": None}}, UNDECIDED), ({}, FAIL),
        ({"ForAllValues:StringLike": {"aws:PrincipalOrgPaths": f"{ORGANIZATION}/*"},
          "Null": {"aws:PrincipalOrgPaths": None}}, UNDECIDED),
    ],
)  # fmt: skip
def test_a_condition_counts_where_it_tells_callers_apart(condition: Any, expected: Status) -> None:
    assert on(condition) is expected


def test_all_but_some_is_everybody() -> None:
    excepting = {"Effect": "Allow", "NotPrincipal": {"AWS": ACCOUNT}, "Action": "sqs:*"}
    narrowed = {**excepting, "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}}}
    assert verdict(excepting) is FAIL
    assert verdict(narrowed) is PASS
    assert verdict({**excepting, "Effect": "Deny"}) is PASS
    [found] = findings(QUEUE_POLICY, policy={"Statement": excepting})
    assert "allows sqs:* to everybody but NotPrincipal; " in found.message


def test_what_denies_opens_nothing() -> None:
    assert verdict(letting("*", Effect="Deny")) is PASS
    assert verdict(letting("*", Effect="deny"), letting(ACCOUNT)) is PASS
    assert verdict(letting("*", Effect=UNKNOWN)) is UNDECIDED
    assert verdict(letting(ACCOUNT, Effect=UNKNOWN)) is PASS


def test_each_opening_is_a_finding_with_its_place() -> None:
    statements = [letting(ACCOUNT), letting({"AWS": ["x", "*"]}), letting("*", Action="sqs:*")]
    first, second = findings(QUEUE_POLICY, policy=json.dumps({"Statement": statements}))
    assert (first.status, second.status) == (FAIL, FAIL)
    assert first.path == "policy.Statement[1].Principal.AWS[1]"
    assert second.path == "policy.Statement[2].Principal"
    assert first.detail == "everybody sqs:sendmessage"
    assert second.detail == "everybody sqs:*"


@pytest.mark.parametrize(
    ("names", "shown"),
    [("CAB", "sqs:a, sqs:b, sqs:c"), ("DCAB", "sqs:a, sqs:b, sqs:c, ...")],
)
def test_a_finding_names_three_actions_and_tells_that_there_are_more(
    names: str, shown: str
) -> None:
    opening = letting("*", Action=[f"sqs:{name}" for name in names])
    [found] = findings(QUEUE_POLICY, policy={"Statement": [opening]})
    assert found.message.startswith(f"policy.Statement[0] allows {shown} to everybody (*); ")


@pytest.mark.parametrize(
    ("statement", "member", "reason"),
    [
        (UNKNOWN, "", UNKNOWN.reason),
        (letting(UNKNOWN), ".Principal", UNKNOWN.reason),
        (letting(7), ".Principal", "is a int where a string is expected"),
        (letting("*", Effect=UNKNOWN), ".Effect", UNKNOWN.reason),
        (letting("*", Condition=UNKNOWN), ".Condition", UNKNOWN.reason),
        # Only what says that a value is not known gets the advice on how to make it known.
        (letting("*", Condition={"StringEquals": UNKNOWN}), ".Condition", UNKNOWN.reason),
    ],
)
def test_an_undecided_finding_names_what_would_decide(
    statement: Any, member: str, reason: str
) -> None:
    [found] = findings(QUEUE_POLICY, policy={"Statement": [statement]})
    assert found.path == f"policy.Statement[0]{member}"
    assert found.message.startswith(f"{found.path} {reason}; it must not let everybody in")


def test_the_message_names_the_condition_that_does_not_help() -> None:
    [finding] = findings(
        QUEUE_POLICY,
        policy={"Statement": letting("*", Condition={"Bool": {"aws:SecureTransport": "true"}})},
    )
    assert "aws:SecureTransport" in finding.message


def test_a_secret_policy_is_judged_and_not_shown() -> None:
    hidden = letting("*", Action="topsecret:Do", Condition={"Bool": {"topsecret:Key": "true"}})
    [finding] = findings(QUEUE_POLICY, policy=Secret(json.dumps({"Statement": hidden})))
    assert finding.status is FAIL
    assert "topsecret" not in f"{finding.message} {finding.detail} {finding.path}".lower()


@pytest.mark.parametrize("type_", sorted(POLICIES))
def test_every_kind_of_resource_policy_is_judged(type_: str) -> None:
    def given(policy: Any) -> Status:
        inputs: Any = policy
        for name in reversed(POLICIES[type_].split(".")):
            inputs = {name: inputs}
        return worst(findings(type_, **inputs))

    assert given(json.dumps({"Statement": letting("*")})) is FAIL
    assert given({"Statement": [letting(ACCOUNT)]}) is PASS
    assert given(UNKNOWN) is UNDECIDED
    assert given("{") is UNDECIDED
    assert given("") is NOT_APPLICABLE
    assert worst(findings(type_)) is NOT_APPLICABLE


@pytest.mark.parametrize(
    ("type_", "property_"),
    [*POLICIES.items(), (PERMISSION, "principal"), (LAYER, "principal"),
     (FUNCTION_URL, "authorizationType")],
)  # fmt: skip
def test_the_types_and_properties_are_those_of_the_sdk(type_: str, property_: str) -> None:
    module, file, name = re.fullmatch(r"aws:(\w+)/(\w+):(\w+)", type_).groups()  # type: ignore[union-attr]
    folder = Path(str(pulumi_aws.__file__)).with_name("lambda_" if module == "lambda" else module)
    text = (folder / f"{snake_case(file)}.py").read_text("utf-8")
    assert f"'{type_}'" in text
    assert f"class {name}(pulumi.CustomResource)" in text
    assert f"def {snake_case(property_.partition('.')[0])}(self)" in text


def test_the_policy_in_an_openapi_body_is_judged_too() -> None:
    open_ = {"x-amazon-apigateway-policy": {"Statement": [letting("*", Action="execute-api:*")]}}
    closed = {"x-amazon-apigateway-policy": {"Statement": [letting(ACCOUNT)]}}
    own = json.dumps({"Statement": letting("*")})
    assert worst(findings(REST_API, body=json.dumps(open_))) is FAIL
    assert worst(findings(REST_API, body="x-amazon-apigateway-policy: {Statement: []}")) is PASS
    assert worst(findings(REST_API, body=closed)) is PASS
    assert worst(findings(REST_API, body=closed, policy=own)) is FAIL
    assert worst(findings(REST_API, body={"paths": {}})) is NOT_APPLICABLE
    assert worst(findings(REST_API, body="")) is NOT_APPLICABLE
    assert worst(findings(REST_API, body=UNKNOWN)) is UNDECIDED
    assert worst(findings(REST_API, body="[")) is UNDECIDED


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({"principal": "*"}, FAIL), ({"principal": "sns.amazonaws.com"}, PASS),
        ({"principal": ACCOUNT}, PASS),
        ({"principal": "*", "sourceArn": TOPIC}, PASS), ({"principal": "*", "sourceArn": ""}, FAIL),
        ({"principal": "*", "sourceArn": "arn:aws:sns:*:*:*"}, FAIL),
        ({"principal": "*", "sourceAccount": ACCOUNT}, PASS),
        ({"principal": "*", "principalOrgId": ORGANIZATION}, PASS),
        ({"principal": "*", "functionUrlAuthType": "AWS_IAM"}, FAIL),
        ({"principal": "*", "sourceArn": UNKNOWN}, UNDECIDED),
        ({"principal": "*", "sourceArn": UNKNOWN, "sourceAccount": ACCOUNT}, PASS),
        ({"principal": UNKNOWN}, UNDECIDED), ({"principal": UNKNOWN, "sourceArn": TOPIC}, PASS),
        ({}, UNDECIDED),
    ],
)  # fmt: skip
def test_a_permission_of_a_function_is_a_policy(inputs: Any, expected: Status) -> None:
    assert worst(findings(PERMISSION, **inputs)) is expected


def test_a_permission_of_a_layer_is_a_policy() -> None:
    assert worst(findings(LAYER, principal="*")) is FAIL
    assert worst(findings(LAYER, principal="*", organizationId=ORGANIZATION)) is PASS
    assert worst(findings(LAYER, principal="*", organizationId="")) is FAIL
    assert worst(findings(LAYER, principal=ACCOUNT)) is PASS


@pytest.mark.parametrize(
    ("authorization", "expected"),
    [("NONE", FAIL), ("AWS_IAM", PASS), (UNKNOWN, UNDECIDED), (None, UNDECIDED), (7, UNDECIDED)],
)
def test_a_url_of_a_function_without_authorization_is_public(
    authorization: Any, expected: Status
) -> None:
    assert worst(findings(FUNCTION_URL, authorizationType=authorization)) is expected


@pytest.mark.parametrize(
    ("authorization", "reason"),
    [(None, UNKNOWN.reason), (7, "is a int where a string is expected")],
)
def test_an_undecided_url_tells_why(authorization: Any, reason: str) -> None:
    [found] = findings(FUNCTION_URL, authorizationType=authorization)
    assert found.message.startswith(f"authorizationType {reason}; ")
