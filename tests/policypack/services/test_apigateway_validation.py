"""Bodies are validated: a validator that looks at them, and a model that says something."""

from __future__ import annotations

import json
from typing import Any

import pytest
from payment_guardrails.finding import Status
from payment_guardrails.values import UNKNOWN

from tests.policypack.services.compliant import (
    FAIL,
    MODEL,
    NOT_APPLICABLE,
    PASS,
    ROUTE,
    UNDECIDED,
    VALIDATOR,
    compliant,
    message,
    verdict,
)

VALIDATED = "apigateway-method-validated"


@pytest.mark.parametrize(
    ("verb", "expected"),
    [
        ("POST", FAIL),
        ("PUT", FAIL),
        ("PATCH", FAIL),
        ("ANY", FAIL),
        ("post", FAIL),
        ("GET", NOT_APPLICABLE),
        ("DELETE", NOT_APPLICABLE),
        ("OPTIONS", NOT_APPLICABLE),
        (UNKNOWN, UNDECIDED),
    ],
)
def test_methods_with_a_body_need_a_validator(verb: Any, expected: Status) -> None:
    changed = compliant().with_("post", httpMethod=verb, requestValidatorId=None)
    assert verdict(VALIDATED, changed, "post") is expected


def test_a_method_that_is_validated_passes_whatever_its_unknown_verb() -> None:
    changed = compliant().with_("post", httpMethod=UNKNOWN)
    assert verdict(VALIDATED, changed, "post") is PASS


@pytest.mark.parametrize(
    ("checks", "expected"),
    [
        (True, PASS),
        ("true", PASS),
        (False, FAIL),
        (None, FAIL),
        (UNKNOWN, UNDECIDED),
        ("x", UNDECIDED),
    ],
)
def test_the_validator_looks_at_bodies(checks: Any, expected: Status) -> None:
    changed = compliant().with_("validator", validateRequestBody=checks)
    assert verdict(VALIDATED, changed, "post") is expected


def test_the_validator_is_found_by_dependency_or_not_at_all() -> None:
    assert verdict(VALIDATED, compliant().linked("post", "requestValidatorId"), "post") is UNDECIDED
    literal = compliant().with_("post", requestValidatorId="abc123")
    assert verdict(VALIDATED, literal, "post") is UNDECIDED
    two = compliant().add(VALIDATOR, "other", validateRequestBody=False)
    either = two.linked("post", "requestValidatorId", "validator", "other")
    assert verdict(VALIDATED, either, "post") is UNDECIDED


@pytest.mark.parametrize(
    ("models", "expected"),
    [
        ({"application/json": "Transaction"}, PASS),
        (None, FAIL),
        ({}, FAIL),
        ({"application/json": "Empty"}, FAIL),
        ({"application/json": "Error"}, FAIL),
        ({"application/json": "Transaction", "text/plain": "Empty"}, FAIL),
        ({"application/json": UNKNOWN}, UNDECIDED),
        ({"application/json": "Elsewhere"}, UNDECIDED),
        (UNKNOWN, UNDECIDED),
        ("Transaction", UNDECIDED),
    ],
)
def test_a_validator_without_a_model_is_a_fault(models: Any, expected: Status) -> None:
    assert verdict(VALIDATED, compliant().with_("post", requestModels=models), "post") is expected


def test_the_fault_is_named() -> None:
    without = compliant().with_("post", requestModels=None)
    assert "request_models is not set" in message(VALIDATED, without, "post")
    blind = compliant().with_("validator", validateRequestBody=False)
    assert "validator validates no bodies" in message(VALIDATED, blind, "post")


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "object"}, PASS),
        ({"$ref": "https://apigateway.amazonaws.com/restapis/x/models/y"}, PASS),
        ({}, FAIL),
        ({"$schema": "http://json-schema.org/draft-04/schema#", "title": "Transaction"}, FAIL),
        (None, FAIL),
        (True, FAIL),
        (UNKNOWN, UNDECIDED),
    ],
)
def test_the_model_checks_something(schema: Any, expected: Status) -> None:
    changed = compliant().with_("model", schema=schema)
    assert verdict(VALIDATED, changed, "post") is expected
    if isinstance(schema, dict):
        written = compliant().with_("model", schema=json.dumps(schema))
        assert verdict(VALIDATED, written, "post") is expected


def test_a_schema_that_is_no_json_cannot_be_judged() -> None:
    assert verdict(VALIDATED, compliant().with_("model", schema="{"), "post") is UNDECIDED


