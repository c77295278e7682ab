"""Where methods need a key, one opens the stage."""

from __future__ import annotations

import json
from typing import Any

import pytest
from payment_guardrails.finding import Status
from payment_guardrails.values import UNKNOWN, Unknown

from tests.policypack.services.compliant import (
    API_KEY,
    FAIL,
    METHOD,
    NOT_APPLICABLE,
    PASS,
    PLAN,
    PLAN_KEY,
    REST_API,
    STAGE,
    UNDECIDED,
    Draft,
    compliant,
    message,
    verdict,
)

USABLE = "apigateway-key-usable"
REST_API_PUT = "aws:apigateway/restApiPut:RestApiPut"
KEY = {"type": "apiKey", "name": "x-api-key", "in": "header"}


def usable(draft: Draft) -> Status:
    return verdict(USABLE, draft, "stage")


@pytest.mark.parametrize("cut", ["plan", "plan-key"])
def test_without_a_plan_or_a_key_in_it_nobody_gets_in(cut: str) -> None:
    assert usable(compliant()) is PASS
    assert usable(compliant().without(cut)) is FAIL


def test_the_message_says_which_link_is_missing() -> None:
    no_plan = message(USABLE, compliant().without("plan"), "stage")
    assert "no usage plan names it" in no_plan
    no_key = message(USABLE, compliant().without("plan-key"), "stage")
    assert "the usage plan plan names it, but has no key" in no_key
    off = message(USABLE, compliant().with_("key", enabled=False), "stage")
    assert "its key key is not enabled" in off
    assert "must name the stage" in off


@pytest.mark.parametrize(
    ("stages", "expected"),
    [
        ([{"apiId": UNKNOWN, "stage": "dev"}], PASS),
        ([{"apiId": "other", "stage": "dev"}, {"apiId": UNKNOWN, "stage": "dev"}], PASS),
        ([{"apiId": UNKNOWN, "stage": "prod"}], FAIL),
        ([{"apiId": "other", "stage": "dev"}], FAIL),
        ([{"apiId": UNKNOWN}], FAIL),
        ([], FAIL),
        (None, FAIL),
        ([{"apiId": UNKNOWN, "stage": UNKNOWN}], UNDECIDED),
        (UNKNOWN, UNDECIDED),
        ([UNKNOWN], UNDECIDED),
    ],
)
def test_the_plan_names_the_api_and_the_stage(stages: Any, expected: Status) -> None:
    assert usable(compliant().with_("plan", apiStages=stages)) is expected


def test_an_unknown_stage_name_is_followed_by_its_dependency() -> None:
    unnamed = compliant().with_("stage", stageName=UNKNOWN)
    assert usable(unnamed) is UNDECIDED
    for stages in ([{"apiId": UNKNOWN, "stage": UNKNOWN}], UNKNOWN):
        linked = unnamed.with_("plan", apiStages=stages)
        assert usable(linked.linked("plan", "apiStages", "api", "stage")) is PASS
        assert usable(linked.linked("plan", "apiStages", "api")) is UNDECIDED


def test_a_plan_for_several_apis_says_by_its_stages_which_ones() -> None:
    two = compliant().add(REST_API, "second", name="second")
    two = two.add(STAGE, "second-stage", restApi=UNKNOWN, stageName="dev")
    two = two.linked("second-stage", "restApi", "second")
    two = two.add(METHOD, "get", restApi=UNKNOWN, httpMethod="GET", apiKeyRequired=True)
    two = two.linked("get", "restApi", "second")
    names = [{"apiId": UNKNOWN, "stage": "dev"}, {"apiId": UNKNOWN, "stage": "dev"}]
    two = two.with_("plan", apiStages=names).linked("plan", "apiStages", "api", "second")
    assert verdict(USABLE, two, "second-stage") is UNDECIDED
    whole = two.with_("plan", apiStages=[{"apiId": UNKNOWN, "stage": UNKNOWN}] * 2)
    whole = whole.linked("plan", "apiStages", "api", "second", "stage", "second-stage")
    assert usable(whole) is PASS
    assert verdict(USABLE, whole, "second-stage") is PASS


def test_a_plan_of_another_api_does_not_count() -> None:
    other = compliant().add(REST_API, "second", name="second")
    assert usable(other.linked("plan", "apiStages", "second")) is FAIL


@pytest.mark.parametrize(
    ("enabled", "expected"),
    [
        (True, PASS),
        ("true", PASS),
        (None, PASS),
        (False, FAIL),
        (UNKNOWN, UNDECIDED),
        (0, UNDECIDED),
    ],
)
def test_the_key_is_enabled(enabled: Any, expected: Status) -> None:
    assert usable(compliant().with_("key", enabled=enabled)) is expected


def test_one_key_that_is_enabled_is_enough() -> None:
    two = compliant().with_("key", enabled=False).add(API_KEY, "spare")
    two = two.add(PLAN_KEY, "spare-in-plan", keyId=UNKNOWN, usagePlanId=UNKNOWN)
    two = two.linked("spare-in-plan", "keyId", "spare").linked(
        "spare-in-plan", "usagePlanId", "plan"
    )
    assert usable(two) is PASS


def test_a_key_that_is_not_known_may_be_one_that_is_off() -> None:
    unlinked = compliant().linked("plan-key", "keyId")
    assert usable(unlinked) is PASS
    assert usable(unlinked.add(API_KEY, "off", enabled=False)) is UNDECIDED
    outside = unlinked.with_("plan-key", keyId="k1").add(API_KEY, "off", enabled=False)
    assert usable(outside) is PASS
    assert usable(compliant().with_("plan-key", keyId=None)) is FAIL


