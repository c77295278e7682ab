"""Stages let no more through than is agreed."""

from __future__ import annotations

from typing import Any

import pytest
from payment_guardrails.finding import Status
from payment_guardrails.values import UNKNOWN

from tests.policypack.services.compliant import (
    FAIL,
    METHOD,
    METHOD_SETTINGS,
    PASS,
    REST_API,
    STAGE_V2,
    UNDECIDED,
    Draft,
    compliant,
    findings,
    message,
    verdict,
)

THROTTLED = "apigateway-stage-throttled"

RATES = [
    (1000, PASS),
    (1001, FAIL),
    (1000.5, FAIL),
    (1, PASS),
    (0.5, PASS),
    ("1000", PASS),
    ("1001", FAIL),
    # Nobody is let in; it is what an unset limit looks like, too.
    (0, FAIL),
    # Everybody is.
    (-1, FAIL),
    (None, FAIL),
    (UNKNOWN, UNDECIDED),
    ("many", UNDECIDED),
]
BURSTS = [
    (1, PASS),
    (5000, PASS),
    (0, FAIL),
    (-1, FAIL),
    (None, FAIL),
    (UNKNOWN, UNDECIDED),
    (True, UNDECIDED),
]


def throttled(draft: Draft, **options: Any) -> Status:
    return verdict(THROTTLED, draft, "stage", **options)


def limited(rate: Any = 1000, burst: Any = 500) -> Draft:
    """The compliant stack with these method settings."""
    settings = {"throttlingRateLimit": rate, "throttlingBurstLimit": burst}
    return compliant().with_("limits", settings=settings)


def planned(rate: Any = 1000, burst: Any = 500, **stage: Any) -> Draft:
    """The compliant stack with a limit in its usage plan only."""
    draft = compliant().without("limits")
    stages = [{"apiId": UNKNOWN, "stage": "dev", **stage}]
    limits = {"rateLimit": rate, "burstLimit": burst}
    return draft.with_("plan", apiStages=stages, throttleSettings=limits)


@pytest.mark.parametrize(("rate", "expected"), RATES)
def test_the_rate_is_limited(rate: Any, expected: Status) -> None:
    assert throttled(limited(rate=rate)) is expected
    assert throttled(planned(rate=rate)) is expected


@pytest.mark.parametrize(("burst", "expected"), BURSTS)
def test_the_burst_is_limited(burst: Any, expected: Status) -> None:
    assert throttled(limited(burst=burst)) is expected
    assert throttled(planned(burst=burst)) is expected


@pytest.mark.parametrize(("rate", "expected"), [(49, PASS), (50, PASS), (51, FAIL)])
def test_the_most_is_an_option(rate: int, expected: Status) -> None:
    assert throttled(limited(rate=rate), requestsPerSecond=50) is expected


def test_messages_name_what_was_seen_and_what_is_wanted() -> None:
    fast = message(THROTTLED, limited(rate=5000), "stage")
    assert "the method settings limits (*/*): rate limit 5000, burst limit 500" in fast
    assert "at most 1000 requests per second" in fast
    nothing = message(THROTTLED, compliant().without("limits", "plan"), "stage")
    assert "no method settings limit it, and no usage plan does" in nothing


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"stageName": "prod"}, FAIL),
        ({"stageName": "alpha"}, FAIL),
        ({"stageName": None}, FAIL),
        ({"stageName": UNKNOWN}, UNDECIDED),
        ({"restApi": "other"}, FAIL),
        ({"restApi": ""}, FAIL),
        ({"restApi": None}, FAIL),
        ({"methodPath": "transactions/POST"}, FAIL),
        ({"methodPath": UNKNOWN}, UNDECIDED),
        ({"methodPath": None}, FAIL),
        ({"settings": None}, FAIL),
        ({"settings": UNKNOWN}, UNDECIDED),
    ],
)
def test_method_settings_count_for_every_method_of_the_stage(
    changes: Any, expected: Status
) -> None:
    assert throttled(compliant().with_("limits", **changes)) is expected


def test_a_stage_without_a_name_is_not_the_one_that_nameless_settings_mean() -> None:
    changed = compliant().with_("stage", stageName=None).with_("limits", stageName=None)
    assert throttled(changed) is FAIL
    assert throttled(changed.with_("stage", stageName=UNKNOWN)) is FAIL
    assert throttled(changed.with_("limits", stageName=UNKNOWN)) is FAIL


@pytest.mark.parametrize("unlinked", ["stage", "limits"])
def test_an_api_that_is_not_known_may_be_the_one(unlinked: str) -> None:
    assert throttled(compliant().linked(unlinked, "restApi")) is UNDECIDED


