"""any-resource-tagged: what takes tags, where tags come from, and when one is missing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import pytest
from payment_guardrails.finding import Finding, Status
from payment_guardrails.resource import Resource
from payment_guardrails.rules import registered
from payment_guardrails.stack import Stack
from payment_guardrails.values import UNKNOWN, Secret

RULE: Final = registered()["any-resource-tagged"]
QUEUE: Final = "aws:sqs/queue:Queue"
GROUP: Final = "aws:autoscaling/group:Group"
PROVIDER: Final = "pulumi:providers:aws"
TAGS: Final = {"Project": "payments", "Environment": "dev", "ManagedBy": "pulumi"}


def resource(type_: str = QUEUE, /, **inputs: Any) -> Resource:
    return Resource(f"urn:pulumi:dev::p::{type_}::it", type_, "it", inputs)


def in_json(tags: Mapping[str, Any]) -> str:
    return json.dumps({"tags": tags})


def finding(subject: Resource, *others: Resource, default: Any = None, **options: Any) -> Finding:
    """What the rule says of one resource, among others, with default tags configured."""
    inputs = {} if default is None else {"defaultTags": default}
    stack = Stack.of("p", "dev", [subject, *others], {"aws": inputs})
    settings = {**RULE.defaults, **options}
    (found,) = (each for each in RULE.judge(stack, settings) if each.urn == subject.urn)
    return found


def status(subject: Resource, *others: Resource, default: Any = None, **options: Any) -> Status:
    return finding(subject, *others, default=default, **options).status


def with_provider(default_tags: Any, **inputs: Any) -> tuple[Resource, Resource]:
    """A queue, and the provider that the program gave it."""
    given = {} if default_tags is None else {"defaultTags": default_tags}
    provider = Resource("urn:pulumi:dev::p::pulumi:providers:aws::own", PROVIDER, "own", given)
    return replace(resource(**inputs), provider=provider.urn), provider


def test_a_resource_with_all_tags_passes() -> None:
    assert status(resource(tags=TAGS)) is Status.PASS
    assert status(resource(tags={**TAGS, "Team": "cards"})) is Status.PASS


@pytest.mark.parametrize("key", TAGS)
def test_each_tag_is_demanded(key: str) -> None:
    tags = {name: value for name, value in TAGS.items() if name != key}
    found = finding(resource(tags=tags))
    assert found.status is Status.FAIL
    assert found.message.startswith(f"tags lacks {key};")
    assert found.detail == key


@pytest.mark.parametrize("inputs", [{}, {"tags": {}}, {"tags": None}])
def test_a_resource_without_tags_fails(inputs: Mapping[str, Any]) -> None:
    assert status(resource(**inputs)) is Status.FAIL


@pytest.mark.parametrize("key", ["managedBy", "MANAGEDBY", "managed_by", "Managed-By"])
def test_another_spelling_of_a_key_is_another_key(key: str) -> None:
    tags = {"Project": "payments", "Environment": "dev", key: "pulumi"}
    assert status(resource(tags=tags)) is Status.FAIL


def test_the_message_names_the_key_that_was_meant() -> None:
    found = finding(resource(tags={**TAGS, "project": "payments", "Project": ""}))
    assert "project is not Project: keys are case sensitive" in found.message
    assert "Project is empty" in found.message


@pytest.mark.parametrize("value", ["", "  ", None])
def test_a_tag_without_a_value_counts_as_missing(value: Any) -> None:
    assert status(resource(tags={**TAGS, "Project": value})) is Status.FAIL
    assert status(resource(tags={**TAGS, "Project": value}), default=in_json(TAGS)) is Status.FAIL


def test_a_value_that_is_not_known_yet_is_one() -> None:
    assert status(resource(tags={**TAGS, "Project": UNKNOWN})) is Status.PASS
    assert status(resource(tags={**TAGS, "Project": Secret(UNKNOWN)})) is Status.PASS


def test_tags_that_nobody_knows_are_undecided() -> None:
    found = finding(resource(tags=UNKNOWN))
    assert found.status is Status.UNDECIDED
    assert found.message.startswith("tags is not known before deployment; wanted: Project, ")
    assert status(resource(tags="none")) is Status.UNDECIDED


def test_what_is_surely_missing_fails_beside_what_is_not_known() -> None:
    listed = [{"key": "Project", "value": "payments"}, {"key": UNKNOWN, "value": "x"}]
    assert status(resource(GROUP, tags=listed)) is Status.UNDECIDED
    queue, provider = with_provider(UNKNOWN, tags={"Project": ""})
    assert finding(queue, provider).detail == "Project"
    assert status(queue, provider) is Status.FAIL


def test_default_tags_of_the_configuration_count() -> None:
    assert status(resource(), default=in_json(TAGS)) is Status.PASS
    assert status(resource(), default={"tags": TAGS}) is Status.PASS
    some = {"Project": "payments", "Environment": "dev"}
    assert status(resource(), default=in_json(some)) is Status.FAIL
    assert status(resource(tags={"ManagedBy": "us"}), default=in_json(some)) is Status.PASS


@pytest.mark.parametrize("default", ["", "{}", '{"tags": {}}', {}])
def test_no_default_tags_are_none(default: Any) -> None:
    assert status(resource(), default=default) is Status.FAIL


@pytest.mark.parametrize(
    "default", ["not JSON", UNKNOWN, Secret(UNKNOWN), "[1]", {"tags": UNKNOWN}]
)
def test_default_tags_that_cannot_be_read_leave_open_what_they_may_hold(default: Any) -> None:
    assert status(resource(), default=default) is Status.UNDECIDED
    assert status(resource(tags=TAGS), default=default) is Status.PASS


def test_own_tags_that_nobody_knows_take_nothing_from_the_default_ones() -> None:
    assert status(resource(tags=UNKNOWN), default=in_json(TAGS)) is Status.PASS


def test_the_resources_own_provider_counts_and_not_the_default_one() -> None:
    queue, provider = with_provider(in_json(TAGS))
    assert status(queue, provider) is Status.PASS
    untagged, provider = with_provider(None)
    assert status(untagged, provider, default=in_json(TAGS)) is Status.FAIL
    assert status(untagged, default=in_json(TAGS)) is Status.UNDECIDED, "it is not in the stack"


def test_each_resource_has_the_default_tags_of_its_own_provider() -> None:
    tagged, provider = with_provider(in_json(TAGS))
    plain = replace(resource(), urn="urn:pulumi:dev::p::aws:sqs/queue:Queue::another")
    for first, second in (("a", "z"), ("z", "a")):
        one = replace(tagged, urn=f"{tagged.urn}-{first}")
        other = replace(plain, urn=f"{tagged.urn}-{second}")
        assert status(one, other, provider) is Status.PASS
        assert status(other, one, provider) is Status.FAIL


def test_all_tags_as_the_provider_reports_them_are_the_truth() -> None:
    assert status(resource(tagsAll=TAGS)) is Status.PASS
    assert status(resource(tags={}, tagsAll={"Project": "x"}), default=in_json(TAGS)) is Status.FAIL
    assert status(resource(tags=TAGS, tagsAll=UNKNOWN)) is Status.PASS


def test_an_auto_scaling_group_lists_its_tags_and_takes_no_default_ones() -> None:
    listed = [
        {"key": key, "value": value, "propagateAtLaunch": True} for key, value in TAGS.items()
    ]
    assert status(resource(GROUP, tags=listed)) is Status.PASS
    assert status(resource(GROUP, tags=listed[1:])) is Status.FAIL
    assert status(resource(GROUP, tags=listed[1:]), default=in_json(TAGS)) is Status.FAIL
    assert status(resource(GROUP, tags=[*listed[1:], {"key": "Project"}])) is Status.FAIL
    assert status(resource(GROUP, tags=[*listed[1:], UNKNOWN])) is Status.UNDECIDED
    assert status(resource(GROUP, tags=[*listed[1:], 7])) is Status.UNDECIDED


@pytest.mark.parametrize(
    "type_",
    [
        "aws:apigateway/method:Method",
        "aws:iam/rolePolicy:RolePolicy",
        # They select others by tags.
        "aws:inspector/resourceGroup:ResourceGroup",
        "aws:devopsguru/resourceCollection:ResourceCollection",
        PROVIDER,
        "random:index/randomId:RandomId",
        "aws-native:sqs:Queue",
    ],
)
def test_what_takes_no_tags_is_not_judged(type_: str) -> None:
    assert status(resource(type_)) is Status.NOT_APPLICABLE


def test_a_component_is_not_judged() -> None:
    component = replace(resource("aws:shop/worker:Worker"), custom=False)
    assert status(component) is Status.NOT_APPLICABLE


def test_a_type_that_the_data_does_not_have_is_judged_by_its_tags() -> None:
    unheard = "aws:future/thing:Thing"
    assert status(resource(unheard)) is Status.UNDECIDED
    assert "has no aws:future/thing:Thing" in finding(resource(unheard)).message
    assert status(resource(unheard, tags=TAGS)) is Status.PASS
    assert status(resource(unheard, tags={"Project": "payments"})) is Status.FAIL
    assert status(resource("aws:sqs/queue:queue")) is Status.UNDECIDED
    assert status(resource("aws:sqs/Queue:Queue")) is Status.UNDECIDED
    assert status(resource("aws:apigateway/methods:Method")) is Status.UNDECIDED


def test_the_demanded_tags_are_an_option() -> None:
    assert status(resource(tags={"Team": "cards"}), tags=["Team"]) is Status.PASS
    assert status(resource(tags=TAGS), tags=["Team"]) is Status.FAIL
    assert status(resource(tags={"team": "cards"}), tags=["Team", "Team"]) is Status.FAIL


def test_a_secret_shows_neither_its_keys_nor_its_values() -> None:
    found = finding(resource(tags=Secret({"project": "hunter2", "hunter3": "x"})))
    assert found.status is Status.FAIL
    assert "hunter" not in found.message
    assert "case" not in found.message
