"""Remediation: each remedy makes its rule hold, and does nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from google.protobuf.struct_pb2 import Struct
from hypothesis import given, settings
from hypothesis import strategies as st
from payment_guardrails.configuration import configure
from payment_guardrails.finding import Status
from payment_guardrails.remediation import described, mend, to_wire
from payment_guardrails.resource import Resource
from payment_guardrails.rule import by_resource, worst
from payment_guardrails.rules import registered
from payment_guardrails.values import SECRET_TEXT, UNKNOWN, Secret, from_wire, has_unknown

from tests.policypack.services.compliant import (
    MAPPING,
    QUEUE,
    REPLICA,
    STAGE_V2,
    TABLE,
    Draft,
    compliant,
    made,
)
from tests.policypack.services.test_properties import anything

REPLICAS = [
    {"regionName": "us-west-2", "pointInTimeRecovery": False},
    {"regionName": "eu-west-1"},
]
STACK = compliant().add(REPLICA, "replica", pointInTimeRecovery=True)
# What breaks each rule that has a remedy: the rule, the resource, what is changed of it.
BROKEN: list[tuple[str, str, Mapping[str, Any]]] = [
    ("logs-group-retention", "process-logs", {"retentionInDays": None}),
    ("logs-group-retention", "process-logs", {"retentionInDays": 14}),
    ("logs-group-retention", "process-logs", {"retentionInDays": "0"}),
    ("dynamodb-table-point-in-time-recovery", "transactions", {"pointInTimeRecovery": None}),
    (
        "dynamodb-table-point-in-time-recovery",
        "transactions",
        {"pointInTimeRecovery": {"enabled": False, "recoveryPeriodInDays": 7}},
    ),
    ("dynamodb-table-point-in-time-recovery", "transactions", {"replicas": REPLICAS}),
    ("dynamodb-table-point-in-time-recovery", "replica", {"pointInTimeRecovery": False}),
    ("lambda-function-tracing", "process", {"tracingConfig": None}),
    ("lambda-function-tracing", "process", {"tracingConfig": {"mode": "PassThrough"}}),
    ("lambda-function-arm64", "process", {"architectures": None}),
    ("lambda-function-arm64", "process", {"architectures": ["x86_64"]}),
    (
        "lambda-mapping-partial-failures",
        "process-notifications",
        {"functionResponseTypes": None},
    ),
    (
        "sqs-queue-content-based-deduplication",
        "notifications",
        {"contentBasedDeduplication": None},
    ),
    (
        "sqs-queue-content-based-deduplication",
        "notifications",
        {"contentBasedDeduplication": False},
    ),
    ("sqs-queue-encrypted", "notifications", {"sqsManagedSseEnabled": False}),
    (
        "sqs-queue-encrypted",
        "notifications",
        {"sqsManagedSseEnabled": False, "kmsMasterKeyId": ""},
    ),
    ("apigateway-stage-tracing", "stage", {"xrayTracingEnabled": None}),
    ("apigateway-stage-tracing", "stage", {"xrayTracingEnabled": False}),
]
RULES = registered()
WITH_REMEDY = sorted(name for name, rule in RULES.items() if rule.remedy is not None)
EVERYWHERE = configure(RULES, {"all": "remediate"})


def verdicts(draft: Draft) -> dict[tuple[str, str | None], Status]:
    """The verdict of every rule on every resource of its types."""
    return {
        (name, urn): worst(found)
        for name, rule in RULES.items()
        for urn, found in by_resource(rule.judge(draft.stack, rule.defaults))
    }


def mended(resource: Resource) -> Resource:
    """A resource as all remedies leave it."""
    for _, changes in mend(resource, RULES, EVERYWHERE):
        resource = replace(resource, inputs={**resource.inputs, **changes})
    return resource


def in_stack(draft: Draft, resource: Resource) -> Draft:
    return Draft({**draft.resources, resource.name: resource})


def changes_of(resource: Resource) -> dict[str, Mapping[str, Any]]:
    return dict(mend(resource, RULES, EVERYWHERE))


def test_every_rule_with_a_remedy_is_tested_here() -> None:
    assert sorted({rule for rule, _, _ in BROKEN}) == WITH_REMEDY


@pytest.mark.parametrize(("rule", "name", "change"), BROKEN)
def test_a_remedy_makes_its_rule_hold_and_changes_nothing_else(
    rule: str, name: str, change: Mapping[str, Any]
) -> None:
    draft = STACK.with_(name, **change)
    broken = draft.resources[name]
    assert verdicts(draft)[rule, broken.urn] is Status.FAIL

    [(by, changes)] = changes_of(broken).items()
    after = in_stack(draft, mended(broken))

    assert by == rule
    before_and_after = verdicts(draft), verdicts(after)
    assert before_and_after[1][rule, broken.urn] is Status.PASS
    assert {
        key for key, verdict in before_and_after[0].items() if before_and_after[1][key] != verdict
    } == {(rule, broken.urn)}
    others = {key: value for key, value in broken.inputs.items() if key not in changes}
    assert {key: after.resources[name].inputs[key] for key in others} == others
    assert changes_of(after.resources[name]) == {}, "a second time, there is nothing to mend"


@pytest.mark.parametrize("name", sorted(STACK.resources))
def test_a_compliant_resource_is_left_alone(name: str) -> None:
    assert changes_of(STACK.resources[name]) == {}


@pytest.mark.parametrize(
    ("name", "spelling"),
    [
        ("process-logs", {"retentionInDays": "7"}),
        ("process", {"architectures": "arm64"}),
        ("notifications", {"contentBasedDeduplication": "true"}),
        ("notifications", {"sqsManagedSseEnabled": None, "kmsMasterKeyId": "alias/queues"}),
        ("notifications", {"sqsManagedSseEnabled": "true"}),
        ("stage", {"xrayTracingEnabled": "true"}),
        ("transactions", {"pointInTimeRecovery": {"enabled": "true"}}),
        ("replica", {"pointInTimeRecovery": "true"}),
        ("process-notifications", {"functionResponseTypes": "ReportBatchItemFailures"}),
        ("process-logs", {"retentionInDays": Secret(7)}),
    ],
)
def test_another_spelling_of_the_right_value_is_left_alone(
    name: str, spelling: Mapping[str, Any]
) -> None:
    assert changes_of(STACK.with_(name, **spelling).resources[name]) == {}


@pytest.mark.parametrize(
    ("name", "unknown"),
    [
        ("process-logs", {"retentionInDays": UNKNOWN}),
        ("process", {"architectures": [UNKNOWN]}),
        ("process", {"tracingConfig": {"mode": UNKNOWN}}),
        ("notifications", {"contentBasedDeduplication": Secret(UNKNOWN)}),
        ("notifications", {"fifoQueue": UNKNOWN, "contentBasedDeduplication": False}),
        ("notifications", {"sqsManagedSseEnabled": UNKNOWN}),
        ("notifications", {"sqsManagedSseEnabled": None, "kmsMasterKeyId": UNKNOWN}),
        ("stage", {"xrayTracingEnabled": UNKNOWN}),
        ("transactions", {"pointInTimeRecovery": {"enabled": UNKNOWN}}),
        ("transactions", {"replicas": [{"regionName": UNKNOWN, "pointInTimeRecovery": False}]}),
        ("replica", {"pointInTimeRecovery": UNKNOWN}),
        ("process-notifications", {"functionResponseTypes": UNKNOWN}),
    ],
)
def test_what_is_not_known_is_never_replaced(name: str, unknown: Mapping[str, Any]) -> None:
    assert changes_of(STACK.with_(name, **unknown).resources[name]) == {}


@pytest.mark.parametrize(
    "resource",
    [
        made(QUEUE, "standard", name="standard", sqsManagedSseEnabled=True),
        made(STAGE_V2, "http", name="dev"),
        made(MAPPING, "stream", eventSourceArn="arn:aws:kinesis:us-east-2:123456789012:stream/x"),
        made(MAPPING, "later-stream", eventSourceArn=UNKNOWN, startingPosition="LATEST"),
        made(MAPPING, "broker", selfManagedEventSource={"endpoints": {}}),
    ],
    ids=lambda resource: resource.name,
)
def test_what_the_rule_does_not_speak_of_is_left_alone(resource: Resource) -> None:
    assert changes_of(resource) == {}


def test_a_mapping_of_a_queue_that_does_not_exist_yet_is_mended() -> None:
    mapping = made(MAPPING, "later-queue", eventSourceArn=UNKNOWN, functionName="process")
    assert changes_of(mapping) == {
        "lambda-mapping-partial-failures": {"functionResponseTypes": ["ReportBatchItemFailures"]}
    }


def test_a_block_keeps_its_other_members() -> None:
    table = STACK.with_(
        "transactions",
        pointInTimeRecovery={"enabled": False, "recoveryPeriodInDays": 7},
        replicas=[{"regionName": "us-west-2", "propagateTags": True}],
    ).resources["transactions"]

    [changes] = changes_of(table).values()

    assert changes == {
        "pointInTimeRecovery": {"enabled": True, "recoveryPeriodInDays": 7},
        "replicas": [
            {"regionName": "us-west-2", "propagateTags": True, "pointInTimeRecovery": True}
        ],
    }


def test_a_member_in_snake_case_is_replaced_not_doubled() -> None:
    table = STACK.with_(
        "transactions", replicas=[{"region_name": "us-west-2", "point_in_time_recovery": False}]
    ).resources["transactions"]

    [changes] = changes_of(table).values()

    assert changes == {"replicas": [{"region_name": "us-west-2", "pointInTimeRecovery": True}]}


def test_the_configured_number_is_the_right_one() -> None:
    configuration = configure(
        RULES, {"logs-group-retention": {"enforcementLevel": "remediate", "retentionInDays": 30}}
    )
    group = STACK.resources["process-logs"]
    assert dict(mend(group, RULES, configuration)) == {
        "logs-group-retention": {"retentionInDays": 30}
    }


@pytest.mark.parametrize("level", ["mandatory", "advisory", "disabled"])
def test_another_level_changes_nothing(level: str) -> None:
    group = STACK.with_("process-logs", retentionInDays=14).resources["process-logs"]
    assert list(mend(group, RULES, configure(RULES, {"all": level}))) == []


@pytest.mark.parametrize("given_", [None, {"logs-group-retention": {"retentionInDays": 30}}])
def test_without_a_level_nothing_is_changed(given_: Any) -> None:
    group = STACK.with_("process-logs", retentionInDays=14).resources["process-logs"]
    assert list(mend(group, RULES, configure(RULES, given_))) == []


def test_one_resource_can_be_mended_by_several_rules() -> None:
    function = STACK.with_("process", architectures=["x86_64"], tracingConfig=None)
    assert changes_of(function.resources["process"]) == {
        "lambda-function-arm64": {"architectures": ["arm64"]},
        "lambda-function-tracing": {"tracingConfig": {"mode": "Active"}},
    }


def test_what_was_secret_stays_secret_and_is_not_shown() -> None:
    replicas = [
        {"regionName": "us-west-2", "kmsKeyArn": Secret("needle")},
        Secret({"regionName": "needle"}),
    ]
    table = STACK.with_(
        "transactions",
        pointInTimeRecovery=Secret({"enabled": False, "recoveryPeriodInDays": 11}),
        replicas=replicas,
    ).resources["transactions"]

    [(rule, changes)] = changes_of(table).items()
    shown = list(described(table, rule, changes))

    assert changes["pointInTimeRecovery"] == Secret({"enabled": True, "recoveryPeriodInDays": 11})
    assert changes["replicas"][0]["kmsKeyArn"] == Secret("needle")
    assert isinstance(changes["replicas"][1], Secret)
    assert "needle" not in repr(shown)
    assert "11" not in repr(shown)
    assert {each.path: each.before for each in shown} == {
        "pointInTimeRecovery": SECRET_TEXT,
        "replicas": '[{"kmsKeyArn": "[secret]", "regionName": "us-west-2"}, "[secret]"]',
    }
    on_the_wire = Struct()
    on_the_wire.update(to_wire(changes))
    assert from_wire(to_wire(changes)) == changes


def test_a_change_is_described_before_and_after() -> None:
    group = STACK.with_("process-logs", retentionInDays=None).resources["process-logs"]
    [described_change] = described(group, "logs-group-retention", {"retentionInDays": 7})
    assert described_change.path == "retentionInDays"
    assert (described_change.before, described_change.after) == ("not set", "7")
    assert described_change.urn == group.urn


PROPERTIES = st.sampled_from(
    [
        ("process-logs", "retentionInDays"),
        ("process", "architectures"),
        ("process", "tracingConfig"),
        ("notifications", "fifoQueue"),
        ("notifications", "contentBasedDeduplication"),
        ("notifications", "sqsManagedSseEnabled"),
        ("notifications", "kmsMasterKeyId"),
        ("stage", "xrayTracingEnabled"),
        ("transactions", "pointInTimeRecovery"),
        ("transactions", "replicas"),
        ("replica", "pointInTimeRecovery"),
        ("process-notifications", "eventSourceArn"),
        ("process-notifications", "functionResponseTypes"),
    ]
)
blocks = st.fixed_dictionaries(
    {}, optional={"enabled": anything, "mode": anything, "pointInTimeRecovery": anything}
)
BETTER = {
    Status.PASS: 0, Status.NOT_APPLICABLE: 0, Status.WAIVED: 0,
    Status.UNDECIDED: 1, Status.FAIL: 2,
}  # fmt: skip


@settings(deadline=None)
@given(st.lists(st.tuples(PROPERTIES, anything | blocks | st.lists(blocks)), max_size=4))
def test_whatever_is_there_is_mended_once_and_nothing_gets_worse(
    changes: list[tuple[tuple[str, str], Any]],
) -> None:
    draft = STACK
    for (name, property_), value in changes:
        draft = draft.with_(name, **{property_: value})
    after = Draft({name: mended(each) for name, each in draft.resources.items()})
    before, then = verdicts(draft), verdicts(after)
    for key, verdict in then.items():
        assert BETTER[verdict] <= BETTER[before[key]], key
    for name, resource in after.resources.items():
        assert changes_of(resource) == {}, name
        for property_, value in draft.resources[name].inputs.items():
            if has_unknown(value):
                assert resource.inputs[property_] is value
        Struct().update(
            {
                property_: to_wire(value)
                for property_, value in resource.inputs.items()
                if value is not draft.resources[name].inputs.get(property_)
            }
        )


def test_what_is_of_the_wrong_shape_is_replaced_whole() -> None:
    table = made(TABLE, "t", pointInTimeRecovery=[{"enabled": False}])
    assert changes_of(table) == {
        "dynamodb-table-point-in-time-recovery": {"pointInTimeRecovery": {"enabled": True}}
    }
