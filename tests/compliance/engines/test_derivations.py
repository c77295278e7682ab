"""ARNs, pinned by AWS's own examples, and the JSON of `get_policy_document`."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.engines.offline.identity import echoed, outputs_of
from compliance.engines.offline.invokes import answer
from compliance.engines.offline.policy_document import policy_document
from compliance.engines.offline.surroundings import Surroundings

HERE = Surroundings("us-east-2")


@pytest.mark.parametrize(
    ("type_", "properties", "arn"),
    [
        # The forms are those of AWS's service authorization reference and user guides.
        ("aws:sqs/queue:Queue", {"name": "q"}, "arn:aws:sqs:us-east-2:123456789012:q"),
        ("aws:sns/topic:Topic", {"name": "t"}, "arn:aws:sns:us-east-2:123456789012:t"),
        ("aws:dynamodb/table:Table", {"name": "Music"},
         "arn:aws:dynamodb:us-east-2:123456789012:table/Music"),
        ("aws:lambda/function:Function", {"name": "my-function"},
         "arn:aws:lambda:us-east-2:123456789012:function:my-function"),
        ("aws:iam/role:Role", {"name": "R", "path": "/service-role/"},
         "arn:aws:iam::123456789012:role/service-role/R"),
        ("aws:iam/policy:Policy", {"name": "P"}, "arn:aws:iam::123456789012:policy/P"),
        ("aws:s3/bucket:Bucket", {"bucket": "amzn-s3-demo-bucket"},
         "arn:aws:s3:::amzn-s3-demo-bucket"),
        ("aws:cloudwatch/logGroup:LogGroup", {"name": "/aws/lambda/f"},
         "arn:aws:logs:us-east-2:123456789012:log-group:/aws/lambda/f"),
        ("aws:ssm/parameter:Parameter", {"name": "/a/b"},
         "arn:aws:ssm:us-east-2:123456789012:parameter/a/b"),
        ("aws:ssm/parameter:Parameter", {"name": "b"},
         "arn:aws:ssm:us-east-2:123456789012:parameter/b"),
        ("aws:sfn/stateMachine:StateMachine", {"name": "m"},
         "arn:aws:states:us-east-2:123456789012:stateMachine:m"),
    ],
)  # fmt: skip
def test_arns_have_awss_form(type_: str, properties: dict[str, str], arn: str) -> None:
    assert outputs_of(type_, "logical", "urn", properties, HERE)["arn"] == arn


def test_what_aws_draws_at_random_is_not_derived() -> None:
    for type_ in ("aws:apigateway/restApi:RestApi", "aws:kms/key:Key", "aws:ec2/vpc:Vpc"):
        assert outputs_of(type_, "x", "urn", {"name": "x"}, HERE) == {}


def test_an_unknown_name_gives_nothing() -> None:
    unknown = {"name": "04da6b54-80e4-46f7-96ec-b56ff0331ba9"}
    assert outputs_of("aws:sqs/queue:Queue", "x", "urn", unknown, HERE) == {}


def test_documents_given_as_objects_come_back_as_text() -> None:
    assert echoed({"policy": {"a": 1}, "tags": {"a": "b"}}) == {
        "policy": '{"a": 1}', "tags": {"a": "b"},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("region", "partition"),
    [("us-east-2", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")],
)
def test_partitions_follow_from_regions(region: str, partition: str) -> None:
    result = answer("aws:index/getPartition:getPartition", {}, Surroundings(region))
    assert result is not None
    assert result["partition"] == partition
    assert answer("aws:ec2/getVpc:getVpc", {}, HERE) is None


def test_a_policy_document_is_what_the_provider_writes() -> None:
    result = policy_document(
        {
            "statements": [
                {
                    "sid": "1",
                    "actions": ["s3:ListAllMyBuckets", "s3:GetBucketLocation"],
                    "resources": ["arn:aws:s3:::*"],
                    "conditions": [
                        {"test": "StringLike", "variable": "s3:prefix", "values": ["", "home/"]}
                    ],
                },
                {
                    "effect": "Deny",
                    "notActions": ["s3:*"],
                    "resources": ["arn:aws:s3:::&{aws:username}"],
                    "principals": [
                        {"type": "AWS", "identifiers": ["a"]},
                        {"type": "AWS", "identifiers": ["b"]},
                    ],
                },
                {"principals": [{"type": "*", "identifiers": ["*"]}]},
            ]
        }
    )
    assert json.loads(result["json"]) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "1",
                "Effect": "Allow",
                "Action": ["s3:ListAllMyBuckets", "s3:GetBucketLocation"],
                "Resource": "arn:aws:s3:::*",
                "Condition": {"StringLike": {"s3:prefix": ["", "home/"]}},
            },
            {
                "Effect": "Deny",
                "NotAction": "s3:*",
                "Resource": "arn:aws:s3:::${aws:username}",
                "Principal": {"AWS": ["b", "a"]},
            },
            {"Effect": "Allow", "Principal": "*"},
        ],
    }
    assert json.loads(result["minifiedJson"]) == json.loads(result["json"])


def test_source_and_override_documents_are_merged_by_sid() -> None:
    source = json.dumps({"Statement": {"Sid": "a", "Effect": "Allow", "Action": "x:A"}})
    override = json.dumps({"Statement": [{"Sid": "a", "Effect": "Deny"}, {"Effect": "Deny"}]})
    result = policy_document(
        {"sourcePolicyDocuments": [source, ""], "overridePolicyDocuments": [override]}
    )
    assert json.loads(result["json"])["Statement"] == [
        {"Sid": "a", "Effect": "Deny"}, {"Effect": "Deny"},
    ]  # fmt: skip


texts = st.lists(st.text(min_size=1, max_size=8).filter(lambda text: "&{" not in text), max_size=3)


@given(
    st.lists(
        st.fixed_dictionaries(
            {}, optional={"actions": texts, "resources": texts, "sid": st.text()}
        ),
        max_size=4,
    )
)
def test_every_statement_is_in_the_document(statements: list[dict[str, Any]]) -> None:
    written = json.loads(policy_document({"statements": statements})["json"])["Statement"]
    assert len(written) == len(statements)
    for given_, made in zip(statements, written, strict=True):
        for argument, element in (("actions", "Action"), ("resources", "Resource")):
            values = made.get(element, [])
            listed = [values] if isinstance(values, str) else values
            assert sorted(listed) == sorted(given_.get(argument, []))
