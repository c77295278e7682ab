"""Small stacks to weaken."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from payment_guardrails.configuration import configure
from payment_guardrails.resource import Resource
from payment_guardrails.rules import registered
from payment_guardrails.stack import Stack

from compliance.proof.change import Change
from compliance.proof.changes import weakening_changes
from compliance.proof.classification import TypeEntry
from compliance.proof.conditions import Setting

QUEUE = "aws:sqs/queue:Queue"
MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
FUNCTION = "aws:lambda/function:Function"
POLICY = "aws:iam/policy:Policy"


def resource(type_: str, name: str, inputs: Mapping[str, Any], **more: Any) -> Resource:
    return Resource(f"urn:pulumi:dev::shop::{type_}::{name}", type_, name, inputs, **more)


def queue(name: str, **inputs: Any) -> Resource:
    arn = f"arn:aws:sqs:us-east-2:123456789012:{name}"
    return resource(QUEUE, name, {"name": name, **inputs}, outputs={"name": name, "arn": arn})


def policy(*statements: Any, name: str = "policy") -> Resource:
    return resource(POLICY, name, {"policy": json.dumps({"Statement": list(statements)})})


def stack(*resources: Resource) -> Stack:
    return Stack.of("shop", "dev", resources)


def changes(classes: Mapping[str, TypeEntry], *resources: Resource) -> list[Change]:
    setting = Setting(stack(*resources), configure(registered()))
    return list(weakening_changes(setting, classes))


def document(change: Change) -> Any:
    """The policy document of the one resource that a change edits."""
    [after] = change.edits.values()
    assert after is not None
    return json.loads(after.inputs["policy"])
