"""What API Gateway logs: access logs are on, and hold no text of the caller."""

from __future__ import annotations

from typing import Any

import pytest
from payment_guardrails.finding import Status
from payment_guardrails.values import UNKNOWN, Secret, Unknown

from tests.policypack.services.compliant import (
    ACCESS_LOG_FORMAT,
    FAIL,
    GROUP,
    METHOD_SETTINGS,
    PASS,
    STAGE_V2,
    UNDECIDED,
    Draft,
    arn,
    compliant,
    findings,
    message,
    verdict,
)

ACCESS_LOGS = "apigateway-stage-access-logs"
NO_BODIES = "apigateway-stage-no-body-logging"
GROUP_ARN = arn(GROUP, "/aws/apigateway/payments")


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"dataTraceEnabled": False}, PASS),
        ({"dataTraceEnabled": "false"}, PASS),
        ({"loggingLevel": "INFO"}, PASS),
        (None, PASS),
        ({"dataTraceEnabled": True}, FAIL),
        ({"dataTraceEnabled": "true"}, FAIL),
        ({"data_trace_enabled": True}, FAIL),
        ({"dataTraceEnabled": Secret(value=True)}, FAIL),
        # A later change of the level alone would log bodies.
        ({"dataTraceEnabled": True, "loggingLevel": "OFF"}, FAIL),
        ({"dataTraceEnabled": UNKNOWN}, UNDECIDED),
        ({"dataTraceEnabled": 1}, UNDECIDED),
        (UNKNOWN, UNDECIDED),
        ("everything", UNDECIDED),
    ],
)
def test_method_settings_trace_no_data(settings: Any, expected: Status) -> None:
    assert verdict(NO_BODIES, compliant().with_("limits", settings=settings), "limits") is expected


def test_settings_of_one_method_are_judged_too() -> None:
    changed = compliant().add(
        METHOD_SETTINGS, "one", methodPath="pay/POST", settings={"dataTraceEnabled": True}
    )
    assert verdict(NO_BODIES, changed, "one") is FAIL
    assert verdict(NO_BODIES, changed, "limits") is PASS
    said = message(NO_BODIES, changed, "one")
    assert "data_trace_enabled is true" in said
    assert "must be False" in said


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({}, PASS),
        ({"defaultRouteSettings": {"dataTraceEnabled": False}}, PASS),
        ({"defaultRouteSettings": {"dataTraceEnabled": True}}, FAIL),
        ({"defaultRouteSettings": UNKNOWN}, UNDECIDED),
        ({"routeSettings": [{"routeKey": "send", "loggingLevel": "INFO"}]}, PASS),
        ({"routeSettings": [{"routeKey": "send", "dataTraceEnabled": True}]}, FAIL),
        ({"routeSettings": UNKNOWN}, UNDECIDED),
        ({"routeSettings": UNKNOWN, "defaultRouteSettings": {"dataTraceEnabled": True}}, FAIL),
    ],
)
def test_a_v2_stage_traces_no_data_of_any_route(inputs: Any, expected: Status) -> None:
    assert verdict(NO_BODIES, compliant().add(STAGE_V2, "v2", **inputs), "v2") is expected


def test_a_stage_that_traces_no_data_passes_by_its_default_settings() -> None:
    changed = compliant().add(STAGE_V2, "v2", routeSettings=[{"routeKey": "send"}])
    subject = changed.resources["v2"].urn
    [found] = [each for each in findings(NO_BODIES, changed) if each.urn == subject]
    assert found.path == "defaultRouteSettings.dataTraceEnabled"


def test_each_route_that_traces_data_is_a_finding_of_its_own() -> None:
    routes = [{"routeKey": key, "dataTraceEnabled": key != "b"} for key in ("a", "b", "c")]
    changed = compliant().add(STAGE_V2, "v2", routeSettings=routes)
    found = [each for each in findings(NO_BODIES, changed) if each.status is FAIL]
    assert [each.detail for each in found] == ["a", "c"]
    assert found[1].path == "routeSettings[2].dataTraceEnabled"


def logged(destination: Any = GROUP_ARN, shape: Any = ACCESS_LOG_FORMAT) -> Draft:
    """The compliant stack with other access logs."""
    given = {"destinationArn": destination, "format": shape}
    given = {name: value for name, value in given.items() if value is not None}
    return compliant().with_("stage", accessLogSettings=given)


@pytest.mark.parametrize(
    ("destination", "expected"),
    [
        (GROUP_ARN, PASS),
        (f"{GROUP_ARN}:*", PASS),
        (f"{GROUP_ARN}2", FAIL),
        (GROUP_ARN[:-1], FAIL),
        ("arn:aws:firehose:us-east-2:123456789012:deliverystream/amazon-apigateway-x", FAIL),
        ("", FAIL),
        (None, FAIL),
        (UNKNOWN, UNDECIDED),
        ([GROUP_ARN], UNDECIDED),
    ],
)
def test_access_logs_go_to_a_log_group_of_the_stack(destination: Any, expected: Status) -> None:
    assert verdict(ACCESS_LOGS, logged(destination), "stage") is expected
    if not destination:
        assert "access logging is off" in message(ACCESS_LOGS, logged(destination), "stage")


