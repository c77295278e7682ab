"""Reading property values: nothing raises, nothing unknown or secret slips through."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from payment_guardrails.values import (
    SECRET_TEXT,
    UNKNOWN,
    Asset,
    Reading,
    Secret,
    Unknown,
    from_wire,
    has_unknown,
    snake_case,
)

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"
SENTINEL = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
values = st.recursive(
    json_values
    | st.just(UNKNOWN)
    | st.builds(Secret, st.text() | st.just(UNKNOWN))
    | st.builds(Asset, st.sampled_from(["asset", "archive"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def test_an_unknown_is_found_inside_a_longer_string() -> None:
    assert from_wire(f"arn:aws:sqs:{SENTINEL}:queue") == UNKNOWN
    assert from_wire({"a": [SENTINEL, "b"]}) == {"a": [UNKNOWN, "b"]}


def test_secrets_assets_and_outputs_are_decoded() -> None:
    assert from_wire({SIGNATURE: SECRET, "value": "hunter2"}) == Secret("hunter2")
    assert from_wire({SIGNATURE: SECRET, "plaintext": '"hunter2"'}) == Secret("hunter2")
    assert isinstance(from_wire({SIGNATURE: SECRET, "ciphertext": "xyz"}).value, Unknown)
    output = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
    assert from_wire({SIGNATURE: output}) == UNKNOWN
    assert from_wire({SIGNATURE: output, "value": 1.0, "secret": True}) == Secret(1)
    archive = "0def7320c3a5731c473e5ecbe6d01bc7"
    assert from_wire({SIGNATURE: archive, "path": "x.zip"}) == Asset("archive", "x.zip")
    assert isinstance(from_wire({SIGNATURE: "of-tomorrow"}), Unknown)


@given(json_values)
def test_json_passes_unchanged_but_for_whole_floats(value: Any) -> None:
    assert from_wire(value) == value


def test_a_secret_is_never_shown_wherever_it_stands() -> None:
    reading = Reading.of({"a": Secret("hunter2"), "b": [Secret({"c": "hunter2"})]}, "x")
    assert "hunter2" not in reading.text
    assert reading.get("a").text == SECRET_TEXT
    assert reading.get("a").value == "hunter2"
    assert reading.get("b").elements()[0].get("c").text == SECRET_TEXT
    assert "hunter2" not in repr(Secret("hunter2"))


def test_members_are_found_in_either_spelling() -> None:
    assert snake_case("kmsMasterKeyId") == "kms_master_key_id"
    assert Reading({"retention_in_days": 7}, "").get("retentionInDays").value == 7


@pytest.mark.parametrize(
    ("value", "number"), [(7, 7), ("7", 7), (7.5, 7.5), ("-1", -1), (None, None)]
)
def test_numbers_are_read_from_strings(value: Any, number: Any) -> None:
    assert Reading(value, "x").number().value == number


@pytest.mark.parametrize("value", [True, "seven", "7.5", [], {}, UNKNOWN, "9" * 30])
def test_what_is_no_number_is_unknown(value: Any) -> None:
    assert Reading(value, "x").number().unknown


@given(values, st.sampled_from(["a", "retentionInDays", ""]))
def test_reading_never_raises(value: Any, name: str) -> None:
    reading = Reading.of(value, "x")
    for each in (
        reading,
        reading.get(name),
        reading.parsed(),
        reading.number(),
        *reading.elements(),
    ):
        assert isinstance(each.text, str)
        assert isinstance(each.boolean(), Reading)
        assert isinstance(each.string(), Reading)
        assert all(item.path.startswith(each.path) for _, item in each.items())
    if has_unknown(value) and reading.unknown:
        assert reading.elements() == (reading,)


@given(json_values)
def test_json_text_reads_as_the_data_it_holds(value: Any) -> None:
    assert Reading(json.dumps(value), "x").parsed().value == value


def test_deep_json_is_unknown_not_a_crash() -> None:
    for depth in (400, 600, 2_000):
        # How deep is too deep depends on the interpreter, and on who calls.
        deep = "[" * depth + "]" * depth
        parsed = Reading(deep, "x").parsed()
        assert parsed.unknown or isinstance(parsed.value, list)
        secret = from_wire({SIGNATURE: SECRET, "plaintext": deep})
        assert isinstance(secret, Secret)
    assert Reading("[" * 100_000, "x").parsed().unknown


def test_references_and_plain_assets_are_decoded_and_what_is_malformed_is_unknown() -> None:
    reference = {SIGNATURE: "5cf8f73096256a8f31e491e813e4eb8e", "urn": "urn:1"}
    assert from_wire({**reference, "id": "i"}) == "i"
    assert from_wire({**reference, "id": ""}) == "urn:1"
    asset = "c44067f5952c0a294b673a41bacd8c17"
    assert from_wire({SIGNATURE: asset, "path": "x.py"}) == Asset("asset", "x.py")
    assert from_wire({SIGNATURE: SECRET, "plaintext": "{"}) == Secret(UNKNOWN)
    for later in ("00-of-tomorrow", "of-tomorrow"):
        assert isinstance(from_wire({SIGNATURE: later, "value": "x"}), Unknown)


def test_a_mapping_with_mixed_keys_is_shown_by_its_kind() -> None:
    assert Reading({1: "a", "b": 2}, "x").text == "[dict]"


@pytest.mark.parametrize("item", [None, Secret(None), Secret(Secret(None))])
def test_a_null_in_a_list_is_met_by_whoever_walks_it(item: Any) -> None:
    [element] = Reading.of([item], "names").elements()
    assert element.unknown
    assert element.secret is (item is not None)
