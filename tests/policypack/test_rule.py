"""The machinery of rules: silence and crashes never pass, configuration is checked."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from payment_guardrails.configuration import ConfigurationError, configure
from payment_guardrails.finding import Finding, Status, failed, passed
from payment_guardrails.resource import Resource
from payment_guardrails.rule import (
    ANY,
    Level,
    Rule,
    Settings,
    Severity,
    by_resource,
    resource_rule,
    worst,
)
from payment_guardrails.rules import registered
from payment_guardrails.stack import ROOT_TYPE, Stack
from payment_guardrails.values import UNKNOWN

THING = "aws:thing/thing:Thing"
NAMES = {
    "type": "array",
    "items": {"type": "string", "pattern": "^[a-z]+$"},
    "minItems": 1,
    "default": ["one"],
}


def resource(name: str, **inputs: Any) -> Resource:
    return Resource(f"urn:pulumi:dev::p::{THING}::{name}", THING, name, inputs)


def rule(check: Any, *, of_stack: bool = False) -> Rule:
    checks = {"stack_check": check} if of_stack else {"resource_check": check}
    return Rule(
        "thing-is-right", "A thing is right", "Because.", frozenset([THING]),
        Severity.LOW, Level.MANDATORY, "Thing()",
        {"wanted": {"type": "integer", "default": 7, "minimum": 1, "maximum": 9}, "names": NAMES},
        **checks,
    )  # fmt: skip


def statuses(a_rule: Rule, *resources: Resource) -> dict[str | None, Status]:
    findings = a_rule.judge(Stack.of("p", "dev", resources), a_rule.defaults)
    return {finding.urn: finding.status for finding in findings}


def test_a_rule_that_crashes_is_undecided_and_says_so() -> None:
    def crash(_: Any, __: Settings) -> Iterator[Finding]:
        raise KeyError("oh")

    for of_stack in (False, True):
        [status] = statuses(rule(crash, of_stack=of_stack), resource("a")).values()
        assert status is Status.UNDECIDED


def test_a_rule_that_says_nothing_proves_nothing() -> None:
    def silent(_: Any, __: Settings) -> Iterator[Finding]:
        return iter(())

    for of_stack in (False, True):
        assert set(
            statuses(rule(silent, of_stack=of_stack), resource("a"), resource("b")).values()
        ) == {Status.UNDECIDED}


def test_a_stack_rule_must_judge_every_resource_of_its_types() -> None:
    def first_only(stack: Stack, _: Settings) -> Iterator[Finding]:
        yield passed(stack.resources[0], "", "right")

    found = statuses(rule(first_only, of_stack=True), resource("a"), resource("b"))
    assert sorted(found.values()) == [Status.PASS, Status.UNDECIDED]


def test_the_worst_finding_decides() -> None:
    one = resource("a")
    assert worst([passed(one, "", ""), failed(one, "", "")]) is Status.FAIL


def test_a_rule_without_docstring_or_with_a_taken_name_is_refused() -> None:
    def no_reason(_: Resource, __: Settings) -> Iterator[Finding]:
        """Only a title."""
        return iter(())

    with pytest.raises(ValueError, match="docstring"):
        resource_rule("x", types=[THING], severity=Severity.LOW, fix="")(no_reason)
    checks = {name: rule.resource_check for name, rule in registered().items()}
    name, check = next((name, check) for name, check in checks.items() if check is not None)
    with pytest.raises(ValueError, match="two rules"):
        resource_rule(name, types=[THING], severity=Severity.LOW, fix="")(check)


@pytest.mark.parametrize(
    ("given_", "words"),
    [
        ({"thing-is-wrong": "advisory"}, "thing-is-wrong"),
        ({"thing-is-right": "loud"}, "enforcementLevel"),
        ({"thing-is-right": {"other": 1}}, "no option 'other'"),
        ({"thing-is-right": "required"}, "enforcementLevel"),
        ({"thing-is-right": {"enforcementLevel": 7}}, "enforcementLevel"),
        ({"thing-is-right": {"wanted": "7"}}, "wanted must be of type integer"),
        ({"thing-is-right": {"wanted": True}}, "wanted must be of type integer"),
        ({"thing-is-right": {"wanted": 0}}, "at least 1"),
        ({"thing-is-right": {"wanted": 10}}, "at most 9"),
        ({"thing-is-right": {"names": "one"}}, "thing-is-right: names must be of type array"),
        ({"thing-is-right": {"names": {"one": 1}}}, "names must be of type array"),
        ({"thing-is-right": {"names": ["one", 2]}}, r"thing-is-right: names\[1\] must be of type"),
        ({"thing-is-right": {"names": [None]}}, r"names\[0\] must be of type string"),
        ({"thing-is-right": {"names": ["one", "Two"]}}, r"names\[1\] must match .*not 'Two'"),
        ({"thing-is-right": {"names": []}}, "thing-is-right: names must name at least 1"),
        ({"thing-is-right": {"undecided": "disabled"}}, "mandatory, advisory"),
        ({"thing-is-right": 7}, "a level or an object"),
        ({"all": {"wanted": 7}}, "no options"),
        ([], "must be an object"),
    ],
)
def test_a_bad_configuration_names_the_rule_and_the_option(given_: Any, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        configure({"thing-is-right": rule(lambda *_: ())}, given_)


def test_levels_and_options_are_taken() -> None:
    rules = {"thing-is-right": rule(lambda *_: ())}
    configuration = configure(
        rules,
        {
            "all": "advisory",
            "thing-is-right": {"enforcementLevel": "mandatory", "wanted": 9.0, "names": ["a", "b"]},
        },
    )["thing-is-right"]
    assert configuration.level is Level.MANDATORY
    assert configuration.settings == {"wanted": 9, "names": ["a", "b"]}
    assert configuration.level_of(Status.UNDECIDED) is Level.MANDATORY
    tolerant = configure(rules, {"thing-is-right": {"undecided": "advisory"}})["thing-is-right"]
    assert tolerant.level_of(Status.UNDECIDED) is Level.ADVISORY
    assert tolerant.level_of(Status.FAIL) is Level.MANDATORY


@pytest.mark.parametrize("wanted", [1, 5, 9])
def test_a_number_within_its_bounds_is_taken(wanted: int) -> None:
    configured = configure(
        {"thing-is-right": rule(lambda *_: ())}, {"thing-is-right": {"wanted": wanted}}
    )
    assert configured["thing-is-right"].settings["wanted"] == wanted


def test_findings_are_grouped_in_the_order_of_urns() -> None:
    one, other = resource("a"), resource("b")
    found = [failed(other, "", ""), failed(one, "", ""), Finding(Status.FAIL, None, "")]
    assert [urn for urn, _ in by_resource(found)] == [None, one.urn, other.urn]


@pytest.mark.parametrize(
    ("name", "option", "least", "too_little"),
    [
        ("apigateway-stage-throttled", "requestsPerSecond", 1, 0),
        ("dynamodb-table-deletion-protection", "production", ["live"], []),
        ("any-resource-region", "regions", [], [""]),
        ("any-resource-tagged", "tags", ["Team"], []),
        ("sqs-queue-dead-letter", "minReceiveCount", 1, 0),
        ("sqs-queue-dead-letter", "maxReceiveCount", 1, 0),
        ("sqs-queue-retention", "messageRetentionSeconds", 60, 59),
        ("sqs-queue-visibility-timeout", "timesTheTimeout", 1, 0),
    ],
)
def test_what_an_option_takes_at_least(name: str, option: str, least: Any, too_little: Any) -> None:
    configured = configure(registered(), {name: {option: least}})
    assert configured[name].settings[option] == least
    with pytest.raises(ConfigurationError, match=option):
        configure(registered(), {name: {option: too_little}})


@given(
    st.dictionaries(
        st.sampled_from(["thing-is-right", "all", "x"]),
        st.none() | st.text() | st.dictionaries(st.text(), st.integers() | st.text()),
    )
)
def test_any_configuration_is_taken_or_refused(given_: Any) -> None:
    with contextlib.suppress(ConfigurationError):
        assert set(configure({"thing-is-right": rule(lambda *_: ())}, given_)) == {"thing-is-right"}


def test_links_are_found_by_value_and_by_recorded_dependency() -> None:
    target = Resource("urn:t", THING, "t", {}, {"arn": "arn:t", "name": "t"})
    by_value = Resource("urn:a", "aws:x/x:X", "a", {"ref": "arn:t"})
    by_dependency = Resource(
        "urn:b", "aws:x/x:X", "b", {"ref": UNKNOWN}, property_dependencies={"ref": ("urn:t",)}
    )
    nowhere = Resource("urn:c", "aws:x/x:X", "c", {"ref": UNKNOWN})
    outside = Resource("urn:d", "aws:x/x:X", "d", {"ref": "arn:other"})
    stack = Stack.of("p", "dev", [by_value, target, by_dependency, nowhere, outside])
    assert stack.link(by_value, by_value.read("ref"), [THING]).target == target
    assert stack.link(by_dependency, by_dependency.read("ref"), [THING]).target == target
    assert not stack.link(nowhere, nowhere.read("ref"), [THING]).decided
    assert stack.link(outside, outside.read("ref"), [THING]).decided
    assert stack.link(outside, outside.read("ref"), [THING]).target is None


def test_a_rule_for_every_type_is_for_every_resource_but_not_for_the_stack_itself() -> None:
    everything = replace(rule(lambda *_: ()), types=ANY)
    for type_ in ("aws:sqs/queue:Queue", "pulumi:providers:aws", "random:index/id:Id", "acme:Shop"):
        assert everything.is_for(type_)
    assert not everything.is_for(ROOT_TYPE)
