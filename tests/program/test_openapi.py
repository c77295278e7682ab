"""The OpenAPI document is valid, up to date, and true of what API Gateway is told to do."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator, Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from payment_guardrails.resource import Resource

from program import openapi
from program.answers import HANDLER_ANSWERS, NEVER_FOR_AN_OPERATION
from program.body_schemas import body_schemas
from program.models import FRAUD_ALERT, TRANSACTION
from program.routes import ROUTES
from tests.offline import evaluate

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT: dict[str, Any] = openapi.document()
OPERATIONS = {
    operation["operationId"]: operation
    for path in DOCUMENT["paths"].values()
    for operation in path.values()
}
RESPONSES = [
    (name, status, response)
    for name, operation in OPERATIONS.items()
    for status, response in operation["responses"].items()
]


@cache
def stack() -> tuple[Resource, ...]:
    return evaluate(ROOT, "dev", {}, 60).stacks[0].resources


def inputs_of(kind: str) -> list[Any]:
    type_ = f"aws:apigateway/{kind}"
    return [resource.inputs for resource in stack() if resource.type == type_]


def gateway_responses() -> dict[str, Any]:
    return {str(each["responseType"]): each for each in inputs_of("response:Response")}


def validator_of(response: Any, media_type: str) -> Draft202012Validator:
    schema = response["content"][media_type]["schema"]
    return Draft202012Validator({**schema, "components": DOCUMENT["components"]})


def test_the_document_is_valid_openapi() -> None:
    assert DOCUMENT["openapi"].startswith("3.1.")
    assert list(OpenAPIV31SpecValidator(DOCUMENT).iter_errors()) == []


@pytest.mark.parametrize("broken", ["a schema", "a parameter", "a response"])
def test_the_validator_finds_what_is_broken(broken: str) -> None:
    document = openapi.document()
    operation = document["paths"]["/transactions/{id}"]["get"]
    match broken:
        case "a schema":
            document["components"]["schemas"]["Status"] = {"type": "text"}
        case "a parameter":
            del operation["parameters"]
        case "a response":
            del operation["responses"]["200"]["description"]
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) != []


def test_the_written_document_is_up_to_date() -> None:
    assert openapi.DOCUMENT.read_text() == openapi.text(), "it is stale: run `make openapi`"


def test_the_document_is_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "openapi.json"
    openapi.write(path)
    before = path.read_bytes()
    assert [each.name for each in tmp_path.iterdir()] == ["openapi.json"]
    monkeypatch.setattr(openapi, "ROUTES", ROUTES[:1])
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", _fail)
        with pytest.raises(OSError, match="no space"):
            openapi.write(path)
    assert path.read_bytes() == before
    openapi.write(path)
    assert path.read_bytes() != before


def _fail(*_: Any) -> None:
    raise OSError("no space")


def test_every_route_is_an_operation_with_its_parameters_and_body() -> None:
    documented = {
        (method.upper(), path): operation
        for path, item in DOCUMENT["paths"].items()
        for method, operation in item.items()
    }
    assert list(documented) == [(route.method, "/" + "/".join(route.path)) for route in ROUTES]
    for route, operation in zip(ROUTES, documented.values(), strict=True):
        in_path = [each for each in operation.get("parameters", []) if each["in"] == "path"]
        assert tuple(each["name"] for each in in_path) == route.parameters
        assert ("requestBody" in operation) == (route.model is not None)
    assert set(HANDLER_ANSWERS) == {route.name for route in ROUTES}


def test_the_schemas_of_requests_hold_all_that_the_gateway_demands() -> None:
    schemas = body_schemas()
    for name, model in (("TransactionRequest", TRANSACTION), ("FraudAlertRequest", FRAUD_ALERT)):
        schema = schemas[name]
        assert schema["required"] == model["required"]
        assert schema["additionalProperties"] is False
        assert list(schema["properties"]) == list(model["properties"])
    validator = Draft202012Validator(
        {**schemas["TransactionRequest"], "components": {"schemas": dict(schemas)}}
    )
    good: dict[str, Any] = {"amount": 1, "currency": "USD", "merchant_id": "a"}
    assert validator.is_valid(good)
    for change in ({"amount": 0}, {"currency": "usd"}, {"merchant_id": "a b"}, {"x": 1}):
        assert not Draft4Validator(TRANSACTION).is_valid({**good, **change})
        assert not validator.is_valid({**good, **change})


def test_every_operation_needs_the_api_key_as_every_method_does() -> None:
    methods = inputs_of("method:Method")
    assert len(methods) == len(OPERATIONS)
    assert all(method["apiKeyRequired"] is True for method in methods)
    [name] = DOCUMENT["security"][0]
    scheme = DOCUMENT["components"]["securitySchemes"][name]
    assert (scheme["in"], scheme["name"]) == ("header", "x-api-key")
    assert not any("security" in operation for operation in OPERATIONS.values())


def test_every_gateway_response_of_the_stack_is_documented_or_never_given() -> None:
    documented = {
        name for _, _, response in RESPONSES for name in response.get("x-gateway-responses", [])
    }
    assert documented.isdisjoint(NEVER_FOR_AN_OPERATION)
    assert documented | set(NEVER_FOR_AN_OPERATION) == set(gateway_responses())


def test_what_is_never_given_cannot_be() -> None:
    assert {method["authorization"] for method in inputs_of("method:Method")} == {"NONE"}
    assert {each["type"] for each in inputs_of("integration:Integration")} == {"AWS_PROXY"}
    assert not any("quotaSettings" in plan for plan in inputs_of("usagePlan:UsagePlan"))


def test_responses_say_who_gives_them() -> None:
    for name, status, response in RESPONSES:
        by = response["x-answered-by"]
        assert by
        assert set(by) <= {"gateway", "handler"}
        assert ("gateway" in by) == bool(response.get("x-gateway-responses"))
        handled = {str(answer.status) for answer in HANDLER_ANSWERS[name]}
        assert ("handler" in by) == (status in handled)


@pytest.mark.parametrize(
    ("operation", "status", "response_type"),
    [
        (name, status, response_type)
        for name, status, response in RESPONSES
        for response_type in response.get("x-gateway-responses", [])
    ],
)
def test_what_the_gateway_answers_is_as_documented(
    operation: str, status: str, response_type: str
) -> None:
    response = OPERATIONS[operation]["responses"][status]
    made = gateway_responses()[response_type]
    own = made.get("statusCode")
    if own is None:
        assert response_type == f"DEFAULT_{status[0]}XX"
    else:
        assert own == status
    media_type = made["responseParameters"]["gatewayresponse.header.Content-Type"].strip("'")
    [template] = made["responseTemplates"].values()
    filled = template.replace("$context.status", status.replace("XX", "00"))
    body = json.loads(filled.replace("$context.requestId", "request-1"))
    assert re.search(r"\$", filled.replace("$context.requestId", "")) is None
    validator_of(response, media_type).validate(body)
    assert body["status"] == int(status.replace("XX", "00"))
    assert body["detail"] in response["description"]
    headers = response.get("headers", {}).values()
    assert not any(header["required"] for header in headers)