@pytest.mark.parametrize(
    ("plan", "expected"), [(UNKNOWN, UNDECIDED), ("p1", FAIL), (None, FAIL), (7, UNDECIDED)]
)
def test_the_key_is_in_the_plan(plan: Any, expected: Status) -> None:
    changed = compliant().with_("plan-key", usagePlanId=plan).linked("plan-key", "usagePlanId")
    assert usable(changed) is expected


def test_keys_between_two_plans_may_be_in_either() -> None:
    changed = compliant().add(PLAN, "other").linked("plan-key", "usagePlanId", "plan", "other")
    assert usable(changed) is UNDECIDED


@pytest.mark.parametrize(
    ("required", "bound", "unbound"),
    [
        (True, PASS, FAIL),
        (False, NOT_APPLICABLE, NOT_APPLICABLE),
        (None, NOT_APPLICABLE, NOT_APPLICABLE),
        (UNKNOWN, UNDECIDED, UNDECIDED),
    ],
)
def test_only_where_a_method_needs_a_key(required: Any, bound: Status, unbound: Status) -> None:
    changed = compliant().with_("post", apiKeyRequired=required)
    assert usable(changed) is bound
    assert usable(changed.without("plan")) is unbound


def test_methods_of_another_api_do_not_count() -> None:
    elsewhere = compliant().without("plan").add(REST_API, "second", name="second")
    assert usable(elsewhere.linked("post", "restApi", "second")) is NOT_APPLICABLE
    assert usable(elsewhere.linked("post", "restApi", "api", "second")) is UNDECIDED
    assert usable(elsewhere.linked("post", "restApi")) is UNDECIDED
    assert usable(elsewhere.with_("post", restApi="other")) is NOT_APPLICABLE
    third = elsewhere.add(REST_API, "third", name="third")
    assert usable(third.linked("post", "restApi", "second", "third")) is NOT_APPLICABLE


def test_an_api_outside_the_stack_is_told_by_its_id() -> None:
    changed = compliant().with_("stage", restApi="a1").with_("post", restApi="a1")
    named = changed.with_("plan", apiStages=[{"apiId": "a1", "stage": "dev"}])
    assert usable(named) is PASS
    assert usable(named.with_("stage", restApi="a2")) is NOT_APPLICABLE
    assert usable(changed.with_("plan", apiStages=[{"apiId": "a2", "stage": "dev"}])) is FAIL


def test_a_stage_whose_api_is_not_known_is_undecided_where_a_key_is_needed_at_all() -> None:
    changed = compliant().linked("stage", "restApi")
    assert usable(changed) is UNDECIDED
    assert usable(changed.without("plan")) is UNDECIDED
    assert usable(changed.with_("post", apiKeyRequired=False)) is NOT_APPLICABLE


def body(security: Any, scheme: Any = None) -> dict[str, Any]:
    return {
        "openapi": "3.0.1",
        "paths": {"/": {"get": {"security": security}}},
        "components": {"securitySchemes": {"caller": KEY if scheme is None else scheme}},
    }


ASKS: Any = [{"caller": []}]


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (body(ASKS), FAIL),
        (json.dumps(body(ASKS)), FAIL),
        (body([{"caller": []}, {"other": []}]), FAIL),
        (body([]), NOT_APPLICABLE),
        (body([{"other": []}]), NOT_APPLICABLE),
        (body(ASKS, {**KEY, "name": "x-token"}), NOT_APPLICABLE),
        (body(ASKS, {**KEY, "x-amazon-apigateway-authtype": "awsSigv4"}), NOT_APPLICABLE),
        (body(UNKNOWN), UNDECIDED),
        (body(ASKS, UNKNOWN), UNDECIDED),
        (UNKNOWN, UNDECIDED),
        ("", NOT_APPLICABLE),
    ],
)
def test_the_operations_of_an_openapi_body_need_keys_too(document: Any, expected: Status) -> None:
    changed = compliant().without("post", "plan").with_("api", body=document)
    assert usable(changed) is expected
    put = compliant().without("post", "plan").add(REST_API_PUT, "put", body=document)
    put = put.with_("put", restApiId=UNKNOWN).linked("put", "restApiId", "api")
    assert usable(put) is expected


ENCRYPTED = Unknown("is an encrypted secret")


@pytest.mark.parametrize(
    ("name", "changes", "said"),
    [
        ("key", {"enabled": UNKNOWN}, "enabled is not known"),
        ("key", {"enabled": ENCRYPTED}, "enabled is an encrypted secret"),
        ("post", {"apiKeyRequired": ENCRYPTED}, "apiKeyRequired is an encrypted secret"),
        ("plan", {"apiStages": [{"apiId": UNKNOWN, "stage": ENCRYPTED}]},
         "apiStages[0].stage is an encrypted secret"),
        ("api", {"body": ENCRYPTED}, "body is an encrypted secret"),
        ("api", {"body": body(UNKNOWN)}, "body is not known"),
    ],
)  # fmt: skip
def test_an_undecided_finding_says_what_is_not_known(
    name: str, changes: dict[str, Any], said: str
) -> None:
    draft = compliant()
    if name == "api":
        draft = draft.with_("post", apiKeyRequired=False)
    assert message(USABLE, draft.with_(name, **changes), "stage").startswith(said)


def test_an_undecided_finding_names_the_id_of_the_api_where_the_plan_may_mean_another() -> None:
    said = message(USABLE, compliant().linked("plan", "apiStages"), "stage")
    assert said.startswith("apiStages[0].apiId is not known")


def test_an_undecided_finding_names_the_id_of_the_api_that_a_body_may_be_of() -> None:
    draft = compliant().without("post").add(REST_API_PUT, "put", body=body(ASKS))
    said = message(USABLE, draft.with_("put", restApiId=UNKNOWN), "stage")
    assert said.startswith("restApiId is not known")