def test_an_empty_id_is_that_of_no_api() -> None:
    changed = compliant().add(REST_API, "second", name="second")
    either = changed.linked("stage", "restApi", "api", "second").with_("limits", restApi="")
    assert throttled(either) is FAIL


def test_an_id_may_be_that_of_an_api_whose_name_is_not_known() -> None:
    changed = compliant().with_("limits", restApi="a1")
    assert throttled(changed) is FAIL
    assert throttled(changed.with_("api", name=UNKNOWN)) is UNDECIDED


@pytest.mark.parametrize(
    ("of_stage", "of_settings", "expected"),
    [
        (["api"], ["api"], PASS),
        (["api"], ["second"], FAIL),
        (["api"], [], UNDECIDED),
        ([], ["api"], PASS),
        (["api", "second"], ["api", "second"], PASS),
        (["api", "second"], ["api"], UNDECIDED),
    ],
)
def test_settings_made_of_the_stages_name_are_its_own_where_the_api_may_be(
    of_stage: list[str], of_settings: list[str], expected: Status
) -> None:
    changed = compliant().add(REST_API, "second", name="second")
    changed = changed.with_("stage", stageName=UNKNOWN).with_("limits", stageName=UNKNOWN)
    changed = changed.linked("stage", "restApi", *of_stage).linked("limits", "stageName", "stage")
    assert throttled(changed.linked("limits", "restApi", *of_settings)) is expected


def test_an_unknown_stage_name_is_followed_by_its_dependency() -> None:
    changed = compliant().with_("stage", stageName=UNKNOWN).with_("limits", stageName=UNKNOWN)
    assert throttled(changed) is UNDECIDED
    assert throttled(changed.linked("limits", "stageName", "stage")) is PASS


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"throttlingRateLimit": 10, "throttlingBurstLimit": 5}, PASS),
        ({"throttlingRateLimit": 1001, "throttlingBurstLimit": 5}, FAIL),
        # The provider takes limits that are not given for "none".
        ({"metricsEnabled": True}, FAIL),
        ({"throttlingRateLimit": UNKNOWN, "throttlingBurstLimit": 5}, UNDECIDED),
    ],
)
def test_no_single_method_is_let_off(settings: Any, expected: Status) -> None:
    changed = compliant().add(
        METHOD_SETTINGS,
        "one",
        restApi=UNKNOWN,
        stageName="dev",
        methodPath="transactions/POST",
        settings=settings,
    )
    assert throttled(changed.linked("one", "restApi", "api")) is expected
    # Of another stage: not this one's.
    assert throttled(changed.linked("one", "restApi", "api").with_("one", stageName="x")) is PASS


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"apiStages": [{"apiId": UNKNOWN, "stage": "prod"}]}, FAIL),
        ({"apiStages": None}, FAIL),
        ({"apiStages": UNKNOWN}, UNDECIDED),
        ({"throttleSettings": None}, FAIL),
        ({"throttleSettings": UNKNOWN}, UNDECIDED),
    ],
)
def test_a_plan_counts_for_the_stages_it_names(changes: Any, expected: Status) -> None:
    assert throttled(planned().with_("plan", **changes)) is expected


@pytest.mark.parametrize(
    ("throttle", "expected"),
    [
        ({"rateLimit": 10, "burstLimit": 5}, PASS),
        ({"rateLimit": 1001, "burstLimit": 5}, FAIL),
        ({"rateLimit": 10}, FAIL),
        (UNKNOWN, UNDECIDED),
    ],
)
def test_a_plan_lets_no_single_method_off(throttle: Any, expected: Status) -> None:
    assert throttled(planned(throttles=[throttle])) is expected


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ({"httpMethod": "GET", "apiKeyRequired": True}, PASS),
        ({"httpMethod": "GET", "authorization": "AWS_IAM"}, FAIL),
        ({"httpMethod": "OPTIONS"}, PASS),
        ({"httpMethod": UNKNOWN}, UNDECIDED),
        ({"httpMethod": "GET", "apiKeyRequired": UNKNOWN}, UNDECIDED),
    ],
)
def test_a_plan_limits_only_callers_with_a_key(method: Any, expected: Status) -> None:
    changed = planned().add(METHOD, "other", restApi=UNKNOWN, **method)
    assert throttled(changed.linked("other", "restApi", "api")) is expected
    elsewhere = changed.add(REST_API, "second", name="second")
    assert throttled(elsewhere.linked("other", "restApi", "second")) is PASS


