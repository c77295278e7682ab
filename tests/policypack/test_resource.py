"""What tells two resources apart without telling a secret: the digest of the inputs."""

from __future__ import annotations

from typing import Any

import pytest
from payment_guardrails.resource import Resource
from payment_guardrails.values import UNKNOWN, Asset, Secret, Unknown, has_unknown


def digest(**inputs: Any) -> str:
    return Resource("urn:1", "aws:sqs/queue:Queue", "jobs", inputs).digest


def test_the_digest_is_of_the_inputs_whatever_their_order() -> None:
    assert digest(name="jobs", fifoQueue=True) == digest(fifoQueue=True, name="jobs")
    assert digest(name="jobs").startswith("sha256:")
    assert digest(name="jobs") != digest(name="other") != digest(fifoQueue="other")


def test_a_secret_is_not_in_it_and_yet_is_no_text() -> None:
    assert digest(value=Secret("hunter2")) == digest(value=Secret("another"))
    assert digest(value=Secret("hunter2")) != digest(value="hunter2")
    assert digest(value=Secret("x")) != digest(value=UNKNOWN)


def test_an_unknown_is_one_whatever_its_reason() -> None:
    assert digest(value=UNKNOWN) == digest(value=Unknown("is missing"))
    assert digest(value=UNKNOWN) != digest()


def test_an_asset_is_its_kind_its_name_and_its_text_not_the_folder_it_is_in() -> None:
    assert digest(code=Asset("file", "/home/me/a.zip", None)) == digest(
        code=Asset("file", "/srv/a.zip", None)
    )
    assert digest(code=Asset("file", "a.zip", None)) != digest(code=Asset("file", "b.zip", None))
    assert digest(code=Asset("text", None, "x")) != digest(code=Asset("text", None, "y"))


@pytest.mark.parametrize(
    ("value", "unknown"),
    [
        (UNKNOWN, True),
        (Secret(UNKNOWN), True),
        ({"a": [1, {"b": UNKNOWN}]}, True),
        ([UNKNOWN], True),
        (Secret("x"), False),
        ({"a": [1, None]}, False),
        ("", False),
    ],
)
def test_a_value_is_unknown_where_anything_in_it_is(value: Any, *, unknown: bool) -> None:
    assert has_unknown(value) is unknown