def test_an_unknown_model_is_followed_by_its_dependencies() -> None:
    unknown = compliant().with_("post", requestModels={"application/json": UNKNOWN})
    assert verdict(VALIDATED, unknown.linked("post", "requestModels", "model"), "post") is PASS
    both = unknown.add(MODEL, "empty", name="Nothing", schema="{}")
    assert verdict(VALIDATED, both.linked("post", "requestModels", "empty"), "post") is FAIL
    either = both.linked("post", "requestModels", "model", "empty")
    assert verdict(VALIDATED, either, "post") is UNDECIDED


def test_of_models_with_one_name_the_one_it_depends_on_counts() -> None:
    two = compliant().add(MODEL, "of-another-api", name="Transaction", schema="{}")
    assert verdict(VALIDATED, two.linked("post", "requestModels", "model"), "post") is PASS
    other = two.linked("post", "requestModels", "of-another-api")
    assert verdict(VALIDATED, other, "post") is FAIL
    assert verdict(VALIDATED, two, "post") is UNDECIDED


ORDER = {"type": "object", "required": ["sku"]}
VALIDATORS = {
    "bodies": {"validateRequestBody": True},
    "parameters": {"validateRequestBody": False, "validateRequestParameters": True},
    "unknown": {"validateRequestBody": UNKNOWN},
}


def sent(schema: Any) -> dict[str, Any]:
    return {"requestBody": {"content": {"application/json": {"schema": schema}}}}


def body(operation: Any, verb: str = "post", validator: Any = "bodies", **members: Any) -> Any:
    return {
        "openapi": "3.0.1",
        "paths": {"/orders": {verb: operation}},
        "x-amazon-apigateway-request-validators": VALIDATORS,
        "x-amazon-apigateway-request-validator": validator,
        "components": {"schemas": {"Order": ORDER, "Empty": {}}},
        **members,
    }


def reference(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


OWN = "x-amazon-apigateway-request-validator"


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (body(sent(ORDER)), PASS),
        (body(sent(reference("Order"))), PASS),
        (body(sent(ORDER), verb="x-amazon-apigateway-any-method"), PASS),
        (body({**sent(ORDER), OWN: "bodies"}, validator=None), PASS),
        (body({"parameters": [{"in": "body", "schema": ORDER}]}), PASS),
        (body(sent(ORDER), validator=None), FAIL),
        (body(sent(ORDER), validator="parameters"), FAIL),
        (body(sent(ORDER), validator="nobody"), FAIL),
        (body({**sent(ORDER), OWN: "parameters"}), FAIL),
        (body({}), FAIL),
        (body({"parameters": [{"in": "query", "schema": ORDER}]}), FAIL),
        (body({"parameters": [{"schema": ORDER}]}), FAIL),
        (body(sent({})), FAIL),
        (body(sent(None)), FAIL),
        (body(sent(reference("Empty"))), FAIL),
        (body(sent(reference("Nobody"))), FAIL),
        (body(sent(ORDER), validator="unknown"), UNDECIDED),
        (body(sent(ORDER), validator=UNKNOWN), UNDECIDED),
        (body(sent(UNKNOWN)), UNDECIDED),
        (body(sent({"$ref": UNKNOWN})), UNDECIDED),
        (body({"requestBody": UNKNOWN}), UNDECIDED),
        (body({"requestBody": {"content": "json"}}), UNDECIDED),
        (body({"parameters": [UNKNOWN]}), UNDECIDED),
        (body(UNKNOWN), UNDECIDED),
        (body(UNKNOWN, verb="get"), UNDECIDED),
        ({"paths": {"/": UNKNOWN}}, UNDECIDED),
        (UNKNOWN, UNDECIDED),
        (body({}, verb="get"), NOT_APPLICABLE),
        (body({}, verb="options"), NOT_APPLICABLE),
        (None, NOT_APPLICABLE),
    ],
)
def test_the_operations_of_a_body_are_validated(document: Any, expected: Status) -> None:
    assert verdict(VALIDATED, compliant().with_("api", body=document), "api") is expected


def test_each_operation_that_is_not_validated_is_a_finding_of_its_own() -> None:
    document = body({}, paths={"/a": {"post": {}, "put": sent(ORDER)}, "/b": {"patch": {}}})
    said = message(VALIDATED, compliant().with_("api", body=document), "api")
    assert "POST /a has no schema" in said
    assert "PATCH /b has no schema" in said
    assert "PUT /a validates" in said


def test_http_apis_cannot_validate() -> None:
    changed = compliant().add(ROUTE, "route", routeKey="POST /a")
    assert verdict(VALIDATED, changed, "route") is NOT_APPLICABLE
