"""Functions: how long they may run, also where an API waits for them, and their memory."""

from __future__ import annotations

import json
from typing import Any

import pytest
from payment_guardrails.configuration import ConfigurationError, configure
from payment_guardrails.finding import Status
from payment_guardrails.rules import registered
from payment_guardrails.values import UNKNOWN, Secret

from tests.policypack.services.compliant import (
    ALIAS,
    AUTHORIZER,
    FAIL,
    FUNCTION,
    HTTP_API,
    INTEGRATION,
    INTEGRATION_V2,
    PASS,
    QUEUE,
    REST_API,
    UNDECIDED,
    Draft,
    arn,
    compliant,
    invoke_arn,
    message,
    verdict,
)

TIMEOUT = "lambda-function-timeout"
MEMORY = "lambda-function-memory"
EVENT = {"integration.request.header.X-Amz-Invocation-Type": "'Event'"}


def alone(timeout: Any) -> Draft:
    """A stack in which no API calls the function."""
    return Draft({}).add(FUNCTION, "process", name="process", timeout=timeout)


def behind(type_: str = INTEGRATION, timeout: Any = 30, **inputs: Any) -> Draft:
    """A stack in which an API may call the function: 30 s are one too many there."""
    return alone(timeout).add(type_, "api", **inputs)


def timeout(draft: Draft) -> Status:
    return verdict(TIMEOUT, draft, "process")


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (1, PASS),
        (300, PASS),
        (301, FAIL),
        ("301", FAIL),
        (900, FAIL),
        (None, PASS),
        (UNKNOWN, UNDECIDED),
        ("long", UNDECIDED),
        ([300], UNDECIDED),
    ],
)
def test_a_function_runs_for_at_most_five_minutes(seconds: Any, expected: Status) -> None:
    assert timeout(Draft({}).add(FUNCTION, "process", timeout=seconds)) is expected


@pytest.mark.parametrize(("most", "expected"), [(59, FAIL), (60, PASS)])
def test_the_longest_time_is_configurable(most: int, expected: Status) -> None:
    assert verdict(TIMEOUT, alone(60), "process", maxTimeoutSeconds=most) is expected


@pytest.mark.parametrize(("seconds", "expected"), [(29, PASS), (30, FAIL), (None, PASS)])
def test_a_function_that_an_api_waits_for_runs_for_29_seconds(
    seconds: Any, expected: Status
) -> None:
    assert timeout(compliant().with_("process", timeout=seconds)) is expected


def test_the_message_names_the_caller_and_both_numbers() -> None:
    said = message(TIMEOUT, compliant().with_("process", timeout=60), "process")
    for words in ("60 s", "29 s", "post-integration"):
        assert words in said


@pytest.mark.parametrize(
    "named",
    [
        "process",
        "process:live",
        arn(FUNCTION, "process"),
        f"{arn(FUNCTION, 'process')}:live",
        "123456789012:function:process",
        "function:process",
        invoke_arn("process"),
        invoke_arn("process:live"),
    ],
)
def test_every_form_of_a_functions_name(named: str) -> None:
    assert timeout(behind(uri=named)) is FAIL


@pytest.mark.parametrize(
    "named",
    [
        "process2",
        invoke_arn("process2"),
        "arn:aws:apigateway:us-east-2:sqs:path/123456789012/process",
        "https://example.com/process",
        "",
        None,
    ],
)
def test_what_names_another_function_or_none(named: Any) -> None:
    assert timeout(behind(uri=named)) is PASS


@pytest.mark.parametrize(
    ("type_", "inputs"),
    [
        (INTEGRATION, {"type": "AWS_PROXY", "uri": invoke_arn("process")}),
        (INTEGRATION, {"type": "AWS", "uri": invoke_arn("process")}),
        (INTEGRATION_V2, {"integrationType": "AWS_PROXY", "integrationUri": "process"}),
        (AUTHORIZER, {"authorizerUri": invoke_arn("process")}),
        (
            "aws:apigatewayv2/authorizer:Authorizer",
            {"authorizerType": "REQUEST", "authorizerUri": invoke_arn("process")},
        ),
        (HTTP_API, {"target": arn(FUNCTION, "process")}),
    ],
)
def test_every_way_in_which_an_api_waits(type_: str, inputs: dict[str, Any]) -> None:
    assert timeout(behind(type_, **inputs)) is FAIL
    assert timeout(behind(type_, timeout=29, **inputs)) is PASS


