"""Physical names say to which environment they belong."""

from __future__ import annotations

import ast
import json
from importlib.metadata import distribution, version
from pathlib import Path
from typing import Any

import pytest
from payment_guardrails import any_resource_names, refresh_name_properties
from payment_guardrails.any_resource_names import name_properties
from payment_guardrails.finding import Status
from payment_guardrails.refresh_name_properties import named
from payment_guardrails.refresh_sources import classes_in
from payment_guardrails.resource import Resource
from payment_guardrails.rule import Level, worst
from payment_guardrails.rules import registered
from payment_guardrails.values import UNKNOWN, Secret

RULE = registered()["any-resource-name-suffix"]
TABLE = "aws:dynamodb/table:Table"
PASS, FAIL, UNDECIDED = Status.PASS, Status.FAIL, Status.UNDECIDED
NOT_APPLICABLE = Status.NOT_APPLICABLE


def verdict(type_: str = TABLE, /, suffix: str = "", **inputs: Any) -> Status:
    resource = Resource(f"urn:pulumi:dev::payments::{type_}::orders", type_, "orders", inputs)
    return worst(RULE.judge_resource(resource, {"suffix": suffix}))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("table-orders-dev", PASS),
        ("dev-orders", PASS),
        ("dev", PASS),
        ("/payments/dev/api-key", PASS),
        ("orders.dev.fifo", PASS),
        ("orders-dev.fifo", PASS),
        (Secret("orders-dev"), PASS),
        ("orders", FAIL),
        ("orders-prod", FAIL),
        ("orders-device", FAIL),
        ("orders-subdev", FAIL),
        ("orders-Dev", FAIL),
        ("ordersdev", FAIL),
        ("orders_dev", FAIL),
        (UNKNOWN, UNDECIDED),
        (["orders-dev"], UNDECIDED),
    ],
)
def test_the_environment_is_a_whole_segment(name: Any, expected: Status) -> None:
    assert verdict(name=name) is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (None, NOT_APPLICABLE),
        ("", NOT_APPLICABLE),
        ("orders-1a2b3c4", NOT_APPLICABLE),
        ("orders-1a2b3c4.fifo", NOT_APPLICABLE),
        ("/aws/lambda/orders-1a2b3c4", NOT_APPLICABLE),
        ("orders-1a2b3c", FAIL),
        ("orders-1a2b3c4d", FAIL),
        ("orders-1a2b3cz", FAIL),
    ],
)
def test_a_name_that_pulumi_draws_is_not_judged(name: Any, expected: Status) -> None:
    assert verdict(name=name) is expected


def test_a_prefix_that_names_are_drawn_from_is_judged() -> None:
    role = "aws:iam/role:Role"
    assert verdict(role, namePrefix="orders-dev-") is PASS
    assert verdict(role, namePrefix="orders-") is FAIL
    assert verdict(role, namePrefix=UNKNOWN) is UNDECIDED
    assert verdict(role, name="", namePrefix="orders-") is FAIL
    assert verdict(role, namePrefix="") is NOT_APPLICABLE


@pytest.mark.parametrize("property_", ["name", "namePrefix"])
def test_an_undecided_finding_names_the_property_that_is_not_known(property_: str) -> None:
    role = "aws:iam/role:Role"
    resource = Resource(f"urn:pulumi:dev::payments::{role}::r", role, "r", {property_: UNKNOWN})
    [finding] = RULE.judge_resource(resource, {"suffix": ""})
    assert finding.path == property_


def test_the_suffix_can_be_configured() -> None:
    assert verdict(name="orders-eu-dev", suffix="eu-dev") is PASS
    assert verdict(name="orders-dev", suffix="eu-dev") is FAIL
    assert verdict(name="orders-axb", suffix="a.b") is FAIL


def test_a_fault_is_advisory() -> None:
    assert RULE.level is Level.ADVISORY


@pytest.mark.parametrize(
    ("type_", "property_"),
    [
        ("aws:s3/bucket:Bucket", "bucket"),
        ("aws:s3/bucketV2:BucketV2", "bucket"),
        ("aws:rds/instance:Instance", "identifier"),
        ("aws:opensearch/domain:Domain", "domainName"),
        ("aws:kms/alias:Alias", "name"),
        ("aws:lambda/function:Function", "name"),
        ("aws:ssm/parameter:Parameter", "name"),
    ],
)
def test_the_input_that_is_the_name_is_the_providers(type_: str, property_: str) -> None:
    assert verdict(type_, **{property_: "orders"}) is FAIL
    assert verdict(type_, **{property_: "orders-dev"}) is PASS


@pytest.mark.parametrize(
    "type_",
    [
        "aws:apigateway/stage:Stage",
        "aws:apigatewayv2/stage:Stage",
        "aws:apigateway/model:Model",
        "aws:apigateway/response:Response",
        "aws:lambda/alias:Alias",
        "aws:lambda/permission:Permission",
        "aws:route53/record:Record",
        "aws:iam/rolePolicy:RolePolicy",
        "gcp:pubsub/topic:Topic",
    ],
)
def test_a_name_inside_another_resource_is_none(type_: str) -> None:
    assert not RULE.is_for(type_)


@pytest.mark.parametrize(
    "module",
    [
        "apigateway/model",
        "ec2/key_pair",
        "kms/alias",
        "lambda_/permission",
        "rds/instance",
        "route53/record",
        "s3/bucket",
        "sqs/queue",
        "ssm/parameter",
    ],
)
def test_the_data_is_what_the_installed_provider_says(module: str) -> None:
    package = Path(str(distribution("pulumi-aws").locate_file("pulumi_aws")))
    source = (package / f"{module}.py").read_text("utf-8")
    said = dict(named(classes_in(source)))
    assert {type_: name_properties()[type_] for type_ in said} == said


def test_the_data_is_of_the_installed_version() -> None:
    data = json.loads(refresh_name_properties.TARGET.read_text("utf-8"))
    assert data["version"] == version("pulumi-aws")
    assert not set(data["left_out"]) & set(data["names"])


def test_the_rule_does_not_need_the_provider() -> None:
    tree = ast.parse(Path(any_resource_names.__file__).read_text("utf-8"))
    imported = {
        name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names
    } | {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not {name for name in imported if name and name.startswith("pulumi")}
