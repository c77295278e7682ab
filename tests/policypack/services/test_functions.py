"""Functions: tracing, architecture, reserved concurrency."""

from __future__ import annotations

from typing import Any

import pytest
from payment_guardrails.finding import Status
from payment_guardrails.values import UNKNOWN, Unknown

from tests.policypack.services.compliant import (
    ATTACHMENT,
    FAIL,
    PASS,
    POLICY,
    QUEUE,
    ROLE_POLICY,
    TRACES,
    UNDECIDED,
    Draft,
    allow,
    arn,
    compliant,
    document,
    message,
    verdict,
)

TRACING = "lambda-function-tracing"
ARM64 = "lambda-function-arm64"
RESERVED = "lambda-function-reserved-concurrency"


def tracing(draft: Draft) -> Status:
    return verdict(TRACING, draft, "process")


@pytest.mark.parametrize(
    ("configuration", "expected"),
    [
        ({"mode": "Active"}, PASS),
        ({"mode": "PassThrough"}, FAIL),
        ({"mode": "active"}, FAIL),
        ({}, FAIL),
        (None, FAIL),
        (UNKNOWN, UNDECIDED),
        ({"mode": UNKNOWN}, UNDECIDED),
        ("Active", UNDECIDED),
    ],
)
def test_the_mode_is_active(configuration: Any, expected: Status) -> None:
    assert tracing(compliant().with_("process", tracingConfig=configuration)) is expected


def without_grant() -> Draft:
    return compliant().without("process-policy", "process-attachment")


def test_tracing_without_the_grant_fails() -> None:
    assert tracing(without_grant()) is FAIL
    said = message(TRACING, without_grant(), "process")
    assert "xray:PutTraceSegments" in said
    assert "process-role" in said


def test_a_policy_that_is_not_attached_grants_nothing() -> None:
    assert tracing(compliant().without("process-attachment")) is FAIL


@pytest.mark.parametrize("type_", ["inline", "role policy", "customer policy"])
@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([allow(TRACES)], PASS),
        ([allow("xray:Put*")], PASS),
        ([allow(TRACES[0]), allow(TRACES[1])], PASS),
        ([allow(TRACES[0])], FAIL),
        ([allow(TRACES, arn(QUEUE, "notifications.fifo"))], FAIL),
        ([allow(TRACES, "")], FAIL),
        ([allow(TRACES), {**allow("xray:*"), "Effect": "Deny"}], FAIL),
        ([{**allow(TRACES), "Effect": "Deny"}], FAIL),
        ([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}], PASS),
        ([{**allow(TRACES), "Condition": {"Bool": {"aws:ViaAWSService": "true"}}}], UNDECIDED),
        ([{"Effect": "Allow", "Action": TRACES}], UNDECIDED),
    ],
)
def test_the_grant_through_every_kind_of_policy(
    type_: str, statements: list[Any], expected: Status
) -> None:
    policy = document(*statements)
    changed = without_grant()
    if type_ == "inline":
        inline = [{"name": "own", "policy": policy}]
        changed = changed.with_("process-role", inlinePolicies=inline)
    elif type_ == "role policy":
        changed = changed.add(ROLE_POLICY, "own", role="process-role", policy=policy)
    else:
        changed = compliant().with_("process-policy", policy=policy)
    assert tracing(changed) is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("AWSXRayDaemonWriteAccess", PASS),
        ("AWSXrayWriteOnlyAccess", PASS),
        ("service-role/AWSLambdaBasicExecutionRole", FAIL),
        ("AWSXRayNobodyKnows", UNDECIDED),
    ],
)
def test_policies_that_aws_manages(name: str, expected: Status) -> None:
    managed = f"arn:aws:iam::aws:policy/{name}"
    attached = without_grant().add(ATTACHMENT, "xray", role="process-role", policyArn=managed)
    assert tracing(attached) is expected
    on_role = without_grant().with_("process-role", managedPolicyArns=[managed])
    assert tracing(on_role) is expected


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("process-role", PASS),
        (UNKNOWN, UNDECIDED),
        ("arn:aws:iam::123456789012:role/elsewhere", UNDECIDED),
        (None, FAIL),
    ],
)
def test_the_role_must_be_one_of_the_stack(role: Any, expected: Status) -> None:
    assert tracing(compliant().with_("process", role=role)) is expected


