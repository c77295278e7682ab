"""Queues: reached with TLS only, by their own policy or by a QueuePolicy."""

from __future__ import annotations

import json
from typing import Any

import pytest
from payment_guardrails.finding import Status
from payment_guardrails.values import UNKNOWN

from tests.policypack.services.compliant import (
    FAIL,
    PASS,
    QUEUE,
    QUEUE_POLICY,
    UNDECIDED,
    Draft,
    allow,
    arn,
    compliant,
    document,
    message,
    tls_only,
    url,
    verdict,
)

TLS = "sqs-queue-tls-only"
NAME = "notifications.fifo"


def with_statement(**changes: Any) -> Draft:
    return compliant().with_("notifications", policy=tls_only(NAME, **changes))


def plain(draft: Draft | None = None) -> Draft:
    """The stack in which the queue has no policy of its own."""
    return (draft or compliant()).with_("notifications", policy=None)


def judged(draft: Draft) -> Status:
    return verdict(TLS, draft, "notifications")


@pytest.mark.parametrize("policy", [None, ""])
def test_a_queue_without_a_policy_takes_plain_requests(policy: Any) -> None:
    assert judged(compliant().with_("notifications", policy=policy)) is FAIL


@pytest.mark.parametrize(
    ("effect", "expected"),
    [("Deny", PASS), ("deny", PASS), ("Allow", FAIL), (None, UNDECIDED), (7, UNDECIDED)],
)
def test_the_effect_is_deny(effect: Any, expected: Status) -> None:
    assert judged(with_statement(Effect=effect)) is expected


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        ("*", PASS),
        ({"AWS": "*"}, PASS),
        ({"aws": ["123456789012", "*"]}, PASS),
        ({"*": "*"}, PASS),
        ({"AWS": "arn:aws:iam::123456789012:root"}, FAIL),
        ({"Service": "*"}, FAIL),
        ({"AWS": ["123456789012"]}, FAIL),
        ({"AWS": ""}, FAIL),
        # get_policy_document leaves out what it does not know.
        (None, UNDECIDED),
        ({"AWS": [None]}, UNDECIDED),
    ],
)
def test_everybody_is_denied(principal: Any, expected: Status) -> None:
    assert judged(with_statement(Principal=principal)) is expected


def test_everybody_but_some_is_not_everybody() -> None:
    exempting = {"NotPrincipal": {"AWS": "arn:aws:iam::123456789012:root"}, "Principal": None}
    assert judged(with_statement(**exempting)) is FAIL


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("sqs:*", PASS),
        ("SQS:*", PASS),
        ("sqs:**", PASS),
        ("*", PASS),
        (["sqs:SendMessage", "sqs:*"], PASS),
        ("sqs:SendMessage", FAIL),
        (["sqs:Send*", "sqs:Receive*"], FAIL),
        ("sns:*", FAIL),
        ([None], UNDECIDED),
    ],
)
def test_every_action_is_denied(action: Any, expected: Status) -> None:
    assert judged(with_statement(Action=action)) is expected


def test_what_is_not_named_is_not_every_action() -> None:
    assert judged(with_statement(Action=None, NotAction="sqs:SendMessage")) is FAIL


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (arn(QUEUE, NAME), PASS),
        ("*", PASS),
        (arn(QUEUE, "notif*"), PASS),
        ("arn:aws:sqs:*:*:notifications.fif?", PASS),
        ([arn(QUEUE, "other"), arn(QUEUE, NAME)], PASS),
        (arn(QUEUE, "notifications-dead.fifo"), FAIL),
        (arn(QUEUE, "other*"), FAIL),
        ("", FAIL),
        (arn(QUEUE, NAME).replace("us-east-2", "us-east-1"), FAIL),
        # get_policy_document leaves out what it does not know.
        (None, UNDECIDED),
        ([None], UNDECIDED),
    ],
)
def test_the_denial_is_on_this_queue(resource: Any, expected: Status) -> None:
    assert judged(with_statement(Resource=resource)) is expected


@pytest.mark.parametrize("name", ["another", "other"])
def test_a_denial_on_another_queue_of_the_stack_is_none_here(name: str) -> None:
    denied = with_statement(Resource=arn(QUEUE, f"{name}.fifo"))
    draft = denied.add(QUEUE, name, name=f"{name}.fifo")
    assert judged(draft.at_preview()) is FAIL


def test_what_is_denied_elsewhere_is_not_denied_here() -> None:
    assert judged(with_statement(Resource=None, NotResource=arn(QUEUE, "other"))) is FAIL


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (arn(QUEUE, NAME), PASS),
        (arn(QUEUE, "other.fifo"), FAIL),
        # Whether the account is this one is not known before the queue is made.
        (arn(QUEUE, "notifications*"), UNDECIDED),
    ],
)
def test_a_first_preview_knows_the_queue_by_its_name(resource: Any, expected: Status) -> None:
    assert judged(with_statement(Resource=resource).at_preview()) is expected


