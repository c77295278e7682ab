"""Data sources that nobody can answer offline: what they give is unknown, never wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from payment_guardrails.resource import Resource
from payment_guardrails.values import Unknown

from compliance.engines.engine import EngineRun
from tests.offline import evaluate

PLAIN = """
import json
import pulumi_aws as aws

network = aws.ec2.get_vpc(default=True)
subnets = aws.ec2.get_subnets()
orders = aws.dynamodb.get_table(name="orders")
aws.ec2.SecurityGroup(
    "group",
    vpc_id=network.id,
    description=f"inside {network.cidr_block}",
    revoke_rules_on_delete=network.enable_dns_support,
    tags=network.tags,
)
aws.lb.LoadBalancer("balancer", subnets=subnets.ids)
aws.dynamodb.Table(
    "copy",
    billing_mode=orders.billing_mode,
    read_capacity=orders.read_capacity,
    point_in_time_recovery={"enabled": orders.point_in_time_recovery.enabled},
)
aws.iam.Policy("read", policy=json.dumps({"Statement": [{"Resource": orders.arn}]}))
"""

ABOUT_THE_UNKNOWN = """
import pulumi_aws as aws

site = aws.cloudfront.OriginAccessIdentity("site")
document = aws.iam.get_policy_document_output(
    statements=[{"actions": ["s3:GetObject"], "resources": [site.iam_arn]}]
)
aws.iam.Policy("read", policy=document.json)
aws.iam.Policy(
    "read-plainly",
    policy=aws.iam.get_policy_document(
        statements=[{"actions": ["s3:GetObject"], "resources": [site.iam_arn]}]
    ).json,
)
"""


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> EngineRun:
    return run(tmp_path_factory.mktemp("plain"), PLAIN)


def run(folder: Path, source: str) -> EngineRun:
    (folder / "__main__.py").write_text(source)
    return evaluate(folder, None, {}, 60)


def named(done: EngineRun, name: str) -> Resource:
    [found] = [resource for resource in done.stacks[0].resources if resource.name == name]
    return found


@pytest.mark.parametrize(
    ("resource", "property_"),
    [
        ("group", "vpcId"),
        ("group", "description"),
        ("group", "revokeRulesOnDelete"),
        ("group", "tags"),
        ("copy", "billingMode"),
        ("copy", "readCapacity"),
        ("read", "policy"),
    ],
)
def test_what_is_made_of_an_unknown_result_is_unknown(
    plain: EngineRun, resource: str, property_: str
) -> None:
    assert isinstance(named(plain, resource).inputs[property_], Unknown)


def test_unknown_results_keep_their_shape(plain: EngineRun) -> None:
    [subnet] = named(plain, "balancer").inputs["subnets"]
    recovery = named(plain, "copy").inputs["pointInTimeRecovery"]

    assert isinstance(subnet, Unknown)
    assert isinstance(recovery["enabled"], Unknown)


def test_unanswered_data_sources_are_named_with_what_follows(plain: EngineRun) -> None:
    said = [note for note in plain.notes if "only the cloud can answer" in note]

    assert [note.split()[3] for note in said] == [
        "aws:dynamodb/getTable:getTable,",
        "aws:ec2/getSubnets:getSubnets,",
        "aws:ec2/getVpc:getVpc,",
    ]
    assert all("another way than the one tested" in note for note in said)


@pytest.mark.parametrize("name", ["read", "read-plainly"])
def test_a_document_about_an_unknown_value_in_a_list_is_unknown(tmp_path: Path, name: str) -> None:
    done = run(tmp_path, ABOUT_THE_UNKNOWN)

    assert isinstance(named(done, name).inputs["policy"], Unknown)
