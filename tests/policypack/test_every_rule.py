"""What every rule owes, on the payment stack as the offline engine makes it.

The rules are not listed: one that is added is tested by itself. Faults come from Hypothesis,
and each is judged at the door of plain data and at the door of the engine's protocol.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Final, cast

import grpc
import pytest
from google.protobuf.struct_pb2 import Struct
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from payment_guardrails.analyzer import Analyzer
from payment_guardrails.analyzer_messages import diagnostic
from payment_guardrails.configuration import configure
from payment_guardrails.finding import Status
from payment_guardrails.remediation import to_wire
from payment_guardrails.resource import Resource
from payment_guardrails.rule import by_resource, worst
from payment_guardrails.rules import registered
from payment_guardrails.stack import Stack
from payment_guardrails.values import UNKNOWN, UNKNOWN_WIRE, Asset, Secret, Unknown
from pulumi.runtime import rpc
from pulumi.runtime.proto import analyzer_pb2

from tests.offline import evaluate
from tests.policypack.places import places, put

ROOT: Final = Path(__file__).parents[2]
RULES: Final = registered()
CONFIGURATION: Final = configure(RULES)
OPEN: Final = (Status.FAIL, Status.UNDECIDED)

Verdicts = Mapping[tuple[str, str | None], Status]

few = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@cache
def payment_stack() -> Stack:
    """The payment stack, with the documents of its policies as JSON texts."""
    return evaluate(ROOT, "dev", {}, 120).stacks[0]


def verdicts(stack: Stack) -> Verdicts:
    """The verdict of every rule on every resource that it is for."""
    return {
        (name, urn): worst(found)
        for name, rule in RULES.items()
        for urn, found in by_resource(rule.judge(stack, CONFIGURATION[name].settings))
    }


def changed(stack: Stack, urn: str, inputs: Mapping[str, Any]) -> Stack:
    """The stack with other inputs of one resource."""
    return Stack(
        stack.project,
        stack.name,
        tuple(
            replace(each, inputs=inputs) if each.urn == urn else each for each in stack.resources
        ),
    )


@st.composite
def one_change(draw: st.DrawFn, new: st.SearchStrategy[Any]) -> tuple[str, Mapping[str, Any]]:
    """A resource of the payment stack, and its inputs with something else at one place."""
    resource = draw(st.sampled_from([each for each in payment_stack().resources if each.inputs]))
    place = draw(st.sampled_from([each for each in places(resource.inputs) if each]))
    return resource.urn, put(resource.inputs, place, draw(new))


scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    # The protocol has one kind of number: a whole one comes back as an integer.
    | st.floats(allow_nan=False, allow_infinity=False).filter(lambda each: not each.is_integer())
    | st.text(st.characters(codec="utf-8"), max_size=12)
    | st.sampled_from(["*", "true", "7", "{", "[]", "arn:aws:iam::123456789012:role/x", UNKNOWN])
)
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=6), inner, max_size=3)
        | inner.map(Secret)
    ),
    max_leaves=6,
)


def test_every_rule_speaks_of_the_payment_stack() -> None:
    spoken = {name for (name, _), status in verdicts(payment_stack()).items()}

    assert spoken == set(RULES)


@few
@given(change=one_change(anything))
def test_any_value_at_any_place_gets_a_verdict_of_every_rule(change: Any) -> None:
    stack = changed(payment_stack(), *change)

    judged = verdicts(stack)

    wanted = {(name, each.urn) for name, rule in RULES.items() for each in rule.resources(stack)}
    assert wanted - set(judged) == set()
    for rule in RULES.values():
        for finding in rule.judge(stack, CONFIGURATION[rule.name].settings):
            assert "broke on this resource" not in finding.message, rule.name


@few
@given(change=one_change(st.just(UNKNOWN)))
def test_what_is_not_known_leaves_a_verdict_or_makes_it_undecided(change: Any) -> None:
    before = verdicts(payment_stack())

    after = verdicts(changed(payment_stack(), *change))

    turned = {
        key: (before[key], status)
        for key, status in after.items()
        if status not in (Status.UNDECIDED, before[key])
    }
    assert turned == {}


def documents(stack: Stack) -> Iterator[tuple[Resource, str]]:
    """Each property of a resource that is an IAM document."""
    for resource in stack.resources:
        for name, value in resource.inputs.items():
            if isinstance(value, str) and '"Statement"' in value:
                yield resource, name


def respelled(document: Mapping[str, Any], chance: random.Random) -> Any:
    """The same document in another of the ways in which IAM lets it be written."""
    statements = [_respelled(each, chance) for each in document["Statement"]]
    chance.shuffle(statements)
    items = list({**document, "Statement": statements}.items())
    chance.shuffle(items)
    whole = dict(items)
    return whole if chance.random() < 0.5 else json.dumps(whole, indent=chance.choice([None, 2]))


def _respelled(statement: Mapping[str, Any], chance: random.Random) -> Mapping[str, Any]:
    items = list(statement.items())
    chance.shuffle(items)
    return {key: _spelling(key, value, chance) for key, value in items}


def _spelling(key: str, value: Any, chance: random.Random) -> Any:
    if key not in ("Action", "Resource"):
        return value
    listed = list(value) if isinstance(value, list) else [value]
    chance.shuffle(listed)
    if key == "Action":
        listed = [each if chance.random() < 0.5 else each.lower() for each in listed]
    return listed[0] if len(listed) == 1 and chance.random() < 0.5 else listed


@few
@given(chance=st.randoms(use_true_random=False))
def test_another_spelling_of_all_documents_changes_no_verdict(chance: random.Random) -> None:
    stack = payment_stack()
    for resource, name in documents(stack):
        inputs = stack.by_urn[resource.urn].inputs
        document = respelled(json.loads(inputs[name]), chance)
        stack = changed(stack, resource.urn, {**inputs, name: document})

    assert verdicts(stack) == verdicts(payment_stack())


def test_the_payment_stack_has_documents_to_respell() -> None:
    assert len(list(documents(payment_stack()))) >= 8


# --- the engine's protocol -------------------------------------------------------------------


def on_the_wire(value: Any) -> Any:
    """The engine's encoding of a property."""
    if isinstance(value, Unknown):
        return UNKNOWN_WIRE
    if isinstance(value, Secret):
        return to_wire(Secret(on_the_wire(value.value)))
    if isinstance(value, Asset):
        kind = rpc._special_archive_sig if value.kind == "archive" else rpc._special_asset_sig
        return {rpc._special_sig_key: kind, "path": value.path or "", "text": value.text}
    if isinstance(value, Mapping):
        return {name: on_the_wire(each) for name, each in value.items()}
    if isinstance(value, list):
        return [on_the_wire(each) for each in value]
    return value


