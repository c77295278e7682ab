"""What became of a finding, by hand: every way from one report to the next."""

from __future__ import annotations

from dataclasses import replace

import pytest

from compliance.difference import FindingChange, Section
from compliance.difference.compare import compare
from compliance.difference.verdict import FailOn, fails
from compliance.evidence import Result
from tests.compliance.difference.evidences import evidence, resource, result, waiver

FAIL, UNDECIDED, WAIVED, PASS = (
    result(status=status) for status in ("fail", "undecided", "waived", "pass")
)
ADVISORY = result(level="advisory")


def change(before: Result | None, after: Result | None) -> FindingChange:
    both = evidence(*filter(None, (before,))), evidence(*filter(None, (after,)))
    [only] = compare(*both).findings
    return only


@pytest.mark.parametrize(
    ("before", "after", "section", "stops"),
    [
        (None, FAIL, Section.NEW, True),
        (None, UNDECIDED, Section.NEW, True),
        (None, ADVISORY, Section.NEW, False),
        (PASS, FAIL, Section.NEW, True),
        (None, WAIVED, Section.WAIVED, False),
        (FAIL, WAIVED, Section.WAIVED, False),
        (WAIVED, FAIL, Section.BACK, True),
        (WAIVED, ADVISORY, Section.BACK, False),
        (FAIL, FAIL, Section.UNCHANGED, False),
        (WAIVED, WAIVED, Section.UNCHANGED, False),
        (FAIL, UNDECIDED, Section.CHANGED, False),
        (UNDECIDED, FAIL, Section.CHANGED, False),
        (ADVISORY, FAIL, Section.CHANGED, True),
        (FAIL, ADVISORY, Section.CHANGED, False),
        (FAIL, PASS, Section.FIXED, False),
        (UNDECIDED, None, Section.FIXED, False),
        (WAIVED, None, Section.FIXED, False),
    ],
)
def test_each_way_has_its_section_and_only_news_stop_a_pipeline(
    before: Result | None, after: Result | None, section: Section, stops: bool
) -> None:
    assert change(before, after).section is section
    difference = compare(evidence(*filter(None, (before,))), evidence(*filter(None, (after,))))
    assert fails(difference, FailOn.NEW) is stops
    open_now = after in (FAIL, UNDECIDED)
    assert fails(difference, FailOn.ANY) is open_now
    assert not fails(difference, FailOn.NEVER)


def test_a_waiver_that_ends_later_is_a_change() -> None:
    longer = replace(WAIVED, waiver=waiver("2027-02-01"))
    assert change(WAIVED, longer).section is Section.CHANGED


def test_what_a_rule_could_not_decide_and_now_fails_is_one_finding_though_the_id_is_another() -> (
    None
):
    before = result(status="undecided", detail="")
    after = result(status="fail", detail="Allow sqs:* on *")
    assert before.id != after.id
    assert change(before, after).section is Section.CHANGED
    assert change(after, before).section is Section.CHANGED


def test_only_as_many_failures_as_were_undecided_are_no_news() -> None:
    base = evidence(result(status="undecided"))
    head = evidence(result(detail="a"), result(detail="b"), result("jobs", detail="c"))
    difference = compare(base, head)
    assert [each.section for each in difference.findings] == [
        Section.NEW, Section.NEW, Section.CHANGED,
    ]  # fmt: skip
    assert fails(difference, FailOn.NEW)


def test_another_fault_of_the_same_resource_is_new() -> None:
    difference = compare(evidence(result(detail="a")), evidence(result(detail="b")))
    assert [each.section for each in difference.findings] == [Section.NEW, Section.FIXED]


def test_the_same_stack_under_another_name_has_the_same_findings() -> None:
    base = evidence(result(), result("jobs", detail=" at all"), stack="dev")
    head = evidence(
        result(stack="prod"), result("jobs", detail=" at all", stack="prod"), stack="prod"
    )
    difference = compare(base, head)
    assert {each.section for each in difference.findings} == {Section.UNCHANGED}
    assert difference.resources == ()
    assert [(each.field, each.before, each.after) for each in difference.basis.subject] == [
        ("stack", "dev", "prod")
    ]


def test_across_stacks_a_finding_without_detail_is_known_whatever_it_says() -> None:
    base = evidence(result(message="orders-dev is no FIFO queue"))
    head = evidence(
        result(stack="prod", message="orders-prod is no FIFO queue"),
        result(stack="prod", detail="x", message="orders-prod is open"),
        stack="prod",
    )
    assert {each.shown.message: each.section for each in compare(base, head).findings} == {
        "orders-prod is no FIFO queue": Section.UNCHANGED,
        "orders-prod is open": Section.NEW,
    }


def test_stacks_that_are_judged_at_once_do_not_hide_each_other() -> None:
    both = "2 stacks (dev, prod)"
    base = evidence(result(), result(stack="prod", status="pass"), stack=both)
    head = evidence(result(status="pass"), result(stack="prod"), stack=both)
    assert [each.section for each in compare(base, head).findings] == [Section.NEW, Section.FIXED]


def test_a_resource_under_another_name_is_new_and_fixed_and_both_say_so() -> None:
    before, after = result("orders"), result("purchases")
    new, fixed = compare(evidence(before), evidence(after)).findings
    assert (new.section, fixed.section) == (Section.NEW, Section.FIXED)
    assert (new.renamed, fixed.renamed) == (before.resource, after.resource)


@pytest.mark.parametrize(
    "other",
    [
        result("purchases", message="another message"),
        result("purchases", rule="another-rule"),
        replace(result(), resource="urn:pulumi:dev::shop::aws:sns/topic:Topic::purchases"),
    ],
)
def test_what_differs_in_more_than_the_name_is_not_taken_for_a_renamed_one(other: Result) -> None:
    assert {each.renamed for each in compare(evidence(result()), evidence(other)).findings} == {""}


@pytest.mark.parametrize(
    ("before", "after"),
    [(["orders", "jobs"], ["orders", "jobs"]), (["orders", "jobs"], ["jobs"]),
     (["orders"], ["orders", "jobs"])],
)  # fmt: skip
def test_a_resource_that_stays_is_not_taken_for_a_renamed_one(
    before: list[str], after: list[str]
) -> None:
    base = evidence(result("orders"), resources=[resource(name) for name in before])
    head = evidence(result("jobs"), resources=[resource(name) for name in after])
    assert {each.renamed for each in compare(base, head).findings} == {""}


def test_a_component_around_a_resource_is_another_name_of_it() -> None:
    before = result("orders")
    inside = "urn:pulumi:dev::shop::acme:index:Shop$aws:sqs/queue:Queue::orders"
    after = replace(before, resource=inside, id="sqs-queue-fifo:inside")
    new, fixed = compare(evidence(before), evidence(after)).findings
    assert new.renamed == before.resource
    assert fixed.renamed == inside


def test_the_worst_news_come_first() -> None:
    head = evidence(
        result("a", severity="low"), result("b", level="advisory", severity="critical"),
        result("c", severity="critical"), result("d"),
    )  # fmt: skip
    names = [each.shown.resource for each in compare(evidence(result("d")), head).findings]
    assert [(name or "").rpartition("::")[2] for name in names] == ["c", "a", "b", "d"]


def test_a_finding_has_the_place_in_the_program_of_its_own_side() -> None:
    base = evidence(result("gone"), folder="infra")
    head = evidence(result("come"))
    assert [each.location for each in compare(base, head).findings] == [
        "__main__.py:7", "infra/__main__.py:7",
    ]  # fmt: skip
