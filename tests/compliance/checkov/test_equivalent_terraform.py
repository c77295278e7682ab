"""Nothing that Checkov finds in Terraform is missed in the same stack of Pulumi's.

Each file of `equivalent/` holds both sides, written by hand: a stack as the engine knows it, and
the plan of a Terraform program that says the same, in the documented format
(https://developer.hashicorp.com/terraform/internals/json-format). Checkov judges the
hand-written plan and the converted one.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from payment_guardrails.resource import Resource
from payment_guardrails.stack import Stack
from payment_guardrails.values import UNKNOWN

from compliance.checkov.report import Outcome, checked
from compliance.checkov.run import CheckovRun
from compliance.terraform.plan import plan
from tests.second_opinions import stack_of
from tests.whole_programs import ROOT

FIXTURES = sorted(Path(__file__).with_name("equivalent").glob("*.json"))
Verdicts = dict[tuple[str, str], Outcome]


def stack_in(data: Any) -> Stack:
    """The stack of a fixture. `made_from` names a resource, after its type where names repeat."""
    urns = {}
    for each in data:
        urn = f"urn:pulumi:dev::shop::{each['type']}::{each['name']}"
        urns[each["name"]] = urns[f"{each['type']} {each['name']}"] = urn
    return Stack.of(
        "shop",
        "dev",
        [
            Resource(
                urn=urns[f"{each['type']} {each['name']}"],
                type=each["type"],
                name=each["name"],
                inputs=marked(each["inputs"]),
                property_dependencies={
                    name: tuple(urns[other] for other in others)
                    for name, others in each["made_from"].items()
                },
            )
            for each in data
        ],
    )


def marked(value: Any) -> Any:
    if value == {"unknown": True}:
        return UNKNOWN
    if isinstance(value, dict):
        return {name: marked(each) for name, each in value.items()}
    return [marked(each) for each in value] if isinstance(value, list) else value


def read(file: Path) -> Any:
    return json.loads(file.read_text("utf-8"))


def test_every_type_of_our_stack_is_there() -> None:
    shown = {each["type"] for file in FIXTURES for each in read(file)["pulumi"]}
    assert {each.type for each in stack_of(ROOT).resources if each.custom} - shown == set()


@pytest.mark.usefixtures("checkov")
def test_checkov_says_the_same_of_both() -> None:
    plans: dict[str, Any] = {}
    for file in FIXTURES:
        data = read(file)
        plans[f"{file.stem}-by-hand"] = data["plan"]
        plans[f"{file.stem}-converted"] = plan(stack_in(data["pulumi"])).document
    running = CheckovRun()
    try:
        running.ask(plans)
        answer = running.answer()
    finally:
        running.stop()
    said: dict[str, Verdicts] = {name: {} for name in plans}
    for each in checked(answer.report, answer.unknown):
        said[each.plan][each.check, each.address] = each.outcome
    for file in FIXTURES:
        by_hand = said[f"{file.stem}-by-hand"]
        assert said[f"{file.stem}-converted"] == by_hand, file.name
        # Both kinds of verdict are there, so that the equality says something.
        assert {Outcome.PASSED, Outcome.FAILED} <= set(by_hand.values()), file.name
        assert len(by_hand) > 20, file.name
