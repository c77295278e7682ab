"""From Checkov's report to results: what passed, what failed, what nobody could tell."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.checkov.agreement import Theme, agreement, themes
from compliance.checkov.environment import CheckovError
from compliance.checkov.opinion import opinion
from compliance.checkov.report import Checked, checked, version_in
from compliance.evidence import Result
from compliance.terraform.plan import Plan

URN = "urn:pulumi:dev::shop::aws:sqs/queue:Queue::orders"
ADDRESS = "aws_sqs_queue.orders"
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["results", "failed_checks", "check_id", "summary", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


def said(check: str = "CKV_ACME_27", *, passed: bool = True, keys: tuple[str, ...] = ("x",)) -> Any:
    return Checked(check, "Queues are encrypted", "shop", ADDRESS, passed, keys, "", "")


def result(found: Checked, *, hidden: tuple[str, ...] = (), referred: tuple[str, ...] = ()) -> Any:
    plan = Plan({}, {ADDRESS: URN}, {URN: hidden}, {URN: frozenset(referred)})
    [made] = opinion([found], {"shop": plan}, frozenset({"CKV_ACME_1"}), "3").results
    return made


def test_passed_and_failed() -> None:
    assert result(said()).status == "pass"
    assert result(said(passed=False)).status == "fail"
    assert result(said()).level == "advisory"
    assert result(said("CKV_ACME_1")).level == "mandatory"
    assert result(said()).tool == "checkov"


@pytest.mark.parametrize(
    ("keys", "hidden", "referred", "status"),
    [
        (("policy",), ("policy",), (), "undecided"),
        # What is in it, or what it is in, is the same doubt.
        (("block/name",), ("block",), (), "undecided"),
        (("block",), ("block/name",), (), "undecided"),
        (("blocked",), ("block",), (), "pass"),
        # Who does not tell what was looked at may have looked at anything.
        ((), ("policy",), (), "undecided"),
        # A reference is a key that will be there; a document that refers may say anything.
        (("kms_key_id",), ("kms_key_id",), ("kms_key_id",), "pass"),
        (("kms_key_id",), ("kms_key_id",), (), "undecided"),
        (("policy",), ("policy",), ("policy",), "undecided"),
    ],
)
def test_what_is_not_known_decides_nothing(
    keys: tuple[str, ...], hidden: tuple[str, ...], referred: tuple[str, ...], status: str
) -> None:
    for passed in (True, False):
        made = result(said(passed=passed, keys=keys), hidden=hidden, referred=referred)
        assert made.status == ("fail" if status == "pass" and not passed else status)


def test_a_check_reads_what_its_source_says_too() -> None:
    rotation = said("CKV_AWS_7", keys=("enable_key_rotation",))
    assert result(rotation, hidden=("customer_master_key_spec",)).status == "undecided"
    assert result(rotation, hidden=("description",)).status == "pass"


def test_the_provider_is_no_resource() -> None:
    found = Checked(
        "CKV_AWS_41",
        "No keys",
        "shop",
        "aws.default",
        passed=True,
        keys=(),
        severity="",
        guideline="",
    )
    assert opinion([found], {"shop": Plan({}, {ADDRESS: URN})}, frozenset(), "3").results == ()


def test_the_report_of_checkov() -> None:
    one = {
        "check_id": "CKV_AWS_28",
        "check_name": "Recovery",
        "check_result": {"result": "FAILED", "evaluated_keys": ["recovery/[0]/enabled", ""]},
        "file_path": "/shop.json",
        "resource": ADDRESS,
        "resource_address": ADDRESS,
        "severity": None,
        "guideline": None,
    }
    part = {"results": {"failed_checks": [one]}, "summary": {"checkov_version": "3.3.30"}}
    wanted = Checked(
        "CKV_AWS_28",
        "Recovery",
        "shop",
        ADDRESS,
        passed=False,
        keys=("recovery/enabled",),
        severity="",
        guideline="",
    )
    assert checked(part) == checked([part]) == (wanted,)
    assert version_in(part) == "3.3.30"
    # What it writes where there was nothing to judge.
    assert checked({"passed": 0, "failed": 0, "checkov_version": "3.3.30"}) == ()


def test_a_plan_that_checkov_cannot_read_is_no_pass() -> None:
    with pytest.raises(CheckovError, match="could not read"):
        checked({"results": {"parsing_errors": ["/shop.json"]}})


@given(json_values)
def test_any_report_is_read_or_refused(report: Any) -> None:
    for read in (checked, version_in):
        with contextlib.suppress(CheckovError):
            read(report)


def verdict(rule: str, status: str) -> Result:
    return Result("id", rule, "advisory", URN, status, "low", "", "", "", None)


@pytest.mark.parametrize(
    ("ours", "theirs", "verdict_", "reading"),
    [
        ("pass", "pass", "agree", ""),
        ("fail", "fail", "agree", ""),
        # A waived fault is one that was found.
        ("waived", "fail", "agree", ""),
        ("fail", "pass", "differ", "the pack knows more"),
        ("pass", "waived", "differ", ""),
        ("undecided", "pass", "open", ""),
        ("fail", "undecided", "open", ""),
    ],
)
def test_agreement(ours: str, theirs: str, verdict_: str, reading: str) -> None:
    theme = Theme("recovery", "rule", ("CKV_AWS_28", "CKV_AWS_29"), "the pack knows more")
    results = ([verdict("rule", ours)], [verdict("CKV_AWS_28", theirs)])
    [entry] = agreement(*results, [theme])
    assert (entry.verdict, entry.reading) == (verdict_, reading)
    assert entry.checks == ("CKV_AWS_28",)


def test_who_gave_no_verdict_does_not_differ() -> None:
    theme = Theme("recovery", "rule", ("CKV_AWS_28",))
    assert agreement([verdict("rule", "fail")], [], [theme]) == ()
    assert agreement([verdict("rule", "not_applicable")], [verdict("CKV_AWS_28", "fail")]) == ()


def test_every_theme_speaks_of_rules_and_checks() -> None:
    from payment_guardrails.rules import registered

    for theme in themes():
        assert theme.rule in registered()
        assert theme.checks
        for reading in (theme.pack_fails, theme.checkov_fails):
            assert not reading or reading.strip().endswith(".")
