"""The stand-in provider's data sources."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator

import pytest

from tests.engine.provider.cloud import Cloud
from tests.engine.provider.wire import Properties
from tests.engine.provider_client import Client, clients


@pytest.fixture
def client() -> Iterator[Client]:
    with clients(Cloud()) as (one,):
        yield one


def test_a_policy_document_is_written_as_the_real_provider_writes_it(client: Client) -> None:
    found = client.invoke(
        "aws:iam/getPolicyDocument:getPolicyDocument",
        {
            "sourcePolicyDocuments": [
                '{"Version":"2008-10-17","Statement":{"Sid":"B","Effect":"Deny"}}'
            ],
            "statements": [
                {
                    "sid": "",
                    "actions": ["sqs:A", "sqs:B", "sqs:A"],
                    "resources": ["arn:x/&{aws:username}"],
                    "principals": [
                        {"type": "Service", "identifiers": ["b", "c"]},
                        {"type": "AWS", "identifiers": ["*"]},
                    ],
                    "conditions": [
                        {"test": "T", "variable": "v", "values": ["2", "1"]},
                        {"test": "T", "variable": "u", "values": ["<"]},
                    ],
                },
                {"effect": "Deny", "notActions": ["*"], "notPrincipals": [
                    {"type": "*", "identifiers": ["*"]}]},
            ],
            "overridePolicyDocuments": ['{"Statement":[{"Sid":"B","Effect":"Allow"}]}'],
        },
    )  # fmt: skip

    assert found["minifiedJson"] == (
        '{"Version":"2012-10-17","Statement":[{"Sid":"B","Effect":"Allow"},'
        '{"Effect":"Allow","Action":["sqs:B","sqs:A"],"Resource":"arn:x/${aws:username}",'
        '"Principal":{"AWS":"*","Service":["c","b"]},'
        r'"Condition":{"T":{"u":"\u003c","v":["2","1"]}}},'
        '{"Effect":"Deny","NotAction":"*","NotPrincipal":"*"}]}'
    )
    assert json.loads(found["json"]) == json.loads(found["minifiedJson"])
    assert found["json"].startswith('{\n  "Version"')
    # Terraform's hash code of a text is its CRC-32.
    assert found["id"] == str(zlib.crc32(found["json"].encode()))


@pytest.mark.parametrize(
    ("token", "arguments", "expected"),
    [
        ("getCallerIdentity", {}, {"accountId": "123456789012"}),
        ("getRegion", {}, {"region": "cn-north-1", "name": "cn-north-1"}),
        ("getRegion", {"region": "us-east-1"}, {"region": "us-east-1"}),
        ("getPartition", {}, {"partition": "aws-cn", "dnsSuffix": "amazonaws.com.cn"}),
        ("getAvailabilityZones", {}, {"names": [f"cn-north-1{zone}" for zone in "abc"]}),
        ("getDefaultTags", {}, {"tags": {"team": "a"}}),
        ("getServicePrincipal", {"serviceName": "sqs"}, {"name": "sqs.amazonaws.com"}),
        ("getServicePrincipal", {"serviceName": "logs"}, {"name": "logs.amazonaws.com.cn"}),
        (
            "getArn",
            {"arn": "arn:aws:logs:us-east-1:1:log-group:x"},
            {"service": "logs", "region": "us-east-1", "account": "1", "resource": "log-group:x"},
        ),
    ],
)
def test_a_data_source_answers_for_its_place(
    client: Client, token: str, arguments: Properties, expected: Properties
) -> None:
    client.configure("cn-north-1", {"team": "a"})

    found = client.invoke(f"aws:index/{token}:{token}", arguments)

    assert {name: found[name] for name in expected} == expected


def test_what_an_account_has_already_is_found(client: Client) -> None:
    client.configure("us-gov-west-1")

    network = client.invoke("aws:ec2/getVpc:getVpc", {"default": True})
    subnets = client.invoke("aws:ec2/getSubnets:getSubnets", {})
    image = client.invoke("aws:ec2/getAmi:getAmi", {"mostRecent": True})

    assert network["arn"] == f"arn:aws-us-gov:ec2:us-gov-west-1:123456789012:vpc/{network['id']}"
    assert len(set(subnets["ids"])) == 3
    assert (image["mostRecent"], image["imageId"]) == (True, image["id"])
