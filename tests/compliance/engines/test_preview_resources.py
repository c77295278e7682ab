"""The resources of a preview, out of the event log: what stays, and what is secret."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from payment_guardrails.links import Link
from payment_guardrails.record import Record, Recorded
from payment_guardrails.values import UNKNOWN, UNKNOWN_WIRE, Secret

from compliance.engines.pulumi.resources import stack_of

TYPE = "aws:ssm/parameter:Parameter"


def urn(name: str) -> str:
    return f"urn:pulumi:dev::shop::{TYPE}::{name}"


def step(op: str, name: str, inputs: dict[str, Any], **state: Any) -> tuple[str, dict[str, Any]]:
    new = {"urn": urn(name), "type": TYPE, "custom": True, "inputs": inputs, **state}
    return "resourcePreEvent", {"metadata": {"op": op, "urn": urn(name), "new": new}}


def test_what_will_be_there_with_what_it_is_given() -> None:
    record = Record(Path("x"), [Recorded(urn("a"), TYPE, "a", "d", links=(Link("keyId", "key"),))])
    events = [
        step("create", "a", {"value": "[secret]", "keyId": UNKNOWN_WIRE, "list": ["[secret]", 1]}),
        step("same", "b", {"type": "String"}, id="b-id"),
        step("delete", "gone", {}),
        step("read", "seen", {}),
        ("resourcePreEvent", {"metadata": {"op": "delete", "urn": urn("old"), "new": None}}),
        ("diagnosticEvent", {"severity": "info", "message": "x"}),
    ]
    first, second = stack_of("shop", "dev", events, record).resources
    assert first.inputs["keyId"] is UNKNOWN
    assert isinstance(first.inputs["value"], Secret)
    assert isinstance(first.inputs["list"][0], Secret)
    assert first.property_dependencies == {"keyId": ("key",)}
    assert (second.name, second.outputs) == ("b", {"id": "b-id"})
