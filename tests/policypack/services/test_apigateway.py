"""Methods and routes are authorized; stages are traced."""

from __future__ import annotations

import json
from typing import Any

import pytest
from payment_guardrails.finding import Status
from payment_guardrails.values import UNKNOWN, Secret

from tests.policypack.services.compliant import (
    FAIL,
    HTTP_API,
    NOT_APPLICABLE,
    PASS,
    ROUTE,
    STAGE_V2,
    UNDECIDED,
    compliant,
    findings,
    message,
    verdict,
)

AUTHORIZED = "apigateway-method-authorized"
TRACING = "apigateway-stage-tracing"
REST_API_PUT = "aws:apigateway/restApiPut:RestApiPut"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"apiKeyRequired": "true"}, PASS),
        ({"apiKeyRequired": False}, FAIL),
        ({"apiKeyRequired": None}, FAIL),
        ({"apiKeyRequired": UNKNOWN}, UNDECIDED),
        ({"apiKeyRequired": None, "authorization": "AWS_IAM"}, PASS),
        ({"apiKeyRequired": None, "authorization": "COGNITO_USER_POOLS"}, PASS),
        ({"apiKeyRequired": None, "authorization": "none"}, FAIL),
        ({"apiKeyRequired": None, "authorization": ""}, FAIL),
        ({"apiKeyRequired": None, "authorization": None}, FAIL),
        ({"apiKeyRequired": None, "authorization": UNKNOWN}, UNDECIDED),
        ({"apiKeyRequired": None, "httpMethod": "OPTIONS"}, NOT_APPLICABLE),
        ({"apiKeyRequired": None, "httpMethod": UNKNOWN}, UNDECIDED),
        ({"apiKeyRequired": None, "httpMethod": "GET"}, FAIL),
        ({"apiKeyRequired": None, "httpMethod": "ANY"}, FAIL),
    ],
)
def test_a_method_asks_who_calls(changes: dict[str, Any], expected: Status) -> None:
    assert verdict(AUTHORIZED, compliant().with_("post", **changes), "post") is expected


def test_the_message_names_what_was_seen_and_what_is_wanted() -> None:
    said = message(AUTHORIZED, compliant().with_("post", apiKeyRequired=False), "post")
    assert "POST is open: authorization is NONE" in said
    assert "must be required" in said


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({"routeKey": "GET /a", "authorizationType": "JWT"}, PASS),
        ({"routeKey": "GET /a", "authorizationType": "NONE"}, FAIL),
        ({"routeKey": "GET /a"}, FAIL),
        ({"routeKey": "GET /a", "apiKeyRequired": True}, FAIL),
        ({"routeKey": "GET /a", "authorizationType": UNKNOWN}, UNDECIDED),
        ({"routeKey": "GET /a", "apiKeyRequired": UNKNOWN}, FAIL),
        ({"routeKey": UNKNOWN}, UNDECIDED),
        ({"routeKey": "$default"}, FAIL),
        ({"routeKey": "OPTIONS /a"}, NOT_APPLICABLE),
        ({"routeKey": "$connect"}, FAIL),
        ({"routeKey": "$connect", "apiKeyRequired": True}, PASS),
        ({"routeKey": "$connect", "apiKeyRequired": UNKNOWN}, UNDECIDED),
        ({"routeKey": "$disconnect"}, NOT_APPLICABLE),
        ({"routeKey": "sendMessage"}, NOT_APPLICABLE),
    ],
)
def test_a_route_asks_who_calls(inputs: dict[str, Any], expected: Status) -> None:
    assert verdict(AUTHORIZED, compliant().add(ROUTE, "route", **inputs), "route") is expected


def test_the_default_route_of_a_quickly_made_api_is_open() -> None:
    changed = compliant().add(HTTP_API, "quick", protocolType="HTTP", target="arn:aws:lambda:x")
    assert verdict(AUTHORIZED, changed, "quick") is FAIL
    plain = compliant().add(HTTP_API, "plain", protocolType="HTTP")
    assert verdict(AUTHORIZED, plain, "plain") is NOT_APPLICABLE


KEY = {"type": "apiKey", "name": "x-api-key", "in": "header"}
SIGNED = {
    "type": "apiKey",
    "name": "Authorization",
    "in": "header",
    "x-amazon-apigateway-authtype": "awsSigv4",
}
JWT = {"type": "oauth2", "x-amazon-apigateway-authorizer": {"type": "jwt"}}
BEARER = {"type": "http", "scheme": "bearer"}
OTHER_KEY = {"type": "apiKey", "name": "x-token", "in": "header"}
TOKEN = {"type": "apiKey", "name": "Authorization", "in": "header"}


def openapi(operation: Any, scheme: Any = None, verb: str = "post", **members: Any) -> Any:
    return {
        "openapi": "3.0.1",
        "paths": {"/transactions": {verb: operation}},
        "components": {"securitySchemes": {"caller": KEY if scheme is None else scheme}},
        **members,
    }


ASKS: Any = {"security": [{"caller": []}]}