def test_an_arn_may_be_that_of_a_queue_whose_name_is_not_known() -> None:
    changed = compliant().with_("notifications", name=UNKNOWN)
    assert judged(changed) is UNDECIDED


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"Bool": {"aws:SecureTransport": "false"}}, PASS),
        ({"Bool": {"aws:SecureTransport": False}}, PASS),
        ({"bool": {"AWS:securetransport": ["false"]}}, PASS),
        ({"BoolIfExists": {"aws:SecureTransport": "false"}}, PASS),
        # Whoever comes is denied.
        (None, PASS),
        ({"Bool": {"aws:SecureTransport": "true"}}, FAIL),
        ({"Bool": {"aws:MultiFactorAuthPresent": "false"}}, FAIL),
        ({"StringEquals": {"aws:SecureTransport": "false"}}, FAIL),
        # Only those of one network, or of one key more, are denied.
        (
            {
                "Bool": {"aws:SecureTransport": "false"},
                "IpAddress": {"aws:SourceIp": "10.0.0.0/8"},
            },
            FAIL,
        ),
        ({"Bool": {"aws:SecureTransport": "false", "aws:ViaAWSService": "false"}}, FAIL),
        ({"Bool": {"aws:SecureTransport": []}}, UNDECIDED),
        ({"Bool": {"aws:SecureTransport": "no"}}, UNDECIDED),
        ({"Bool": None}, UNDECIDED),
        ("false", UNDECIDED),
    ],
)
def test_the_denial_is_of_requests_without_tls(condition: Any, expected: Status) -> None:
    assert judged(with_statement(Condition=condition)) is expected


def test_one_of_several_statements_is_enough() -> None:
    denial = json.loads(tls_only(NAME))["Statement"][0]
    granting = {**allow("sqs:SendMessage", arn(QUEUE, NAME)), "Principal": {"AWS": "210987654321"}}
    policy = document(granting, denial)
    assert judged(compliant().with_("notifications", policy=policy)) is PASS
    assert judged(compliant().with_("notifications", policy=json.loads(policy))) is PASS


@pytest.mark.parametrize("policy", [UNKNOWN, "{", 7, ["sqs:*"]])
def test_a_policy_that_cannot_be_read_may_deny(policy: Any) -> None:
    assert judged(compliant().with_("notifications", policy=policy)) is UNDECIDED


def test_a_queue_policy_of_its_own_denies_too() -> None:
    draft = plain().add(QUEUE_POLICY, "policy", queueUrl=url(NAME), policy=tls_only(NAME))
    assert judged(draft) is PASS
    linked = draft.with_("policy", queueUrl=UNKNOWN).linked("policy", "queueUrl", "notifications")
    assert judged(linked) is PASS


def test_a_queue_policy_of_another_queue_denies_nothing_here() -> None:
    draft = plain().add(QUEUE_POLICY, "policy", queueUrl=url("other"), policy=tls_only(NAME))
    assert judged(draft) is FAIL


def test_of_two_policies_either_may_stand() -> None:
    granting = {**allow("sqs:SendMessage", arn(QUEUE, NAME)), "Principal": {"AWS": "210987654321"}}
    draft = compliant().add(QUEUE_POLICY, "policy", queueUrl=url(NAME), policy=document(granting))
    assert judged(draft) is FAIL
    assert judged(draft.with_("policy", policy=tls_only(NAME))) is PASS
    assert judged(draft.with_("policy", policy=UNKNOWN)) is UNDECIDED


def test_a_queue_policy_of_an_unknown_queue_may_be_of_this_one() -> None:
    policy = {"queueUrl": UNKNOWN, "policy": tls_only(NAME)}
    assert judged(plain().add(QUEUE_POLICY, "policy", **policy)) is UNDECIDED
    assert judged(compliant().add(QUEUE_POLICY, "policy", **policy)) is UNDECIDED
    two = plain().add(QUEUE_POLICY, "policy", **policy)
    two = two.linked("policy", "queueUrl", "notifications", "notifications-dead")
    assert judged(two) is UNDECIDED


def test_an_unknown_resource_is_the_queue_that_it_was_made_from() -> None:
    statement = {**json.loads(tls_only(NAME))["Statement"][0], "Resource": UNKNOWN}
    policy = {"Statement": [statement]}
    draft = plain().add(QUEUE_POLICY, "policy", queueUrl=url(NAME), policy=policy)
    assert judged(draft) is UNDECIDED
    assert judged(draft.linked("policy", "policy", "notifications")) is PASS
    assert judged(draft.linked("policy", "policy", "notifications-dead")) is UNDECIDED


def test_the_message_says_what_is_wanted() -> None:
    assert "it has no policy" in message(TLS, plain(), "notifications")
    assert "aws:SecureTransport" in message(TLS, plain(), "notifications")
    lax = with_statement(Action="sqs:SendMessage")
    assert "lets requests without TLS through" in message(TLS, lax, "notifications")
