"""Findings: what is told of them, and what each is called."""

from __future__ import annotations

from payment_guardrails.finding import Finding, Status, failed, how_to_decide, undecided
from payment_guardrails.finding_ids import finding_id, identified
from payment_guardrails.resource import Resource
from payment_guardrails.values import UNKNOWN, Reading, Unknown

RULE = "thing-is-right"


def resource(name: str) -> Resource:
    return Resource(f"urn:pulumi:dev::p::aws:thing/thing:Thing::{name}", "", name, {})


def ids(*findings: Finding) -> list[str]:
    return [found for found, _ in identified(RULE, findings)]


def test_a_value_that_comes_too_late_is_said_to_be_wanted_at_preview() -> None:
    late = undecided(resource("a"), Reading(UNKNOWN, "name"), "it must be set")
    assert "make the value known at preview" in how_to_decide(late.message)
    odd = undecided(resource("a"), Reading(Unknown("is null"), "name"), "it must be set")
    assert how_to_decide(odd.message) == ""


def test_the_same_fault_of_another_resource_has_another_id() -> None:
    one, other = resource("a"), resource("b")
    assert len({*ids(failed(one, "", "", "x"), failed(other, "", "", "x"))}) == 2
    of_the_stack = Finding(Status.FAIL, None, "", "", "x")
    assert ids(of_the_stack) == [finding_id(RULE, "", "x")]


def test_the_same_faults_of_one_resource_are_numbered_after_the_first() -> None:
    fault = failed(resource("a"), "", "", "x")
    [first] = ids(fault)
    assert first == finding_id(RULE, fault.urn, "x")
    assert len({*ids(fault, fault, fault)}) == 3
    assert ids(fault, fault, fault)[0] == first
