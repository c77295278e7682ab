"""REST APIs: what they answer to refused requests and to failures is their own."""

from __future__ import annotations

import json
from typing import Any

import pytest
from payment_guardrails.finding import Status
from payment_guardrails.values import UNKNOWN, Unknown

from tests.policypack.services.compliant import (
    FAIL,
    PASS,
    RESPONSE,
    REST_API,
    REST_API_PUT,
    UNDECIDED,
    Draft,
    compliant,
    message,
    verdict,
)

SHAPED = "apigateway-errors-shaped"
EXTENSION = "x-amazon-apigateway-gateway-responses"


def judged(draft: Draft) -> Status:
    return verdict(SHAPED, draft, "api")


def bare() -> Draft:
    return compliant().without("DEFAULT_4XX", "DEFAULT_5XX")


def responding(draft: Draft, name: str, type_: Any, *apis: str) -> Draft:
    draft = draft.add(RESPONSE, name, restApiId=UNKNOWN, responseType=type_)
    return draft.linked(name, "restApiId", *apis)


def body(*types: str) -> dict[str, Any]:
    return {"openapi": "3.0.1", "paths": {}, EXTENSION: {type_: {} for type_ in types}}


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        (("DEFAULT_4XX", "DEFAULT_5XX"), PASS),
        (("DEFAULT_4XX", "DEFAULT_5XX", "THROTTLED"), PASS),
        (("DEFAULT_4XX",), FAIL),
        (("DEFAULT_5XX",), FAIL),
        (("DEFAULT_4XX", "THROTTLED"), FAIL),
        (("default_4xx", "default_5xx"), FAIL),
        ((), FAIL),
    ],
)
def test_both_defaults_are_given(types: tuple[str, ...], expected: Status) -> None:
    draft = bare()
    for type_ in types:
        draft = responding(draft, type_, type_, "api")
    assert judged(draft) is expected
    assert judged(bare().with_("api", body=body(*types))) is expected
    assert judged(bare().with_("api", body=json.dumps(body(*types)))) is expected


def test_a_body_in_yaml_is_read() -> None:
    text = f"openapi: 3.0.1\n{EXTENSION}:\n  DEFAULT_4XX: {{}}\n  DEFAULT_5XX: {{}}\n"
    assert judged(bare().with_("api", body=text)) is PASS


def test_a_body_that_is_put_later_counts() -> None:
    draft = bare().add(
        REST_API_PUT, "put", restApiId=UNKNOWN, body=body("DEFAULT_4XX", "DEFAULT_5XX")
    )
    assert judged(draft.linked("put", "restApiId", "api")) is PASS
    assert judged(draft) is UNDECIDED
    two = draft.add(REST_API, "other", name="other")
    assert judged(two.linked("put", "restApiId", "api", "other")) is UNDECIDED
    assert judged(draft.with_("put", restApiId="a1b2c3")) is FAIL


def test_one_may_stand_in_the_body_and_one_beside_it() -> None:
    draft = responding(bare(), "four", "DEFAULT_4XX", "api")
    assert judged(draft.with_("api", body=body("DEFAULT_5XX"))) is PASS


@pytest.mark.parametrize("given", [UNKNOWN, "not: [an, object", {EXTENSION: UNKNOWN}, 7])
def test_a_body_that_cannot_be_read_may_give_them(given: Any) -> None:
    assert judged(bare().with_("api", body=given)) is UNDECIDED
    assert judged(compliant().with_("api", body=given)) is PASS


@pytest.mark.parametrize("given", [None, "", {"paths": {}}])
def test_a_body_without_them_gives_none(given: Any) -> None:
    assert judged(bare().with_("api", body=given)) is FAIL


def test_the_responses_of_another_api_do_not_count() -> None:
    draft = bare().add(REST_API, "other", name="other")
    for type_ in ("DEFAULT_4XX", "DEFAULT_5XX"):
        draft = responding(draft, type_, type_, "other")
    assert judged(draft) is FAIL
    assert verdict(SHAPED, draft, "other") is PASS


def test_a_response_of_an_api_elsewhere_does_not_count() -> None:
    draft = compliant().with_("api", name="api").with_("DEFAULT_5XX", restApiId="a1b2c3")
    assert judged(draft) is FAIL


def test_a_response_of_an_unknown_api_may_be_of_this_one() -> None:
    draft = compliant().linked("DEFAULT_5XX", "restApiId")
    assert judged(draft) is UNDECIDED
    # Of what is missing, the other one is given nowhere.
    assert judged(draft.without("DEFAULT_4XX")) is FAIL


def test_a_response_of_one_of_two_apis_may_be_of_this_one() -> None:
    draft = compliant().add(REST_API, "other", name="other")
    assert judged(draft.linked("DEFAULT_5XX", "restApiId", "api", "other")) is UNDECIDED


def test_a_response_of_an_unknown_type_may_be_the_missing_one() -> None:
    assert judged(compliant().with_("DEFAULT_5XX", responseType=UNKNOWN)) is UNDECIDED
    assert judged(responding(compliant(), "third", UNKNOWN, "api")) is PASS


def test_one_unknown_type_cannot_be_both_that_are_missing() -> None:
    one = responding(bare(), "one", UNKNOWN, "api")
    assert judged(one) is FAIL
    assert judged(responding(one, "two", UNKNOWN, "api")) is UNDECIDED
    elsewhere = responding(one, "two", UNKNOWN)
    assert judged(elsewhere) is UNDECIDED
    unplaced = responding(one, "two", "DEFAULT_5XX")
    assert judged(unplaced) is UNDECIDED


def test_two_unknown_types_may_hold_the_one_that_is_missing() -> None:
    draft = responding(compliant().without("DEFAULT_5XX"), "one", UNKNOWN, "api")
    assert judged(responding(draft, "two", UNKNOWN, "api")) is UNDECIDED


def test_the_message_names_what_is_missing() -> None:
    said = message(SHAPED, compliant().without("DEFAULT_5XX"), "api")
    assert "nothing is given for DEFAULT_5XX;" in said


def test_an_undecided_finding_says_what_is_not_known() -> None:
    draft = bare().with_("api", body=Unknown("is an encrypted secret"))
    said = message(SHAPED, draft, "api")
    assert said.startswith(f"body.{EXTENSION} is an encrypted secret")
    # The id may be that of the API whose name, and so whose id, is not known here.
    draft = compliant().with_("api", name=UNKNOWN).with_("DEFAULT_5XX", restApiId="a1b2c3")
    assert message(SHAPED, draft, "api").startswith("restApiId is not known before deployment")
