"""A change of an API reaches its stage."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from payment_guardrails.finding import Status
from payment_guardrails.values import UNKNOWN, Unknown

from tests.policypack.services.compliant import (
    DEPLOYMENT,
    DEPLOYMENT_V2,
    FAIL,
    HTTP_API,
    INTEGRATION,
    METHOD,
    PASS,
    REST_API,
    ROUTE,
    UNDECIDED,
    Draft,
    compliant,
    message,
    verdict,
)

REDEPLOYS = "apigateway-deployment-redeploys"
REST_API_PUT = "aws:apigateway/restApiPut:RestApiPut"


def redeploys(draft: Draft) -> Status:
    return verdict(REDEPLOYS, draft, "deployment")


def depends(draft: Draft, name: str, *names: str) -> Draft:
    """The stack where one resource depends on others, as `depends_on` has it."""
    urns = tuple(draft.resources[other].urn for other in names)
    changed = replace(draft.resources[name], dependencies=urns)
    return Draft({**draft.resources, name: changed})


def without_triggers() -> Draft:
    return compliant().with_("deployment", triggers=None)


@pytest.mark.parametrize(
    ("triggers", "expected"),
    [
        ({"content": "5e1f"}, PASS),
        ({"content": UNKNOWN}, PASS),
        ({}, FAIL),
        (None, FAIL),
        # It may be an empty one.
        (UNKNOWN, UNDECIDED),
        ("5e1f", UNDECIDED),
    ],
)
def test_a_deployment_has_triggers(triggers: Any, expected: Status) -> None:
    assert redeploys(compliant().with_("deployment", triggers=triggers)) is expected


def test_unknown_triggers_that_are_made_of_resources_are_set() -> None:
    changed = compliant().with_("deployment", triggers=UNKNOWN)
    assert redeploys(changed.linked("deployment", "triggers", "process")) is PASS
    # What another stack gives may be anything.
    other = changed.add("pulumi:pulumi:StackReference", "platform")
    assert redeploys(other.linked("deployment", "triggers", "platform")) is UNDECIDED


def test_or_it_depends_on_every_method() -> None:
    one = without_triggers()
    assert redeploys(one) is FAIL
    assert redeploys(depends(one, "deployment", "post")) is PASS
    two = one.add(METHOD, "get", restApi=UNKNOWN, httpMethod="GET").linked("get", "restApi", "api")
    assert redeploys(depends(two, "deployment", "post")) is FAIL
    assert redeploys(depends(two, "deployment", "post", "get")) is PASS
    # An unknown trigger then changes nothing.
    unknown = two.with_("deployment", triggers=UNKNOWN)
    assert redeploys(depends(unknown, "deployment", "post", "get")) is PASS


def test_a_dependency_may_go_through_an_integration_and_nothing_else() -> None:
    draft = without_triggers().add(INTEGRATION, "through", restApi=UNKNOWN, httpMethod=UNKNOWN)
    through = draft.linked("through", "httpMethod", "post")
    assert redeploys(depends(through, "deployment", "through")) is PASS
    assert redeploys(depends(draft, "deployment", "through")) is FAIL
    function = depends(without_triggers(), "process", "post")
    assert redeploys(depends(function, "deployment", "process")) is FAIL


def test_circles_of_dependencies_end() -> None:
    draft = depends(without_triggers(), "deployment", "stage")
    assert redeploys(depends(draft, "stage", "deployment")) is FAIL


def test_methods_of_another_api_need_not_be_among_them() -> None:
    two = without_triggers().add(REST_API, "second", name="second")
    two = two.add(METHOD, "get", restApi=UNKNOWN, httpMethod="GET")
    two = depends(two, "deployment", "post")
    assert redeploys(two.linked("get", "restApi", "second")) is PASS
    assert redeploys(two.with_("get", restApi="other")) is PASS
    assert redeploys(two.linked("get", "restApi", "second", "api")) is UNDECIDED
    assert redeploys(two.linked("get", "restApi")) is UNDECIDED


def test_the_message_names_the_methods() -> None:
    draft = without_triggers()
    assert "it does not depend on post;" in message(REDEPLOYS, draft, "deployment")
    for name in ("a", "b"):
        draft = draft.add(METHOD, name, restApi=UNKNOWN).linked(name, "restApi", "api")
    assert "it does not depend on a, b, post;" in message(REDEPLOYS, draft, "deployment")
    for name in ("c", "d"):
        draft = draft.add(METHOD, name, restApi=UNKNOWN).linked(name, "restApi", "api")
    said = message(REDEPLOYS, draft, "deployment")
    assert "triggers is not set" in said
    assert "it does not depend on a, b, c, ..." in said
    assert "must hold a digest" in said


@pytest.mark.parametrize(
    ("body", "expected"), [("", PASS), (None, PASS), ({"paths": {}}, FAIL), (UNKNOWN, UNDECIDED)]
)
def test_of_an_openapi_body_only_triggers_tell(body: Any, expected: Status) -> None:
    draft = depends(without_triggers(), "deployment", "post").with_("api", body=body)
    assert redeploys(draft) is expected
    put = depends(without_triggers(), "deployment", "post").add(REST_API_PUT, "put", body=body)
    put = put.with_("put", restApiId=UNKNOWN)
    assert redeploys(put.linked("put", "restApiId", "api")) is expected
    assert redeploys(put.with_("put", restApiId="other")) is PASS


def test_the_body_of_an_api_that_it_perhaps_deploys_is_perhaps_not_deployed() -> None:
    draft = depends(without_triggers(), "deployment", "post").with_("api", body={"paths": {}})
    draft = draft.add(REST_API, "second", name="second")
    assert redeploys(draft.linked("deployment", "restApi", "api", "second")) is UNDECIDED


def test_a_deployment_of_nothing_that_is_known_needs_triggers() -> None:
    draft = compliant().add(DEPLOYMENT, "outside", restApi="other")
    assert verdict(REDEPLOYS, draft, "outside") is FAIL
    assert "no method of its API is in this stack" in message(REDEPLOYS, draft, "outside")
    draft = draft.with_("outside", restApi=UNKNOWN)
    assert verdict(REDEPLOYS, depends(draft, "outside", "post"), "outside") is UNDECIDED
    said = message(REDEPLOYS, depends(draft, "outside", "post"), "outside")
    assert said.startswith("restApi is not known before deployment")


def test_an_id_that_may_be_that_of_an_api_without_a_known_name_is_to_be_made_known() -> None:
    draft = without_triggers().with_("api", name=UNKNOWN).with_("deployment", restApi="a1b2c3")
    said = message(REDEPLOYS, depends(draft, "deployment", "post"), "deployment")
    assert said.startswith("restApi is not known before deployment")


def test_an_undecided_finding_says_why_a_body_cannot_be_read() -> None:
    draft = depends(without_triggers(), "deployment", "post")
    draft = draft.with_("api", body=Unknown("is an encrypted secret"))
    said = message(REDEPLOYS, draft, "deployment")
    assert said.startswith("body is an encrypted secret")


def test_routes_are_to_v2_deployments_what_methods_are() -> None:
    draft = compliant().add(HTTP_API, "http", name="http")
    for type_, name in ((ROUTE, "route"), (DEPLOYMENT_V2, "v2")):
        draft = draft.add(type_, name, apiId=UNKNOWN).linked(name, "apiId", "http")
    assert verdict(REDEPLOYS, draft, "v2") is FAIL
    assert verdict(REDEPLOYS, depends(draft, "v2", "route"), "v2") is PASS
    assert verdict(REDEPLOYS, draft.with_("v2", triggers={"a": "b"}), "v2") is PASS
    body = depends(draft, "v2", "route").with_("http", body="openapi: 3.0.1")
    assert verdict(REDEPLOYS, body, "v2") is FAIL
    unlinked = depends(draft.linked("v2", "apiId"), "v2", "route")
    assert message(REDEPLOYS, unlinked, "v2").startswith("apiId is not known")
