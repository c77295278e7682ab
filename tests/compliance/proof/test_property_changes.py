"""Which changes the data files make of a resource."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from payment_guardrails.values import UNKNOWN

from compliance.proof.change import Change, Kind
from compliance.proof.changes import unclaimed, unclassed
from compliance.proof.classification import (
    ClassificationError,
    TypeEntry,
    load_weakenings,
)
from compliance.proof.conditions import Setting
from tests.compliance.proof.stacks import MAPPING, QUEUE, changes, queue, resource, stack

DEAD = "arn:aws:sqs:us-east-2:123456789012:dead-dev"


@pytest.fixture
def classes(tmp_path: Path) -> Any:
    def load(properties: Any, removal: Any = None, type_: str = QUEUE) -> dict[str, TypeEntry]:
        said = {"removal": removal or {"neutral": "it is not there"}, "properties": properties}
        (tmp_path / "a.yaml").write_text(yaml.safe_dump({type_: said}))
        load_weakenings.cache_clear()
        return dict(load_weakenings(tmp_path))

    return load


def at(path: str, found: list[Change]) -> list[Change]:
    return [each for each in found if each.path == path]


def what(found: Any) -> list[tuple[str, str]]:
    return [(each.path, each.what) for each in found]


def test_a_property_is_removed_where_it_is_there(classes: Any) -> None:
    said = classes({"fifoQueue": {"weakens": ["removed"]}})
    assert what(changes(said, queue("a", fifoQueue=True))) == [("fifoQueue", "removed")]
    assert changes(said, queue("a")) == []


def test_a_default_that_is_spelled_out_is_not_removed(classes: Any) -> None:
    said = classes({"fifoQueue": {"weakens": [{"removed": None, "unless": False}]}})
    assert changes(said, queue("a", fifoQueue=False)) == []
    assert len(changes(said, queue("a", fifoQueue=True))) == 1


def test_values_are_set_but_not_the_one_that_is_there(classes: Any) -> None:
    said = classes({"delaySeconds": {"weakens": [{"set": [1, 2, "1"]}]}})
    found = changes(said, queue("a", delaySeconds=1))
    assert what(found) == [
        ("delaySeconds", "set to 2, was 1"), ("delaySeconds", 'set to "1", was 1'),
    ]  # fmt: skip
    assert what(changes(said, queue("a")))[0] == ("delaySeconds", "set to 1")


def test_a_member_of_json_text_is_weakened(classes: Any) -> None:
    said = classes({"redrivePolicy.maxReceiveCount": {"weakens": [{"set": [11]}]}})
    [change] = changes(said, queue("a", redrivePolicy='{"maxReceiveCount": 3}'))
    [after] = change.edits.values()
    assert after is not None
    assert json.loads(after.inputs["redrivePolicy"]) == {"maxReceiveCount": 11}


def test_a_condition_says_which_resources_are_changed(classes: Any) -> None:
    kept = {"messageRetentionSeconds": 345600}
    said = classes(
        {"messageRetentionSeconds": {
            "weakens": [{"set": [1], "where": "no dead-letter queue"}]}}
    )  # fmt: skip
    source = queue("source", redrivePolicy=json.dumps({"deadLetterTargetArn": DEAD}), **kept)
    found = changes(said, source, queue("dead-dev", **kept))
    assert [each.urn for each in found if each.what.startswith("set to 1,")] == [source.urn]


def test_a_link_is_cut_and_swapped_by_value(classes: Any) -> None:
    said = classes({"eventSourceArn": {"weakens": ["cut", "swapped"]}}, type_=MAPPING)
    one, two = queue("one"), queue("two")
    mapping = resource(MAPPING, "m", {"eventSourceArn": one.outputs["arn"]})
    cut, swapped = at("eventSourceArn", changes(said, one, two, mapping))
    [after] = cut.edits.values()
    assert after is not None
    assert after.inputs["eventSourceArn"].endswith(":elsewhere-one")
    [after] = swapped.edits.values()
    assert after is not None
    assert after.inputs["eventSourceArn"] == two.outputs["arn"]
    assert {cut.kind, swapped.kind} == {Kind.LINK}


def test_a_link_is_cut_and_swapped_by_its_recorded_dependency(classes: Any) -> None:
    said = classes({"eventSourceArn": {"weakens": ["cut", "swapped"]}}, type_=MAPPING)
    one, two = queue("one"), queue("two")
    links = {"eventSourceArn": (one.urn,)}
    mapping = resource(MAPPING, "m", {"eventSourceArn": UNKNOWN}, property_dependencies=links)
    cut, swapped = at("eventSourceArn", changes(said, one, two, mapping))
    [after] = cut.edits.values()
    assert after is not None
    assert after.inputs["eventSourceArn"] == "elsewhere"
    [after] = swapped.edits.values()
    assert after is not None
    assert after.inputs["eventSourceArn"] is UNKNOWN
    assert after.property_dependencies == {"eventSourceArn": (two.urn,)}


def test_a_name_loses_the_environment_wherever_it_is_written(classes: Any) -> None:
    said = classes({"name": {"weakens": ["renamed"]}})
    mapping = resource(MAPPING, "m", {"eventSourceArn": DEAD, "other": f"{DEAD}-2"})
    [change] = at("name", changes(said, queue("dead-dev"), mapping))
    dead, named = (change.edits[urn] for urn in sorted(change.edits, reverse=True))
    assert dead is not None
    assert named is not None
    assert (dead.inputs["name"], dead.outputs["arn"]) == ("dead", DEAD.removesuffix("-dev"))
    assert named.inputs == {"eventSourceArn": DEAD.removesuffix("-dev"), "other": f"{DEAD}-2"}


def test_a_whole_resource_is_removed(classes: Any) -> None:
    one = queue("one")
    [change] = changes(classes({}, removal="weakens"), one, resource("t", "r", {}))
    assert [each.name for each in change.applied(stack(one, resource("t", "r", {}))).resources] == [
        "r"
    ]


def test_what_no_rule_claims_and_what_nothing_is_said_of_is_told(classes: Any) -> None:
    said = classes({"delaySeconds": {"unclaimed": "no rule asks for a delay"}})
    setting = Setting(stack(queue("one"), queue("two"), resource("aws:x/y:Y", "r", {})))
    told = [each for each in unclaimed(setting, said) if each.type == QUEUE]
    assert [(each.path, each.resources) for each in told] == [("delaySeconds", 2)]
    assert unclassed(setting, said) == {"aws:x/y:Y": 1}


@pytest.mark.parametrize(
    ("properties", "complaint"),
    [
        ({"a": {}}, "must say weakens, neutral or unclaimed"),
        ({"a": {"neutral": "short"}}, "neutral needs a reason"),
        ({"a": {"weakens": ["broken"]}}, "a change is one of"),
        ({"a": {"weakens": [{"set": []}]}}, "set takes a list of values"),
        ({"a": {"weakens": [{"set": [1], "where": "never"}]}}, "no condition 'never'"),
        ({"a": "as every type"}, "nothing is said of it for every type"),
    ],
)
def test_an_entry_that_says_nothing_is_refused(
    classes: Any, properties: Any, complaint: str
) -> None:
    with pytest.raises(ClassificationError, match=complaint):
        classes(properties)
