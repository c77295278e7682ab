"""What became of controls, resources and grants, and what else differs between two reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from compliance.difference import FieldChange, Reach, Turn
from compliance.difference.compare import compare
from compliance.evidence import Grant, RuleCard, WaiverFileEntry
from tests.compliance.difference.evidences import control, evidence, grant, resource, result

ORDERS = "arn:aws:sqs:us-east-1:1:orders"
SEND, ALL = grant("sqs:SendMessage", ORDERS), grant("sqs:*", ORDERS)
NARROW = grant("sqs:SendMessage", ORDERS, conditional=True)


def test_controls_that_changed_status_are_told_with_both_worst_first() -> None:
    base = evidence(controls=[control("1"), control("2"), control("3", "undecided"), control("4")])
    head = evidence(
        controls=[control("1"), control("2", "not_satisfied"), control("3"), control("5")]
    )
    assert [(each.id, each.before, each.after) for each in compare(base, head).controls] == [
        ("2", "satisfied", "not_satisfied"),
        ("3", "undecided", "satisfied"),
        ("5", None, "satisfied"),
        ("4", "satisfied", None),
    ]


def test_a_framework_of_one_side_is_said_once_and_not_control_by_control() -> None:
    base, head = evidence(controls=[control()]), evidence(controls=[control(version="5")])
    difference = compare(base, head)
    assert difference.controls == ()
    assert difference.basis.frameworks_gone == ("PCI 4",)
    assert difference.basis.frameworks_come == ("PCI 5",)
    assert not difference.basis.same_rules


def test_resources_came_went_and_changed() -> None:
    base = evidence(resources=[resource("a"), resource("b"), resource("c")])
    head = evidence(resources=[resource("a"), resource("b", digest="2" * 64), resource("d")])
    assert [(each.turn, each.shown.name) for each in compare(base, head).resources] == [
        (Turn.CAME, "d"), (Turn.WENT, "c"), (Turn.CHANGED, "b"),
    ]  # fmt: skip


def test_a_resource_that_waits_to_be_deleted_beside_its_successor_is_counted() -> None:
    old, new = resource("a"), resource("a", digest="2" * 64)
    difference = compare(evidence(resources=[old]), evidence(resources=[new, old]))
    assert [each.turn for each in difference.resources] == [Turn.CAME]


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ([SEND], [SEND], []),
        ([], [SEND], [(Reach.ADDED, "sqs:SendMessage", ())]),
        ([SEND], [], [(Reach.REMOVED, "sqs:SendMessage", ())]),
        (
            [SEND],
            [ALL],
            [
                (Reach.WIDENED, "sqs:*", (f"sqs:SendMessage on {ORDERS}",)),
                (Reach.REMOVED, "sqs:SendMessage", ()),
            ],
        ),
        (
            [ALL],
            [SEND],
            [
                (Reach.ADDED, "sqs:SendMessage", ()),
                (Reach.NARROWED, "sqs:*", (f"sqs:SendMessage on {ORDERS}",)),
            ],
        ),
        (
            [SEND],
            [SEND, grant("SQS:send*", "*")],
            [(Reach.WIDENED, "SQS:send*", (f"sqs:SendMessage on {ORDERS}",))],
        ),
        ([SEND], [SEND, grant("sns:*", "*")], [(Reach.ADDED, "sns:*", ())]),
        ([NARROW], [SEND], [(Reach.WIDENED, "sqs:SendMessage", ())]),
        ([SEND], [NARROW], [(Reach.NARROWED, "sqs:SendMessage", ())]),
        ([SEND], [SEND, NARROW], []),
        ([NARROW], [NARROW, replace(SEND, role="other")], [(Reach.WIDENED, "sqs:SendMessage", ())]),
        ([SEND], [replace(SEND, role="other", policy="other", action="SQS:sendmessage")], []),
    ],
)
def test_grants_are_told_by_what_they_allow_widened_access_first(
    before: Sequence[Grant],
    after: Sequence[Grant],
    changes: list[tuple[Reach, str, tuple[str, ...]]],
) -> None:
    found = compare(evidence(grants=before), evidence(grants=after)).grants
    assert [(each.reach, each.shown.action, each.covers) for each in found] == changes


def test_a_dot_in_a_pattern_is_a_dot() -> None:
    after = [grant("s3:GetObject", "arn:aws:s3:::a.b/*")]
    before = [grant("s3:GetObject", "arn:aws:s3:::axb/key")]
    reaches = {
        each.reach for each in compare(evidence(grants=before), evidence(grants=after)).grants
    }
    assert reaches == {Reach.ADDED, Reach.REMOVED}


def test_among_grants_alike_in_reach_the_more_harmful_access_comes_first() -> None:
    read = replace(grant("sqs:GetQueueAttributes", ORDERS), access=("Read",))
    manage = replace(grant("sqs:AddPermission", ORDERS), access=("Permissions management",))
    found = compare(evidence(), evidence(grants=[read, SEND, manage])).grants
    assert [each.shown.action for each in found] == [
        "sqs:AddPermission", "sqs:SendMessage", "sqs:GetQueueAttributes",
    ]  # fmt: skip


def test_a_principal_whose_grants_cannot_all_be_told_is_named() -> None:
    base = replace(evidence(), grants_incomplete=(SEND.principal,))
    assert compare(base, evidence()).grants_incomplete == ("aws:lambda/function:Function::send",)


def test_what_judged_differs_is_told_apart_from_the_program() -> None:
    base = evidence(result())
    pack = replace(
        base.pack, version="2", digest=f"sha256:{'9' * 64}",
        configuration={"sqs-queue-fifo": {"level": "advisory"}, "sqs-queue-encrypted": {}},
    )  # fmt: skip
    rules = (RuleCard("sqs-queue-encrypted", "Encrypted", "why"),)
    head = replace(base, pack=pack, rules=rules)
    basis = compare(base, head).basis
    assert [each.field for each in basis.pack] == ["version", "digest"]
    assert basis.configuration == (
        FieldChange("sqs-queue-fifo", '{"level": "mandatory"}', '{"level": "advisory"}'),
    )
    assert (basis.rules_gone, basis.rules_come) == (("sqs-queue-fifo",), ("sqs-queue-encrypted",))
    assert compare(head, base).basis.configuration == (
        FieldChange("sqs-queue-fifo", '{"level": "advisory"}', '{"level": "mandatory"}'),
    )
    assert not basis.same_rules
    assert basis.subject == ()


def test_another_subject_is_no_change_of_the_rules() -> None:
    base = evidence(result())
    head = replace(
        evidence(result(), project="store", engine="state", as_of="2026-12-24"),
        waiver_file=WaiverFileEntry("compliance/waivers.yaml", f"sha256:{'3' * 64}"),
    )
    basis = compare(base, head).basis
    assert basis.same_rules
    assert [each.field for each in basis.subject] == [
        "project", "engine", "as_of", "waivers",
    ]  # fmt: skip
