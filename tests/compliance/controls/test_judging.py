"""A control's status from the results of its rules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.controls import Control, Framework, judge_controls
from compliance.evidence import Result

STATUSES = ("pass", "fail", "undecided", "waived", "not_applicable")


def result(rule: str, status: str, urn: str | None = "urn:x") -> Result:
    return Result("id", rule, "mandatory", urn, status, "high", "", "", "", None)


def framework(*rules: str) -> Framework:
    tested = Control("1", "t", "partial", "A", rules, "what is not shown", "")
    manual = Control("2", "t", "manual", "C", (), "", "what a person brings")
    return Framework("X", "1", "s", (tested, manual))


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        (["pass", "pass"], "satisfied"), (["pass", "fail"], "not_satisfied"),
        (["undecided", "fail"], "not_satisfied"), (["undecided", "waived"], "undecided"),
        (["waived", "pass"], "waived"), (["pass", "not_applicable"], "not_tested"),
        (["pass", None], "not_tested"), (["fail", None], "not_satisfied"),
        (["undecided", None], "undecided"), (["waived", None], "waived"),
        ([None, None], "not_tested"),
    ],
)  # fmt: skip
def test_a_controls_status_is_the_first_that_applies(
    statuses: list[str | None], expected: str
) -> None:
    results = [
        result(rule, status)
        for rule, status in zip("ab", statuses, strict=True)
        if status is not None
    ]
    one, two = judge_controls([framework("a", "b")], results)
    assert one.status == expected
    assert two.status == "manual"


def test_a_judged_control_tells_all_that_a_report_needs() -> None:
    results = [
        result("a", "pass", "urn:2"), result("a", "fail", "urn:1"), result("b", "pass", None),
        result("b", "not_applicable", "urn:3"), result("other", "fail", "urn:4"),
    ]  # fmt: skip
    one, two = judge_controls([framework("a", "b")], results)
    assert (one.framework, one.version, one.id, one.kind, one.basis) == (
        "X",
        "1",
        "1",
        "partial",
        "A",
    )
    assert (one.rules, one.note, one.evidence_wanted) == (("a", "b"), "what is not shown", "")
    assert one.resources == ("urn:1", "urn:2"), "those with a verdict, once each, in order"
    assert (two.rules, two.resources, two.evidence_wanted) == ((), (), "what a person brings")


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(STATUSES))))
def test_a_control_is_satisfied_only_where_every_rule_of_it_passed_somewhere(
    found: list[tuple[str, str]],
) -> None:
    one, _ = judge_controls([framework("a", "b")], [result(*each) for each in found])
    mine = [status for rule, status in found if rule in "ab"]
    assert (one.status == "not_satisfied") is ("fail" in mine)
    if one.status == "satisfied":
        assert {("a", "pass"), ("b", "pass")} <= set(found)
        assert set(mine) <= {"pass", "not_applicable"}
    worse = judge_controls(
        [framework("a", "b")], [*(result(*each) for each in found), result("a", "fail")]
    )
    assert worse[0].status == "not_satisfied"