BODIES = [
    (openapi(ASKS), PASS),
    (openapi(ASKS, SIGNED), PASS),
    (openapi(ASKS, JWT), PASS),
    (openapi({"x-amazon-apigateway-auth": {"type": "AWS_IAM"}}), PASS),
    (openapi(ASKS, verb="x-amazon-apigateway-any-method"), PASS),
    (
        {"swagger": "2.0", "paths": {"/": {"get": ASKS}}, "securityDefinitions": {"caller": KEY}},
        PASS,
    ),
    (openapi({"security": [{"caller": []}, {"caller": ["write"]}]}), PASS),
    (openapi({"security": [{"caller": [], "other": []}]}), PASS),
    (openapi({}), FAIL),
    (openapi({}, verb="x-amazon-apigateway-any-method"), FAIL),
    (openapi({}, verb="trace"), FAIL),
    (openapi({"security": []}), FAIL),
    (openapi({"security": [{}]}), FAIL),
    (openapi({"security": [{"caller": []}, {}]}), FAIL),
    (openapi({"security": [{"nobody": []}]}), FAIL),
    (openapi({"x-amazon-apigateway-auth": {"type": "NONE"}}), FAIL),
    (openapi(ASKS, BEARER), FAIL),
    (openapi(ASKS, OTHER_KEY), FAIL),
    (openapi({}, security=[{"caller": []}]), FAIL),
    (openapi({}, security=UNKNOWN), FAIL),
    (openapi(ASKS, TOKEN), FAIL),
    (openapi(ASKS, {"name": "x-api-key", "in": "header"}), FAIL),
    ({"paths": {"/": UNKNOWN, "/open": {"get": {}}}}, FAIL),
    (openapi({"security": UNKNOWN}), UNDECIDED),
    (openapi({"security": [UNKNOWN]}), UNDECIDED),
    (openapi({"x-amazon-apigateway-auth": {"type": UNKNOWN}}), UNDECIDED),
    (openapi(ASKS, {"type": UNKNOWN, "name": "x-api-key"}), UNDECIDED),
    (openapi(ASKS, UNKNOWN), UNDECIDED),
    (openapi(UNKNOWN), UNDECIDED),
    (openapi("get"), UNDECIDED),
    ({"paths": {"/": UNKNOWN}}, UNDECIDED),
    ({"paths": UNKNOWN}, UNDECIDED),
    (UNKNOWN, UNDECIDED),
    ("[", UNDECIDED),
    (7, UNDECIDED),
    (openapi({}, verb="options"), NOT_APPLICABLE),
    ({"paths": {}}, NOT_APPLICABLE),
    ({"openapi": "3.0.1"}, NOT_APPLICABLE),
]


@pytest.mark.parametrize(("body", "expected"), BODIES)
def test_the_operations_of_a_body_ask_who_calls(body: Any, expected: Status) -> None:
    assert verdict(AUTHORIZED, compliant().with_("api", body=body), "api") is expected
    put = compliant().add(REST_API_PUT, "put", restApiId=UNKNOWN, body=body)
    assert verdict(AUTHORIZED, put, "put") is expected


@pytest.mark.parametrize(("body", "expected"), BODIES[:6] + BODIES[8:19])
def test_json_secrets_and_yaml_read_alike(body: Any, expected: Status) -> None:
    text = json.dumps(body)
    # JSON is YAML; a comment makes it no JSON.
    for written in (text, Secret(text), f"# an API\n{text}"):
        assert verdict(AUTHORIZED, compliant().with_("api", body=written), "api") is expected


def test_http_apis_know_no_api_keys() -> None:
    for scheme, expected in ((KEY, FAIL), (JWT, PASS), (SIGNED, PASS)):
        body = json.dumps(openapi(ASKS, scheme))
        changed = compliant().add(HTTP_API, "http", protocolType="HTTP", body=body)
        assert verdict(AUTHORIZED, changed, "http") is expected
    body = json.dumps(openapi({}, JWT, security=[{"caller": []}]))
    changed = compliant().add(HTTP_API, "http", protocolType="HTTP", body=body)
    assert verdict(AUTHORIZED, changed, "http") is UNDECIDED


@pytest.mark.parametrize(
    "body",
    [
        openapi({}, JWT),
        openapi({}, JWT, security=[]),
        openapi({"security": []}, JWT, security=[{"caller": []}]),
    ],
)
def test_an_operation_that_nothing_asks_for_is_open_in_an_http_api_too(body: Any) -> None:
    changed = compliant().add(HTTP_API, "http", protocolType="HTTP", body=json.dumps(body))
    assert verdict(AUTHORIZED, changed, "http") is FAIL


def test_what_is_no_operation_of_a_path_is_not_judged() -> None:
    others = {"parameters": [], "summary": "", "x-internal": True}
    changed = compliant().with_("api", body={**openapi(ASKS), "paths": {"/": others}})
    assert verdict(AUTHORIZED, changed, "api") is NOT_APPLICABLE


def test_each_open_operation_is_a_finding_of_its_own() -> None:
    body: Any = {"paths": {"/a": {"get": {}, "post": {}}, "/b": {"put": {}, "options": {}}}}
    found = findings(AUTHORIZED, compliant().with_("api", body=body))
    assert sorted(finding.detail for finding in found if finding.status is FAIL) == [
        "GET /a",
        "POST /a",
        "PUT /b",
    ]


@pytest.mark.parametrize(
    ("enabled", "expected"),
    [
        (True, PASS),
        ("true", PASS),
        (False, FAIL),
        (None, FAIL),
        (UNKNOWN, UNDECIDED),
        ("yes", UNDECIDED),
    ],
)
def test_stages_are_traced(enabled: Any, expected: Status) -> None:
    changed = compliant().with_("stage", xrayTracingEnabled=enabled)
    assert verdict(TRACING, changed, "stage") is expected


def test_stages_that_cannot_be_traced() -> None:
    changed = compliant().add(STAGE_V2, "v2", apiId=UNKNOWN)
    assert verdict(TRACING, changed, "v2") is NOT_APPLICABLE