def test_the_message_says_why_the_role_cannot_be_read() -> None:
    changed = compliant().with_("process", role=Unknown("is an encrypted secret"))
    assert message(TRACING, changed, "process").startswith("role is an encrypted secret; ")


def test_unknown_links_are_followed_by_their_dependencies() -> None:
    changed = (
        compliant()
        .with_("process", role=UNKNOWN)
        .with_("process-attachment", role=UNKNOWN, policyArn=UNKNOWN)
        .linked("process", "role", "process-role")
    )
    assert tracing(changed) is UNDECIDED
    linked = changed.linked("process-attachment", "role", "process-role")
    assert tracing(linked) is UNDECIDED
    assert tracing(linked.linked("process-attachment", "policyArn", "process-policy")) is PASS


def test_an_unknown_document_may_grant_or_deny() -> None:
    assert tracing(compliant().with_("process-policy", policy=UNKNOWN)) is UNDECIDED
    other = compliant().add(ROLE_POLICY, "other", role="process-role", policy=UNKNOWN)
    assert tracing(other) is UNDECIDED


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (document(allow(TRACES)), PASS),
        (document(allow("*")), PASS),
        (document(allow("sqs:*")), FAIL),
        (UNKNOWN, UNDECIDED),
    ],
)
def test_a_permissions_boundary_limits_the_grant(policy: Any, expected: Status) -> None:
    changed = (
        compliant()
        .add(POLICY, "boundary", name="boundary", policy=policy)
        .with_("process-role", permissionsBoundary=arn(POLICY, "boundary"))
    )
    assert tracing(changed) is expected


def test_boundaries_that_aws_manages_or_that_are_elsewhere() -> None:
    prefix = "arn:aws:iam::aws:policy/"
    for boundary, expected in (
        (f"{prefix}AdministratorAccess", PASS),
        (f"{prefix}ReadOnlyAccess", FAIL),
        (f"{prefix}Unheard", UNDECIDED),
        (arn(POLICY, "elsewhere"), UNDECIDED),
    ):
        changed = compliant().with_("process-role", permissionsBoundary=boundary)
        assert tracing(changed) is expected


@pytest.mark.parametrize(
    ("architectures", "expected"),
    [
        (["arm64"], PASS),
        ("arm64", PASS),
        (["x86_64"], FAIL),
        (["ARM64"], FAIL),
        (["arm64", "x86_64"], FAIL),
        (["amd64", UNKNOWN], FAIL),
        (["x86_64", UNKNOWN], FAIL),
        ([UNKNOWN, "x86_64"], FAIL),
        ([], FAIL),
        (None, FAIL),
        ([UNKNOWN], UNDECIDED),
        (UNKNOWN, UNDECIDED),
        ([64], UNDECIDED),
    ],
)
def test_the_architecture_is_arm64(architectures: Any, expected: Status) -> None:
    changed = compliant().with_("process", architectures=architectures)
    assert verdict(ARM64, changed, "process") is expected


def test_the_architecture_that_is_not_set_is_called_what_it_is() -> None:
    assert "x86_64" in message(ARM64, compliant().with_("process", architectures=None), "process")


@pytest.mark.parametrize(
    ("reserved", "expected"),
    [
        (1, PASS),
        (50.0, PASS),
        ("50", PASS),
        (0, FAIL),
        (-1, FAIL),
        ("-1", FAIL),
        (None, FAIL),
        (UNKNOWN, UNDECIDED),
        ("all", UNDECIDED),
        (True, UNDECIDED),
    ],
)
def test_reserved_concurrency_is_set_and_positive(reserved: Any, expected: Status) -> None:
    changed = compliant().with_("process", reservedConcurrentExecutions=reserved)
    assert verdict(RESERVED, changed, "process") is expected


def test_the_meaning_of_special_numbers_is_said() -> None:
    for reserved, words in ((-1, "unreserved"), (0, "stopped"), (None, "not set")):
        changed = compliant().with_("process", reservedConcurrentExecutions=reserved)
        assert words in message(RESERVED, changed, "process")
