"""Every action exists, and every resource is one that an action of its statement takes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from payment_guardrails.finding import Finding, Status
from payment_guardrails.iam.managed_policies import managed_document
from payment_guardrails.iam.resource_types import takes
from payment_guardrails.iam.validity import idle_parts
from payment_guardrails.resource import Resource
from payment_guardrails.rule import worst
from payment_guardrails.rules import registered
from payment_guardrails.values import UNKNOWN, Secret

RULE = "iam-policy-valid-actions"
POLICY = "aws:iam/policy:Policy"
REST = "us-east-2:123456789012"
QUEUE = f"arn:aws:sqs:{REST}:jobs"
TABLE = f"arn:aws:dynamodb:{REST}:table/orders"
PASS, FAIL, UNDECIDED = Status.PASS, Status.FAIL, Status.UNDECIDED


def allow(action: Any = "sqs:SendMessage", resource: Any = QUEUE, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def findings(*statements: Any, document: Any = None) -> tuple[Finding, ...]:
    inputs = {"policy": {"Statement": list(statements)} if document is None else document}
    return registered()[RULE].judge_resource(Resource("urn:p", POLICY, "p", inputs), {})


def verdict(*statements: Any) -> Status:
    return worst(findings(*statements))


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("sqs:SendMessage", PASS), ("SQS:sendmessage", PASS), ("sqs:Send*", PASS), ("sqs:*", PASS),
        ("*", PASS), ("sqs:SendMessages", FAIL), ("sqs:Sned*", FAIL), ("sqss:SendMessage", FAIL),
        ("SendMessage", FAIL), ("sqs:", FAIL), ("", FAIL), ("sqs:SendMessag?", PASS),
        ("sqs.SendMessage", FAIL), (["sqs:SendMessage", "sqs:Push"], FAIL),
        (UNKNOWN, UNDECIDED), ([UNKNOWN, "sqs:SendMessage"], UNDECIDED),
        ([UNKNOWN, "sqs:Push"], FAIL), ([UNKNOWN, "*"], UNDECIDED),
    ],
)  # fmt: skip
def test_actions_exist(action: Any, expected: Status) -> None:
    assert verdict(allow(action)) is expected


def test_what_is_denied_or_left_out_must_exist_too() -> None:
    assert verdict(allow("sqs:Push", Effect="Deny")) is FAIL
    assert verdict({"Effect": "Allow", "NotAction": "sqs:Push", "Resource": "*"}) is FAIL
    assert verdict({"Effect": "Allow", "NotAction": "sqs:SendMessage", "Resource": QUEUE}) is PASS
    assert verdict(allow("dynamodb:PutItem", QUEUE, Effect="Deny")) is FAIL
    assert verdict({"Effect": "Allow", "Action": "sqs:SendMessage", "NotResource": TABLE}) is FAIL
    assert verdict({"Effect": "Allow", "Resource": QUEUE}) is UNDECIDED


def test_a_statement_without_resources_has_lost_them() -> None:
    assert verdict({"Effect": "Allow", "Action": "sqs:SendMessage"}) is UNDECIDED
    assert verdict({"Effect": "Allow", "Action": "sqs:Push"}) is FAIL
    assert verdict({"Effect": "Allow", "Action": "*"}) is PASS


@pytest.mark.parametrize(
    ("actions", "resources", "expected"),
    [
        ("dynamodb:PutItem", TABLE, PASS), ("dynamodb:PutItem", QUEUE, FAIL),
        (["dynamodb:PutItem", "sqs:SendMessage"], [TABLE, QUEUE], PASS),
        (["dynamodb:PutItem", "dynamodb:Query"], [TABLE, QUEUE], FAIL),
        ("dynamodb:PutItem", "*", PASS), ("dynamodb:*", QUEUE, FAIL), ("*", QUEUE, PASS),
        (["*", "dynamodb:PutItem"], UNKNOWN, PASS),
        ("dynamodb:PutItem", "orders", FAIL), ("dynamodb:PutItem", "", FAIL),
        ("dynamodb:PutItem", UNKNOWN, UNDECIDED), ("dynamodb:PutItem", [UNKNOWN, QUEUE], FAIL),
        ([UNKNOWN, "dynamodb:PutItem"], QUEUE, UNDECIDED), (UNKNOWN, QUEUE, UNDECIDED),
        ([UNKNOWN, "sqs:SendMessage"], QUEUE, UNDECIDED),
        ("xray:PutTraceSegments", "*", PASS),
        ("xray:PutTraceSegments", f"arn:aws:xray:{REST}:group/x", FAIL),
    ],
)  # fmt: skip
def test_resources_are_what_an_action_works_on(
    actions: Any, resources: Any, expected: Status
) -> None:
    assert verdict(allow(actions, resources)) is expected


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("s3:GetObject", "arn:aws:s3:::uploads/*"), ("s3:GetObject", "arn:aws:s3:::uploads*"),
        ("s3:GetObject", "arn:aws:s3:::shop-uploads.eu/*"),
        ("s3:ListBucket", "arn:aws:s3:::uploads"), ("s3:ListBucket", "arn:aws:s3:::uploads*"),
        ("s3:GetObject", "arn:aws:s3:::uploads/${aws:username}/x"),
        ("s3:GetObject", f"arn:aws:s3:{REST}:accesspoint/a/object/*"),
        ("s3:ListAllMyBuckets", "arn:aws:s3:::*"), ("s3:Get*", "arn:aws:s3:::uploads"),
        ("dynamodb:Query", f"{TABLE}/index/*"), ("dynamodb:PutItem", f"{TABLE}*"),
        ("dynamodb:GetRecords", f"{TABLE}/stream/*"),
        ("dynamodb:PutItem", "arn:aws:dynamodb:*:*:*"),
        ("logs:PutLogEvents", f"arn:aws:logs:{REST}:log-group:/aws/lambda/x:*"),
        ("logs:PutLogEvents", f"arn:aws:logs:{REST}:log-group:/aws/lambda/x:log-stream:*"),
        ("logs:CreateLogGroup", f"arn:aws:logs:{REST}:log-group:/aws/lambda/x:*"),
        ("lambda:InvokeFunction", f"arn:aws:lambda:{REST}:function:x:live"),
        ("lambda:InvokeFunction", f"arn:aws:lambda:{REST}:function:x"),
        ("execute-api:Invoke", f"arn:aws:execute-api:{REST}:abc/*"),
        ("execute-api:Invoke", f"arn:aws:execute-api:{REST}:abc/dev/POST/x/y"),
        ("iot:Publish", f"arn:aws:iot:{REST}:topic/shop/orders"),
        ("kms:Decrypt", f"arn:aws-cn:kms:{REST}:key/*"),
        ("iam:PassRole", "arn:aws-us-gov:iam::123456789012:role/a/b"),
        ("ssm:GetParameter", f"arn:aws:ssm:{REST}:parameter/app/x"),
        ("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{REST}:secret:x-??????"),
        ("apigateway:SetWebACL", "arn:aws:apigateway:us-east-2::/restapis/*/stages/*"),
        ("codestar-connections:UseConnection", f"arn:aws:codeconnections:{REST}:connection/x"),
        ("ssmmessages:OpenDataChannel", f"arn:aws:ssm:{REST}:session/${{aws:userid}}-*"),
        ("sts:AssumeRole", "arn:aws:iam::123456789012:role/x"), ("s3:GetObject", "arn:aws*"),
    ],
)  # fmt: skip
def test_an_action_takes_a_resource_of_its_types(action: str, resource: str) -> None:
    assert takes(action, resource)


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("s3:GetObject", "arn:aws:s3:::uploads"), ("s3:ListBucket", "arn:aws:s3:::uploads/*"),
        ("s3:ListAllMyBuckets", "arn:aws:s3:::uploads"),
        ("s3:GetObject", "arn:aws:s3::1:uploads/x"),
        ("dynamodb:PutItem", f"{TABLE}/index/*"), ("dynamodb:Query", f"{TABLE}/stream/*"),
        ("dynamodb:PutItem", f"arn:aws:dynamodb:{REST}:orders"),
        ("logs:PutLogEvents", f"arn:aws:logs:{REST}:log-group:/aws/lambda/x"),
        ("logs:CreateLogStream", f"arn:aws:logs:{REST}:/aws/lambda/x:*"),
        ("kms:Decrypt", f"arn:aws:kms:{REST}:alias/x"), ("sqs:SendMessage", f"{QUEUE}/x"),
        ("lambda:InvokeFunction", f"arn:aws:lambda:{REST}:layer:x"),
        ("execute-api:Invoke", f"arn:aws:apigateway:{REST}:abc/*"),
        ("xray:PutTraceSegments", f"arn:aws:xray:{REST}:*"),
        ("iam:PassRole", "arn:aws:iam::123456789012:policy/x"),
        ("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{REST}:x"),
    ],
)  # fmt: skip
def test_an_action_takes_nothing_else(action: str, resource: str) -> None:
    assert not takes(action, resource)


def test_each_fault_is_a_finding_with_its_place() -> None:
    first, second = findings(allow(), allow(["sqs:Push", "dynamodb:PutItem"], ["*", QUEUE]))
    assert (first.path, first.detail) == ("policy.Statement[1].Action[0]", "no action sqs:push")
    assert second.path == "policy.Statement[1].Resource[1]"
    assert second.detail == f"dynamodb:putitem, sqs:push on {QUEUE}"
    assert "table/${TableName}" in second.message


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        (["Query", "PutItem", "GetItem"], "dynamodb:GetItem, dynamodb:PutItem, dynamodb:Query"),
        (
            ["Scan", "Query", "PutItem", "GetItem"],
            "dynamodb:GetItem, dynamodb:PutItem, dynamodb:Query, ...",
        ),
    ],
)
def test_a_finding_names_three_actions_and_tells_that_there_are_more(
    names: list[str], shown: str
) -> None:
    [found] = findings(allow([f"dynamodb:{name}" for name in names], Effect="Deny"))
    assert found.message.startswith(f"policy.Statement[0] denies nothing on {QUEUE}: {shown} ")


@pytest.mark.parametrize("document", [UNKNOWN, "{", {"Statement": [allow(), UNKNOWN]}])
def test_what_cannot_be_read_of_a_document_is_no_pass(document: Any) -> None:
    assert worst(findings(document=document)) is UNDECIDED


def test_a_misspelled_action_is_one_finding() -> None:
    [finding] = findings(allow("dynamodb:PutItems", TABLE))
    assert finding.detail == "no action dynamodb:putitems"


def test_a_secret_document_is_judged_and_not_shown() -> None:
    document = {"Statement": [allow("topsecret:Do"), allow("dynamodb:PutItem", "topsecret")]}
    found = findings(document=Secret(json.dumps(document)))
    assert [each.status for each in found] == [FAIL, FAIL]
    for each in found:
        assert "topsecret" not in f"{each.message} {each.detail} {each.path}"
        assert "dynamodb" not in f"{each.message} {each.detail}".lower()


@pytest.mark.parametrize(
    "name",
    [
        "AWSXRayDaemonWriteAccess", "AmazonDynamoDBFullAccess", "AmazonSQSFullAccess",
        "AWSLambda_FullAccess", "service-role/AWSLambdaBasicExecutionRole", "AmazonS3FullAccess",
        "AmazonSSMReadOnlyAccess", "AmazonAPIGatewayInvokeFullAccess", "IAMUserChangePassword",
        "CloudWatchLogsFullAccess", "AmazonEventBridgeFullAccess",
    ],
)  # fmt: skip
def test_what_aws_wrote_itself_is_valid(name: str) -> None:
    found = managed_document(name)
    assert found is not None
    assert [fault.message for fault in idle_parts(found)] == []


statements = st.builds(
    allow,
    st.lists(st.sampled_from(["sqs:SendMessage", "dynamodb:*", "sqs:Push", "*"]), min_size=1),
    st.lists(st.sampled_from([QUEUE, TABLE, "*", "arn:aws:s3:::b"]), min_size=1),
    Effect=st.sampled_from(["Allow", "Deny"]),
)


@given(st.lists(statements, min_size=1, max_size=3), st.data())
def test_more_knowledge_never_turns_a_verdict(given_: list[Any], data: st.DataObject) -> None:
    hidden = [dict(statement) for statement in given_]
    for statement in hidden:
        for key in statement:
            if data.draw(st.booleans()):
                statement[key] = UNKNOWN
            elif isinstance(statement[key], list) and data.draw(st.booleans()):
                statement[key] = [UNKNOWN, *statement[key][1:]]
    assert verdict(*hidden) in (UNDECIDED, verdict(*given_))