@pytest.mark.parametrize(("keyed", "expected"), [(True, PASS), (False, UNDECIDED)])
def test_a_method_of_an_unknown_api_perhaps_lets_callers_in_without_a_key(
    keyed: bool, expected: Status
) -> None:
    changed = planned().add(METHOD, "other", restApi=UNKNOWN, httpMethod="GET")
    assert throttled(changed.with_("other", apiKeyRequired=keyed)) is expected


def test_an_undecided_finding_names_what_is_not_known_of_the_callers() -> None:
    changed = planned().add(METHOD, "other", restApi=UNKNOWN, httpMethod=UNKNOWN)
    said = message(THROTTLED, changed.linked("other", "restApi", "api"), "stage")
    assert said.startswith("httpMethod is not known")


def test_the_message_says_why_a_plan_does_not_count() -> None:
    changed = planned().with_("post", apiKeyRequired=False)
    assert "does not limit the methods that need no key" in message(THROTTLED, changed, "stage")


ODD = "is a str where a number is expected"
LATER = "is not known before deployment"


@pytest.mark.parametrize(
    ("changed", "path", "why"),
    [
        (limited(rate="many"), "settings.throttlingRateLimit", ODD),
        (compliant().with_("limits", methodPath=UNKNOWN), "methodPath", LATER),
        (compliant().with_("limits", stageName=UNKNOWN), "stageName", LATER),
        (compliant().linked("limits", "restApi"), "restApi", LATER),
        (planned(rate="many"), "throttleSettings.rateLimit", ODD),
        (
            planned(throttles=[{"rateLimit": "many", "burstLimit": 5}]),
            "apiStages[0].throttles[0].rateLimit",
            ODD,
        ),
        (planned().with_("post", apiKeyRequired=UNKNOWN), "apiKeyRequired", LATER),
    ],
)
def test_an_undecided_limit_names_what_is_not_known(changed: Draft, path: str, why: str) -> None:
    [found] = findings(THROTTLED, changed)
    assert found.status is UNDECIDED
    assert found.path == path
    assert found.message.startswith(f"{path} {why}; ")


def test_a_stage_that_is_limited_says_by_what() -> None:
    seen = "rate limit 1000, burst limit 500"
    assert message(THROTTLED, planned(), "stage") == f"the usage plan plan: {seen}"
    assert message(THROTTLED, limited(), "stage") == f"the method settings limits (*/*): {seen}"


def test_either_of_the_two_is_enough() -> None:
    both = compliant().with_("plan", throttleSettings={"rateLimit": 5000, "burstLimit": 1})
    assert throttled(both) is PASS
    assert throttled(both.with_("limits", settings=UNKNOWN)) is UNDECIDED
    other = compliant().with_("plan", throttleSettings={"rateLimit": 1000, "burstLimit": 1})
    assert throttled(other.with_("limits", settings=UNKNOWN)) is PASS


@pytest.mark.parametrize(("rate", "expected"), RATES)
def test_a_v2_stage_limits_the_rate_of_its_routes(rate: Any, expected: Status) -> None:
    settings = {"throttlingRateLimit": rate, "throttlingBurstLimit": 5}
    changed = compliant().add(STAGE_V2, "v2", defaultRouteSettings=settings)
    assert verdict(THROTTLED, changed, "v2") is expected


@pytest.mark.parametrize(("burst", "expected"), BURSTS)
def test_a_v2_stage_limits_the_burst_of_its_routes(burst: Any, expected: Status) -> None:
    settings = {"throttlingRateLimit": 5, "throttlingBurstLimit": burst}
    changed = compliant().add(STAGE_V2, "v2", defaultRouteSettings=settings)
    assert verdict(THROTTLED, changed, "v2") is expected


@pytest.mark.parametrize(
    ("routes", "expected"),
    [
        ([{"routeKey": "GET /", "throttlingRateLimit": 1000}], PASS),
        ([{"routeKey": "GET /", "throttlingRateLimit": 1001}], FAIL),
        ([{"routeKey": "GET /"}, {"routeKey": "PUT /", "throttlingRateLimit": 0}], PASS),
        ([{"routeKey": "GET /", "throttlingRateLimit": UNKNOWN}], UNDECIDED),
        (UNKNOWN, UNDECIDED),
    ],
)
def test_no_route_of_a_v2_stage_has_more(routes: Any, expected: Status) -> None:
    settings = {"throttlingRateLimit": 5, "throttlingBurstLimit": 5}
    changed = compliant().add(STAGE_V2, "v2", defaultRouteSettings=settings, routeSettings=routes)
    assert verdict(THROTTLED, changed, "v2") is expected
    assert verdict(THROTTLED, changed.with_("v2", defaultRouteSettings=None), "v2") is FAIL
