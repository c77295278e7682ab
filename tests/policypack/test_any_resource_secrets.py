"""No resource holds a literal secret: where one is looked for, and what passes for none."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from payment_guardrails.finding import Finding, Status
from payment_guardrails.resource import Resource
from payment_guardrails.rule import worst
from payment_guardrails.rules import registered
from payment_guardrails.values import UNKNOWN, Asset, Secret

RULE = registered()["any-resource-no-hardcoded-secret"]
PARAMETER = "aws:ssm/parameter:Parameter"
# Made up, and put together here so that no scanner takes it for a real one.
TOKEN = "ghp_" + "kD8sQ2mZ7xVb3LpR9wTy5NcJ4hGf6AeU1iOo"
KEY = "AKIA" + "W5XN3QJ7RTLZ2PVD"


def judged(type_: str = "aws:ec2/instance:Instance", /, **inputs: Any) -> tuple[Finding, ...]:
    return RULE.judge_resource(Resource("urn:r", type_, "r", inputs), RULE.defaults)


def verdict(type_: str = "aws:ec2/instance:Instance", /, **inputs: Any) -> Status:
    return worst(judged(type_, **inputs))


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (TOKEN, "it"),
        ({"b": [{"c": TOKEN}]}, "it.b[0].c"),
        (json.dumps({"deep": [{"token": TOKEN}]}), "it"),
        (Asset("asset", None, f"TOKEN = '{TOKEN}'"), "it.text"),
        ([["", [TOKEN]]], "it[0][1][0]"),
        ({TOKEN: 1}, "it.[secret]"),
        ({"secretAccessKey": "kD8sQ2mZ7xVb3LpR9wTy5NcJ4hGf6AeU1iOoBtXq"}, "it.secretAccessKey"),
    ],
)
def test_a_literal_secret_is_found_at_its_path_and_not_shown(value: Any, path: str) -> None:
    [finding] = judged(it=value)
    assert (finding.status, finding.path) == (Status.FAIL, path)
    assert TOKEN not in f"{finding}"


@pytest.mark.parametrize(
    "type_",
    [
        "aws:s3/bucket:Bucket",
        "gcp:pubsub/topic:Topic",
        "pulumi-python:dynamic:Resource",
        "shop:index:Service",
        "pulumi:providers:cloudflare",
    ],
)
def test_every_type_is_read(type_: str) -> None:
    assert RULE.is_for(type_)
    assert verdict(type_, it=TOKEN) is Status.FAIL


def test_there_is_one_finding_for_each_path() -> None:
    found = judged(a=TOKEN, b={"c": f"{TOKEN} {KEY}", "d": KEY}, e="nothing")
    assert [finding.path for finding in found] == ["a", "b.c", "b.d"]


@pytest.mark.parametrize(
    "value",
    [
        "x",
        "",
        None,
        7,
        True,
        UNKNOWN,
        {"a": UNKNOWN},
        Secret(TOKEN),
        Secret(UNKNOWN),
        {"a": Secret([TOKEN])},
        Asset("archive", "handlers"),
        Asset("asset", "handlers/process.py"),
    ],
)
def test_what_is_no_literal_passes(value: Any) -> None:
    assert verdict(it=value) is Status.PASS


def test_notes_of_the_provider_are_not_read() -> None:
    assert verdict(__provider=TOKEN) is Status.PASS


def test_the_environment_of_a_function_is_another_rules() -> None:
    function = "aws:lambda/function:Function"
    assert verdict(function, environment={"variables": {"A": TOKEN}}) is Status.PASS
    assert verdict(function, environment={"other": TOKEN}) is Status.FAIL
    assert verdict(function, description=TOKEN) is Status.FAIL
    for other in ("aws:ec2/instance:Instance", "shop:index:Service"):
        assert verdict(other, environment={"variables": {"A": TOKEN}}) is Status.FAIL


@pytest.mark.parametrize("property_", ["value", "valueWo"])
@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("SecureString", Secret(TOKEN), Status.PASS),
        ("SecureString", TOKEN, Status.FAIL),
        ("String", Secret(TOKEN), Status.FAIL),
        ("StringList", Secret(TOKEN), Status.FAIL),
        (None, Secret(TOKEN), Status.FAIL),
        ("String", Secret("plain"), Status.PASS),
        (UNKNOWN, Secret(TOKEN), Status.UNDECIDED),
        (UNKNOWN, Secret("plain"), Status.PASS),
        (UNKNOWN, TOKEN, Status.FAIL),
        ("String", UNKNOWN, Status.PASS),
    ],
)
def test_the_mark_that_the_sdk_sets_on_every_parameter_tells_nothing(
    property_: str, kind: Any, value: Any, expected: Status
) -> None:
    assert verdict(PARAMETER, type=kind, **{property_: value}) is expected


def test_a_mark_of_the_program_counts_on_a_parameter_too() -> None:
    assert verdict(PARAMETER, type="String", insecureValue=Secret(TOKEN)) is Status.PASS


@pytest.mark.parametrize("type_", ["alicloud:dns/record:Record", "cloudflare:index/record:Record"])
@pytest.mark.parametrize("kind", ["TXT", UNKNOWN])
def test_a_mark_on_the_value_of_what_is_no_parameter_counts(type_: str, kind: Any) -> None:
    assert verdict(type_, type=kind, value=Secret(TOKEN)) is Status.PASS


def test_any_depth_is_read() -> None:
    deep: Any = TOKEN
    for _ in range(5_000):
        deep = [deep]
    assert verdict(it=deep) is Status.FAIL


def test_a_document_of_ten_megabytes_takes_seconds() -> None:
    document = json.dumps(
        [{"Action": "s3:GetObject", "Resource": f"arn:{n}"} for n in range(180_000)]
    )
    begun = time.perf_counter()
    assert verdict(policy=document) is Status.PASS
    assert time.perf_counter() - begun < 5