@pytest.mark.parametrize(
    ("kind", "parameters", "expected"),
    [
        ("MOCK", None, PASS),
        ("HTTP_PROXY", None, PASS),
        ("AWS", EVENT, PASS),
        ("AWS", {name.lower(): value for name, value in EVENT.items()}, PASS),
        ("AWS", {"integration.request.path.id": "method.request.path.id", **EVENT}, PASS),
        ("AWS", dict.fromkeys(EVENT, "'RequestResponse'"), FAIL),
        ("AWS", dict.fromkeys(EVENT, "'DryRun'"), FAIL),
        ("AWS", {"integration.request.header.Accept": "'Event'"}, FAIL),
        ("AWS", {"integration.request.header.Accept": "'text/plain'"}, FAIL),
        # A proxy integration does not read them.
        ("AWS_PROXY", EVENT, FAIL),
        ("AWS", UNKNOWN, UNDECIDED),
        ("AWS", dict.fromkeys(EVENT, UNKNOWN), UNDECIDED),
        (UNKNOWN, None, UNDECIDED),
    ],
)
def test_an_api_does_not_wait_for_what_it_does_not_call_or_only_starts(
    kind: Any, parameters: Any, expected: Status
) -> None:
    draft = behind(type=kind, uri=invoke_arn("process"), requestParameters=parameters)
    assert timeout(draft) is expected


def test_an_unknown_uri_is_followed_by_its_dependencies() -> None:
    draft = behind(type="AWS_PROXY", uri=UNKNOWN).add(FUNCTION, "other", name="other")
    draft = draft.add(ALIAS, "live", functionName="process").add(QUEUE, "queue")
    assert timeout(draft) is UNDECIDED
    assert timeout(draft.linked("api", "uri", "process")) is FAIL
    assert timeout(draft.linked("api", "uri", "live")) is FAIL
    assert timeout(draft.linked("api", "uri", "process", "live")) is FAIL
    assert timeout(draft.linked("api", "uri", "process", "other")) is UNDECIDED
    assert timeout(draft.linked("api", "uri", "other")) is PASS
    assert timeout(draft.linked("api", "uri", "queue")) is PASS


def test_an_alias_whose_function_is_unknown_is_followed_too() -> None:
    draft = behind(type="AWS_PROXY", uri=UNKNOWN).add(ALIAS, "live", functionName=UNKNOWN)
    draft = draft.linked("api", "uri", "live")
    assert timeout(draft) is UNDECIDED
    assert timeout(draft.linked("live", "functionName", "process")) is FAIL


def test_what_may_be_the_name_that_is_not_known_yet() -> None:
    draft = behind(type="AWS_PROXY", uri=invoke_arn("pay"))
    draft = draft.add(FUNCTION, "unnamed", name=UNKNOWN, timeout=60)
    assert verdict(TIMEOUT, draft, "unnamed") is UNDECIDED
    assert timeout(draft) is PASS
    assert timeout(draft.at_preview()) is PASS


def test_a_stage_variable_may_name_any_function() -> None:
    assert timeout(behind(uri=invoke_arn("${stageVariables.function}"))) is UNDECIDED


def openapi(uri: Any, **integration: Any) -> dict[str, Any]:
    place = {"type": "aws_proxy", "uri": uri, **integration}
    return {"paths": {"/pay": {"post": {"x-amazon-apigateway-integration": place}}}}


