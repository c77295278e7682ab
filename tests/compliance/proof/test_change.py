"""Editing the data of a resource: exact, and nothing else with it."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from payment_guardrails.values import UNKNOWN, Secret

from compliance.proof.change import REMOVED, edited, found, locations, put, shown
from tests.compliance.proof.stacks import queue, resource

NAMES = st.sampled_from(["a", "b", "fifoQueue"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)


def places(value: Any, before: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = value.items() if isinstance(value, dict) else (
        enumerate(value) if isinstance(value, list) else ()
    )  # fmt: skip
    return [before, *(place for key, item in inside for place in places(item, (*before, key)))]


@given(st.dictionaries(NAMES, VALUES, min_size=1, max_size=3), st.data())
def test_what_is_put_is_found_there_and_all_else_stays(inputs: Any, data: Any) -> None:
    before = json.dumps(inputs)
    location = data.draw(st.sampled_from(places(inputs)[1:]))
    after = put(inputs, location, "new")
    assert found(after, location) == "new"
    assert json.dumps(inputs) == before
    assert put(after, location, found(inputs, location)) == inputs


@given(st.dictionaries(NAMES, VALUES, min_size=1, max_size=3), st.data())
def test_what_is_removed_is_gone(inputs: Any, data: Any) -> None:
    location = data.draw(st.sampled_from(places(inputs)[1:]))
    after = put(inputs, location, REMOVED)
    if isinstance(location[-1], str):
        assert found(after, location) is REMOVED
    else:
        assert len(found(after, location[:-1])) == len(found(inputs, location[:-1])) - 1


def test_json_text_is_edited_inside_and_stays_text() -> None:
    inputs = {"redrivePolicy": '{"maxReceiveCount": 3, "deadLetterTargetArn": "arn"}'}
    after = put(inputs, ("redrivePolicy", "maxReceiveCount"), 11)
    assert json.loads(after["redrivePolicy"]) == {
        "maxReceiveCount": 11, "deadLetterTargetArn": "arn",
    }  # fmt: skip


def test_a_secret_stays_one_when_it_is_edited_inside() -> None:
    after = put({"policy": Secret({"a": 1})}, ("policy", "a"), 2)
    assert after == {"policy": Secret({"a": 2})}


def test_a_path_leads_to_each_element_and_to_members_in_snake_case() -> None:
    inputs = {"apiStages": [{"api_id": "x"}, {"apiId": "y"}], "tags": {"a": 1, "b": 2}}
    assert [shown(each) for each in locations(inputs, "apiStages.apiId")] == [
        "apiStages[0].api_id", "apiStages[1].apiId",
    ]  # fmt: skip
    assert [shown(each) for each in locations(inputs, "tags.*")] == ["tags.a", "tags.b"]
    assert list(locations(inputs, "absent")) == [("absent",)]
    assert list(locations(inputs, "absent.member")) == []


def test_a_value_that_is_replaced_is_no_longer_made_of_other_resources() -> None:
    linked = resource("t", "r", {"role": UNKNOWN}, property_dependencies={"role": ("urn:role",)})
    assert edited(linked, ("role",), "arn").property_dependencies == {}


def test_another_name_gives_another_arn_and_no_name_gives_none() -> None:
    orders = queue("orders")
    assert edited(orders, ("name",), "other").outputs["arn"].endswith(":other")
    assert edited(orders, ("name",), REMOVED).outputs == {}
