"""One weakened property, two opinions: the pack's rule and Checkov's checks both turn.

Every theme's property is taken from a resource of our stack, all at once in one stack, and both
are asked. Before, both passed; after, both fail on just these resources.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from payment_guardrails.resource import Resource
from payment_guardrails.stack import Stack

from compliance.checkov.agreement import themes
from tests.second_opinions import compare, stack_of
from tests.whole_programs import ROOT

Inputs = dict[str, Any]
# An access key of the shape that both know, in two parts, so that no scanner takes it for one.
KEY = "AKIA" + "Q3EGRIYWQ6RZ4JXK"
# The pack and Checkov differ on our tables for a reason that themes.yaml gives.
NOT_SHARED = {"encryption of tables"}


def without(*names: str) -> Callable[[Inputs], None]:
    def change(inputs: Inputs) -> None:
        for name in names:
            del inputs[name]

    return change


def given(**values: Any) -> Callable[[Inputs], None]:
    return lambda inputs: inputs.update(values)


def in_environment(inputs: Inputs) -> None:
    inputs["environment"]["variables"]["LEGACY"] = KEY


def tracing_bodies(inputs: Inputs) -> None:
    inputs["settings"]["dataTraceEnabled"] = True


def allowing(action: str, resource: str) -> Callable[[Inputs], None]:
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return given(policy=json.dumps(document))


TRUSTING_ALL = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
    }
)
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"

# theme: the type and name of a resource of our stack, and what weakens it
WEAKENED: dict[str, tuple[str, str, Callable[[Inputs], None]]] = {
    "point-in-time recovery": (
        "dynamodb/table:Table",
        "transactions",
        without("pointInTimeRecovery"),
    ),
    "encryption of queues": (
        "sqs/queue:Queue",
        "transaction-processing",
        given(sqsManagedSseEnabled=False),
    ),
    "tracing of functions": ("lambda/function:Function", "fraud-alerts", without("tracingConfig")),
    "reserved concurrency": (
        "lambda/function:Function",
        "process-transactions",
        without("reservedConcurrentExecutions"),
    ),
    "supported runtimes": (
        "lambda/function:Function",
        "send-notifications",
        given(runtime="python3.7"),
    ),
    "secrets in environments": (
        "lambda/function:Function",
        "retrieve-transactions",
        in_environment,
    ),
    "tracing of stages": ("apigateway/stage:Stage", "payments", given(xrayTracingEnabled=False)),
    "access logs of stages": ("apigateway/stage:Stage", "payments", without("accessLogSettings")),
    "no bodies in logs": ("apigateway/methodSettings:MethodSettings", "payments", tracing_bodies),
    "authorization of methods": (
        "apigateway/method:Method",
        "get-transaction",
        given(apiKeyRequired=False, authorization="NONE"),
    ),
    "validation of requests": (
        "apigateway/method:Method",
        "post-transactions",
        without("requestValidatorId"),
    ),
    "wildcards in actions": (
        "iam/policy:Policy",
        "process-transactions",
        allowing("*", "arn:aws:s3:::a/b"),
    ),
    "wildcards in resources": (
        "iam/policy:Policy",
        "retrieve-transactions",
        allowing("dynamodb:PutItem", "*"),
    ),
    "privilege escalation": (
        "iam/policy:Policy",
        "send-notifications",
        allowing("iam:CreatePolicyVersion", "*"),
    ),
    "trust of roles": ("iam/role:Role", "fraud-alerts", given(assumeRolePolicy=TRUSTING_ALL)),
    "administrators' policies": (
        "iam/rolePolicyAttachment:RolePolicyAttachment",
        "fraud-alerts",
        given(policyArn=ADMINISTRATOR),
    ),
    "permissions to invoke": (
        "lambda/permission:Permission",
        "post-transactions",
        without("sourceArn"),
    ),
    "retention of logs": (
        "cloudwatch/logGroup:LogGroup",
        "fraud-alerts",
        without("retentionInDays"),
    ),
    "encryption of logs": ("cloudwatch/logGroup:LogGroup", "access-logs", without("kmsKeyId")),
    "encryption of parameters": ("ssm/parameter:Parameter", "api-key", given(type="String")),
}


def weakened(stack: Stack) -> tuple[Stack, dict[str, str]]:
    """The stack with every change, and the URN that each theme's is on."""
    changed = {each.urn: each for each in stack.resources}
    places: dict[str, str] = {}
    for theme, (type_, name, change) in WEAKENED.items():
        before = found(stack, f"aws:{type_}", name)
        inputs = copy.deepcopy(dict(changed[before.urn].inputs))
        change(inputs)
        changed[before.urn] = replace(changed[before.urn], inputs=inputs)
        places[theme] = before.urn
    return replace(stack, resources=tuple(changed.values())), places


def found(stack: Stack, type_: str, name: str) -> Resource:
    named = [each for each in stack.of_types([type_]) if each.name == name]
    assert named, f"no {type_} of our stack is called {name}"
    return named[0]


def test_every_theme_has_a_change() -> None:
    assert set(WEAKENED) == {each.name for each in themes()} - NOT_SHARED


@pytest.mark.usefixtures("checkov")
def test_one_change_turns_both_opinions() -> None:
    stack = stack_of(ROOT)
    weak, places = weakened(stack)
    compared = compare({"before": stack, "after": weak})

    def said(name: str) -> dict[tuple[str, str], tuple[str, str]]:
        return {
            (each.theme, each.resource): (each.pack, each.checkov) for each in compared[name].met
        }

    before, after = said("before"), said("after")
    for theme, urn in places.items():
        assert before[theme, urn] == ("pass", "pass"), theme
        assert after[theme, urn] == ("fail", "fail"), theme