REFERENCE = {"$ref": "#/components/x-amazon-apigateway-integrations/pay"}
BY_REFERENCE = {
    "paths": {"/pay": {"x-amazon-apigateway-any-method": {
        "x-amazon-apigateway-integration": REFERENCE}}},
    "components": {"x-amazon-apigateway-integrations": {"pay": {
        "type": "AWS", "uri": invoke_arn("process")}}},
}  # fmt: skip
AUTHORIZED = {"type": "apiKey", "x-amazon-apigateway-authorizer": {
    "type": "token", "authorizerUri": invoke_arn("process")}}  # fmt: skip


@pytest.mark.parametrize("api", [REST_API, HTTP_API, "aws:apigateway/restApiPut:RestApiPut"])
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (openapi(invoke_arn("process")), FAIL),
        (json.dumps(openapi(invoke_arn("process"))), FAIL),
        (Secret(json.dumps(openapi(invoke_arn("process")))), FAIL),
        (BY_REFERENCE, FAIL),
        ({"components": {"securitySchemes": {"own": AUTHORIZED}}}, FAIL),
        ({"securityDefinitions": {"own": AUTHORIZED}}, FAIL),
        (openapi(invoke_arn("process"), type="mock"), PASS),
        (openapi(invoke_arn("process"), type="aws", requestParameters=EVENT), PASS),
        (openapi(invoke_arn("other")), PASS),
        ({"paths": {"/pay": {"summary": "pays", "parameters": [], "post": {}}}}, PASS),
        (openapi(UNKNOWN), UNDECIDED),
        (openapi(UNKNOWN, type="mock"), PASS),
        ({"paths": {"/pay": {"post": UNKNOWN}}}, UNDECIDED),
        ({"paths": {"/pay": UNKNOWN}}, UNDECIDED),
        ({"paths": UNKNOWN}, UNDECIDED),
        ({"paths": {}, "components": {"securitySchemes": UNKNOWN}}, UNDECIDED),
        (UNKNOWN, UNDECIDED),
        ("neither: [json", UNDECIDED),
    ],
)
def test_openapi_bodies(api: str, body: Any, expected: Status) -> None:
    assert timeout(behind(api, body=body)) is expected


def test_what_an_unknown_body_was_made_from_does_not_say_what_else_it_names() -> None:
    draft = behind(REST_API, body=UNKNOWN).add(FUNCTION, "other", name="other", timeout=29)
    assert timeout(draft.linked("api", "body", "other")) is UNDECIDED
    assert verdict(TIMEOUT, draft, "other") is PASS


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (3007, FAIL),
        (3008, PASS),
        ("3008", PASS),
        (3072, PASS),
        (3072.0, PASS),
        (3073, FAIL),
        (None, FAIL),
        (UNKNOWN, UNDECIDED),
        ("much", UNDECIDED),
        (True, UNDECIDED),
    ],
)
def test_memory_is_about_3_gigabytes(size: Any, expected: Status) -> None:
    assert verdict(MEMORY, compliant().with_("process", memorySize=size), "process") is expected


def test_the_range_of_memory_is_configurable() -> None:
    small = compliant().with_("process", memorySize=256)
    for least, most, expected in ((256, 512, PASS), (257, 512, FAIL), (128, 255, FAIL)):
        options = {"minMemorySize": least, "maxMemorySize": most}
        assert verdict(MEMORY, small, "process", **options) is expected


@pytest.mark.parametrize(
    ("rule", "option", "taken", "refused"),
    [
        (TIMEOUT, "maxTimeoutSeconds", (1, 900), (0, 901)),
        (MEMORY, "minMemorySize", (128,), (127,)),
        (MEMORY, "maxMemorySize", (128,), (127,)),
    ],
)
def test_options_take_what_aws_takes(
    rule: str, option: str, taken: tuple[int, ...], refused: tuple[int, ...]
) -> None:
    rules = {rule: registered()[rule]}
    for value in taken:
        assert configure(rules, {rule: {option: value}})[rule].settings[option] == value
    for value in refused:
        with pytest.raises(ConfigurationError, match=option):
            configure(rules, {rule: {option: value}})


def test_memory_that_is_not_set_is_called_what_it_is() -> None:
    assert "128 MB" in message(MEMORY, compliant().with_("process", memorySize=None), "process")