def said_to_the_engine(resource: Resource) -> list[tuple[str, str]]:
    """What the analyzer answers about one resource: policy and message."""
    request = analyzer_pb2.AnalyzeRequest(urn=resource.urn, type=resource.type, name=resource.name)
    properties = Struct()
    properties.update(on_the_wire(resource.inputs))
    request.properties.CopyFrom(properties)
    context = cast("grpc.ServicerContext", None)
    answer = Analyzer(RULES).Analyze(request, context)
    return sorted((each.policyName, each.message) for each in answer.diagnostics)


def said_by_the_rules(resource: Resource) -> list[tuple[str, str]]:
    """What the rules for one resource find open in it, as it would be told."""
    return sorted(
        (name, diagnostic(rule, CONFIGURATION[name], finding).message)
        for name, rule in RULES.items()
        if rule.resource_check is not None and rule.is_for(resource.type)
        for finding in rule.judge_resource(resource, CONFIGURATION[name].settings)
        if finding.status in OPEN
    )


@few
@given(change=one_change(anything))
def test_the_engine_hears_what_the_rules_say_of_plain_data(change: Any) -> None:
    urn, inputs = change
    resource = replace(payment_stack().by_urn[urn], inputs=inputs, outputs={})

    assert said_to_the_engine(resource) == said_by_the_rules(resource)


@pytest.mark.parametrize(
    "name", sorted(name for name, rule in RULES.items() if rule.resource_check is not None)
)
def test_a_rule_for_one_resource_says_the_same_at_both_doors(name: str) -> None:
    for resource in RULES[name].resources(payment_stack()):
        plain = replace(resource, inputs={**resource.inputs}, outputs={})
        assert [each for each in said_to_the_engine(plain) if each[0] == name] == [
            each for each in said_by_the_rules(plain) if each[0] == name
        ]
