"""What looks like a secret is marked, wherever it stands; all else is left as it is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from payment_guardrails.resource import Resource
from payment_guardrails.stack import Stack
from payment_guardrails.values import Secret

from compliance.terraform.masking import marked
from compliance.terraform.plan import plan

CANARY = "hunter2-canary"
KEY = "AKIA" + "Z7Q2" * 4
TASK = "aws:ecs/taskDefinition:TaskDefinition"


def exported(type_: str, inputs: dict[str, Any]) -> str:
    found = Resource(f"urn:pulumi:dev::shop::{type_}::one", type_, "one", inputs)
    document = plan(Stack.of("shop", "dev", [found]), masked=True, changes=True).document
    return json.dumps(document)


@pytest.mark.parametrize(
    "inputs",
    [
        {"containerDefinitions": json.dumps([{"password": CANARY}])},
        {"containerDefinitions": json.dumps([{"environment": [{"name": "DB_PASSWORD",
                                                              "value": CANARY}]}])},
        {"containerDefinitions": [{"environment": [{"Key": "api-key", "Value": CANARY}]}]},
        {"containerDefinitions": [{"password": CANARY}]},
        {"anything": f' {{"deep": [{{"inner": "{{\\"token\\": \\"{CANARY}\\"}}"}}]}}'},
        {"tags": {"signingKey": CANARY}},
        {"passwords": [CANARY]},
        {"user_data": '{"not JSON, but it begins so", password: ' + KEY},
        {"definition": "[" * 100_000 + KEY},
        {"policy": {KEY: "a name can be a secret too"}},
        {"policy": json.dumps({KEY: "a name can be a secret too"})},
    ],
)  # fmt: skip
def test_a_secret_is_masked_wherever_it_stands(inputs: dict[str, Any]) -> None:
    text = exported(TASK, inputs)
    assert CANARY not in text
    assert KEY not in text


def test_the_rest_of_a_document_stays() -> None:
    given_ = json.dumps({"user": "admin", "password": CANARY})
    assert json.loads(marked(given_, "body")) == {"user": "admin", "password": "[secret]"}


def test_a_document_without_a_secret_is_the_same_text() -> None:
    document = '{ "Statement":[ {"Effect" : "Allow"} ],  "passwordPolicy": "strict" }'
    assert marked(document, "policy") == document


def test_what_pulumi_marks_stays_marked() -> None:
    assert marked({"token": Secret(CANARY)}) == {"token": Secret(CANARY)}


secret_names = st.sampled_from(["password", "api_key", "clientSecret", "DB_PASSWORD"])
plain = st.none() | st.booleans() | st.integers() | st.text(max_size=6)
holders = st.one_of(
    secret_names.map(lambda name: {name: CANARY}),
    secret_names.map(lambda name: {"name": name, "value": CANARY}),
    secret_names.map(lambda name: {name: [CANARY]}),
)
nested = st.recursive(
    holders,
    lambda inner: st.one_of(
        st.lists(inner | plain, max_size=3),
        st.dictionaries(st.text(max_size=5), inner | plain, max_size=3),
        inner.map(json.dumps),
    ),
    max_leaves=6,
)


@given(st.sampled_from(["body", "tags", "containerDefinitions", "environment", "x"]), nested)
def test_no_nesting_hides_a_secret(name: str, value: Any) -> None:
    assert CANARY not in exported(TASK, {name: value})


harmless = st.recursive(
    plain,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["a", "arn", "policy", "name"]), inner, max_size=3),
    ),
)


@given(harmless)
def test_what_is_no_secret_is_left_alone(value: Any) -> None:
    assert marked(value) == value
    text = json.dumps(value, indent=3)
    assert marked(text) == text
