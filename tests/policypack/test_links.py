"""The edges of the resource graph: what the properties of a resource speak of."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from payment_guardrails.data_classes import data_class
from payment_guardrails.links import links
from payment_guardrails.resource import Resource
from payment_guardrails.stack import Stack
from payment_guardrails.values import UNKNOWN, Secret

QUEUE = "aws:sqs/queue:Queue"
ARN = "arn:aws:sqs:us-east-2:123456789012:jobs-dev"
URL = "https://sqs.us-east-2.amazonaws.com/123456789012/jobs-dev"


def urn(name: str) -> str:
    return f"urn:pulumi:dev::payments::{QUEUE}::{name}"


def resource(name: str, /, **inputs: Any) -> Resource:
    return Resource(urn(name), QUEUE, name, inputs)


JOBS = Resource(urn("jobs"), QUEUE, "jobs", {"name": "jobs-dev"}, {"arn": ARN, "url": URL})


def named(urn_: str) -> str:
    return urn_.rpartition("::")[2]


def linked(*resources: Resource) -> dict[str, list[tuple[str, str]]]:
    found = links(Stack.of("payments", "dev", resources))
    return {
        each.rpartition("::")[2]: [
            (edge.property, edge.target.rpartition("::")[2]) for edge in some
        ]
        for each, some in found.items()
    }


def test_a_known_name_arn_or_url_is_followed_wherever_it_stands() -> None:
    for value in (
        ARN,
        URL,
        "jobs-dev",
        {"variables": {"QUEUE": URL}},
        [{"resource": [ARN]}],
        json.dumps({"Statement": [{"Resource": ARN}]}),
        json.dumps({"Statement": [{"Resource": f"{ARN}/*"}]}),
    ):
        assert linked(JOBS, resource("other", property=value)) == {"other": [("property", "jobs")]}


def test_an_arn_or_url_of_a_queue_that_is_not_there_yet_is_followed() -> None:
    jobs = resource("jobs", name="jobs-dev")
    for value in (ARN, URL):
        assert linked(jobs, resource("other", property=value)) == {"other": [("property", "jobs")]}


def test_what_the_engine_recorded_is_followed_where_the_value_is_unknown() -> None:
    other = Resource(
        urn("other"),
        QUEUE,
        "other",
        {"policy": UNKNOWN},
        property_dependencies={"policy": (urn("jobs"), urn("gone"))},
    )
    assert linked(JOBS, other) == {"other": [("policy", "jobs")]}


def test_what_names_nothing_for_certain_is_no_link() -> None:
    twin = Resource(urn("twin"), QUEUE, "twin", {"name": "jobs-dev"}, {"arn": "arn:2", "url": "u"})
    assert linked(JOBS, twin, resource("other", property="jobs-dev")) == {}
    assert linked(JOBS, resource("other", property=Secret(ARN))) == {}
    assert linked(JOBS, resource("other", property="see jobs-dev")) == {}
    assert linked(JOBS, resource("other", property='"jobs-dev"')) == {}


@pytest.mark.parametrize(("name", "followed"), [("dev", False), ("queue", False), ("orders", True)])
def test_a_name_of_fewer_than_six_characters_is_an_ordinary_word(name: str, followed: bool) -> None:
    found = linked(resource("it", name=name), resource("other", property=name))
    assert found == ({"other": [("property", "it")]} if followed else {})


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text() | st.sampled_from([ARN, URL, "["]),
        lambda some: st.lists(some) | st.dictionaries(st.text(), some),
    )
)
def test_any_inputs_have_links_only_to_resources_of_the_stack(value: Any) -> None:
    found = linked(JOBS, resource("other", property=value))
    assert {target for edges in found.values() for _, target in edges} <= {"jobs", "other"}


def test_the_class_of_data_is_the_tag_that_declares_it() -> None:
    def of(default: Any = None, **tags: Any) -> str:
        given_ = Resource(urn("q"), QUEUE, "q", {"tags": tags} if tags else {})
        providers = {"aws": {"defaultTags": {"tags": default}}} if default else {}
        return data_class(Stack.of("p", "dev", [given_], providers), given_)

    assert of(DataClassification="payment-data") == "payment-data"
    assert of(**{"data-classification": "internal"}) == "internal"
    assert of(**{"acme:DataClass": "public"}) == "public"
    assert of({"DataClassification": "internal"}) == "internal"
    assert of({"DataClassification": "internal"}, DataClassification="public") == "public"
    assert of(DataClassification=Secret("hush")) == "[secret]"
    assert of(Project="payments") == ""
    assert of() == ""