@pytest.mark.parametrize(
    ("settings", "expected"), [(None, FAIL), ({}, FAIL), (UNKNOWN, UNDECIDED), ("x", UNDECIDED)]
)
def test_access_logging_is_on(settings: Any, expected: Status) -> None:
    changed = compliant().with_("stage", accessLogSettings=settings)
    assert verdict(ACCESS_LOGS, changed, "stage") is expected
    if expected is FAIL:
        assert message(ACCESS_LOGS, changed, "stage").startswith("access logging is off")


def test_an_unknown_destination_is_followed_by_its_dependency() -> None:
    changed = logged(UNKNOWN)
    to_group = changed.linked("stage", "accessLogSettings", "access-logs")
    assert verdict(ACCESS_LOGS, to_group, "stage") is PASS
    to_role = changed.linked("stage", "accessLogSettings", "process-role")
    assert verdict(ACCESS_LOGS, to_role, "stage") is UNDECIDED


def test_a_known_destination_may_be_the_group_whose_name_is_unknown() -> None:
    changed = compliant().with_("access-logs", name=UNKNOWN)
    assert verdict(ACCESS_LOGS, changed, "stage") is UNDECIDED


@pytest.mark.parametrize(
    "variable",
    [
        "$context.requestId",
        "$context.resourcePath",
        "$context.routeKey",
        "$context.identity.apiKeyId",
        "$context.identity.sourceIp",
        "$context.error.responseType",
        "$context.error.message",
        "$context.integrationErrorMessage",
        "$context.authorizer.principalId",
        "$context.pathological",
        "$context.Path",
        "context.path",
        "path",
    ],
)
def test_what_says_nothing_of_the_callers_own_text_may_be_logged(variable: str) -> None:
    assert verdict(ACCESS_LOGS, logged(shape=f'{{"a": "{variable}"}}'), "stage") is PASS


@pytest.mark.parametrize(
    "variable",
    [
        "$context.path",
        "${context.path}",
        "$!context.path",
        "$context.error.validationErrorString",
        "$context.identity.apiKey",
        "$context.requestOverride.path.id",
        "$context.requestOverride.querystring.card",
        "$input.params('card')",
        "$input.body",
        "$request.querystring.card",
    ],
)
def test_what_the_caller_wrote_is_not_logged(variable: str) -> None:
    changed = logged(shape=f"$context.requestId {variable}. $context.status")
    assert verdict(ACCESS_LOGS, changed, "stage") is FAIL
    assert "holds text of the caller" in message(ACCESS_LOGS, changed, "stage")


def test_each_variable_is_a_finding_once() -> None:
    changed = logged("arn:other", "$context.path $context.path $context.identity.apiKey")
    found = [each for each in findings(ACCESS_LOGS, changed) if each.status is FAIL]
    assert [each.detail for each in found] == ["", "$context.path", "$context.identity.apiKey"]


@pytest.mark.parametrize(
    ("shape", "expected"),
    [("", FAIL), (None, FAIL), (UNKNOWN, UNDECIDED), ({"id": "$context.requestId"}, UNDECIDED)],
)
def test_a_format_is_needed(shape: Any, expected: Status) -> None:
    assert verdict(ACCESS_LOGS, logged(shape=shape), "stage") is expected


def test_a_bad_format_fails_whatever_the_destination_is() -> None:
    assert verdict(ACCESS_LOGS, logged(UNKNOWN, "$context.path"), "stage") is FAIL


def test_a_secret_format_is_judged_and_not_shown() -> None:
    changed = logged(shape=Secret("$context.path"))
    assert verdict(ACCESS_LOGS, changed, "stage") is FAIL
    assert all("path" not in each.message for each in findings(ACCESS_LOGS, changed))


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"destinationArn": GROUP_ARN, "format": "$context.requestId $context.routeKey"}, PASS),
        ({"destinationArn": GROUP_ARN, "format": "$context.requestId $context.path"}, FAIL),
        (None, FAIL),
    ],
)
def test_a_v2_stage_logs_its_accesses(settings: Any, expected: Status) -> None:
    changed = compliant().add(STAGE_V2, "v2", accessLogSettings=settings)
    assert verdict(ACCESS_LOGS, changed, "v2") is expected


def test_each_stage_is_judged_whatever_another_one_lacks() -> None:
    settings = {"destinationArn": GROUP_ARN, "format": "$context.requestId"}
    changed = compliant().with_("stage", accessLogSettings=None)
    changed = changed.add(STAGE_V2, "v2", accessLogSettings=settings)
    assert verdict(ACCESS_LOGS, changed, "stage") is FAIL
    assert verdict(ACCESS_LOGS, changed, "v2") is PASS


def test_an_undecided_finding_says_why_its_destination_cannot_be_read() -> None:
    settings = {"destinationArn": Unknown("is an encrypted secret"), "format": "$context.requestId"}
    draft = compliant().with_("stage", accessLogSettings=settings)
    assert "destinationArn is an encrypted secret" in message(ACCESS_LOGS, draft, "stage")
