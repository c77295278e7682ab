"""From Checkov's report to results: what passed, what failed, what nobody could tell."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.checkov.agreement import Theme, agreement, themes
from compliance.checkov.environment import CheckovError
from compliance.checkov.opinion import opinion
from compliance.checkov.report import Checked, Outcome, checked, version_in
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
ENTRY = {
    "check_id": "CKV_AWS_28",
    "check_name": "Recovery",
    "check_result": {"result": "FAILED", "evaluated_keys": ["recovery/[0]/enabled", ""]},
    "file_path": "/shop.json",
    "resource": ADDRESS,
    "resource_address": ADDRESS,
    "severity": None,
    "guideline": None,
}
SILENT = {
    "check_id": "CKV_AWS_72",
    "check_name": "Not all actions",
    "file_path": "/shop.json",
    "resource": ADDRESS,
    "evaluated_keys": ["policy"],
    "crashed": False,
}


def said(
    check: str = "CKV_ACME_27",
    outcome: Outcome = Outcome.PASSED,
    keys: tuple[str, ...] = ("x",),
) -> Checked:
    return Checked(check, "Queues are encrypted", "shop", ADDRESS, outcome, keys)


def result(
    found: Checked,
    *,
    hidden: tuple[str, ...] = (),
    referred: tuple[str, ...] = (),
    values: tuple[str, ...] = (),
) -> Any:
    resources = [{"address": ADDRESS, "values": dict.fromkeys(values, 1)}]
    document = {"planned_values": {"root_module": {"resources": resources}}}
    plan = Plan(document, {ADDRESS: URN}, {URN: hidden}, {URN: frozenset(referred)})
    [made] = opinion([found], {"shop": plan}, frozenset({"CKV_ACME_1"}), "3").results
    return made


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (Outcome.PASSED, "pass"),
        (Outcome.FAILED, "fail"),
        (Outcome.UNKNOWN, "not_applicable"),
        (Outcome.CRASHED, "undecided"),
    ],
)
def test_every_outcome_is_a_result(outcome: Outcome, status: str) -> None:
    assert result(said(outcome=outcome)).status == status
    # Whatever it says, it says it without having seen what is hidden.
    assert result(said(outcome=outcome), hidden=("x",)).status == "undecided"


@pytest.mark.parametrize(
    ("check", "keys", "values", "status"),
    [
        ("CKV_ACME_27", ("policy",), ("name",), "not_applicable"),
        ("CKV_ACME_27", ("policy",), ("policy",), "undecided"),
        ("CKV_ACME_27", ("block/name",), ("block",), "undecided"),
        # It does not say what it looked at, but its source does.
        ("CKV_AWS_7", (), ("description",), "not_applicable"),
        ("CKV_AWS_7", (), ("enable_key_rotation",), "undecided"),
        # Nobody knows what it looked at.
        ("CKV_ACME_27", (), ("name",), "undecided"),
    ],
)
def test_a_check_that_cannot_tell_of_what_is_not_there_does_not_apply(
    check: str, keys: tuple[str, ...], values: tuple[str, ...], status: str
) -> None:
    assert result(said(check, Outcome.UNKNOWN, keys), values=values).status == status


def test_what_is_hidden_is_there() -> None:
    """A reference is no doubt, but a check that cannot tell of one is not beside the point."""
    unknown = said(outcome=Outcome.UNKNOWN, keys=("policy_arn",))
    made = result(unknown, hidden=("policy_arn",), referred=("policy_arn",))
    assert made.status == "undecided"


def test_every_check_advises_unless_it_is_made_mandatory() -> None:
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
    for outcome in (Outcome.PASSED, Outcome.FAILED):
        made = result(said(outcome=outcome, keys=keys), hidden=hidden, referred=referred)
        decided = "fail" if outcome is Outcome.FAILED else "pass"
        assert made.status == (decided if status == "pass" else status)


def test_a_check_reads_what_its_source_says_too() -> None:
    rotation = said("CKV_AWS_7", keys=("enable_key_rotation",))
    assert result(rotation, hidden=("customer_master_key_spec",)).status == "undecided"
    assert result(rotation, hidden=("description",)).status == "pass"


def test_a_check_on_connections_reads_other_resources_too() -> None:
    """CKV2_AWS_6 asks whether a block of public access is connected to a bucket."""
    bucket, block, topic = "urn:bucket", "urn:block", "urn:topic"
    addresses = {
        "aws_s3_bucket.a": bucket,
        "aws_s3_bucket_public_access_block.a": block,
        "aws_sns_topic.a": topic,
    }
    found = Checked("CKV2_AWS_6", "Blocked", "shop", "aws_s3_bucket.a", Outcome.PASSED)

    def status(hidden: dict[str, tuple[str, ...]], referred: Any = frozenset()) -> str:
        plan = Plan({}, addresses, hidden, {block: referred})
        [made] = opinion([found], {"shop": plan}, frozenset(), "3").results
        return made.status

    assert status({}) == "pass"
    # What the other resource says, and to which bucket it says it.
    assert status({block: ("block_public_acls",)}) == "undecided"
    assert status({block: ("bucket",)}) == "undecided"
    assert status({block: ("bucket",)}, frozenset({"bucket"})) == "pass"
    # Neither what the check does not read, nor resources that it does not follow.
    assert status({block: ("restrict_public_buckets",)}) == "pass"
    assert status({topic: ("block_public_acls", "name")}) == "pass"


def test_the_worse_of_two_checks_with_one_id_counts() -> None:
    plan = Plan({}, {ADDRESS: URN})
    both = [said(outcome=Outcome.FAILED), said(outcome=Outcome.PASSED)]
    for order in (both, both[::-1]):
        [made] = opinion(order, {"shop": plan}, frozenset(), "3").results
        assert made.status == "fail"


def test_two_plans_may_have_the_same_address() -> None:
    plans = {"shop": Plan({}, {ADDRESS: URN}), "bank": Plan({}, {ADDRESS: "urn:other"})}
    there = Checked("CKV_ACME_27", "x", "bank", ADDRESS, Outcome.FAILED)
    found = opinion([said(), there], plans, frozenset(), "3").results
    assert {each.resource: each.status for each in found} == {URN: "pass", "urn:other": "fail"}


def test_a_plan_that_nobody_gave_is_refused() -> None:
    with pytest.raises(CheckovError, match="not given"):
        opinion([said()], {}, frozenset(), "3")


def test_a_check_that_crashed_on_the_whole_is_told() -> None:
    found = Checked("CKV2_ACME_1", "Connected", "", "", Outcome.CRASHED)
    [made] = opinion([found], {"shop": Plan({}, {})}, frozenset(), "3").results
    assert (made.resource, made.status) == (None, "undecided")
    assert "crashed" in made.message


def test_the_provider_is_no_resource() -> None:
    found = Checked("CKV_AWS_41", "No keys", "shop", "aws.default", Outcome.PASSED)
    assert opinion([found], {"shop": Plan({}, {ADDRESS: URN})}, frozenset(), "3").results == ()


def test_the_report_of_checkov() -> None:
    part = {"results": {"failed_checks": [ENTRY]}, "summary": {"checkov_version": "3.3.30"}}
    wanted = Checked(
        "CKV_AWS_28", "Recovery", "shop", ADDRESS, Outcome.FAILED, ("recovery/enabled",)
    )
    assert checked(part) == checked([part]) == (wanted,)
    assert version_in(part) == "3.3.30"
    unknown = Checked(
        "CKV_AWS_72", "Not all actions", "shop", ADDRESS, Outcome.UNKNOWN, ("policy",)
    )
    crashed = replace(unknown, outcome=Outcome.CRASHED)
    assert checked(part, [SILENT]) == (wanted, unknown)
    assert checked([], [{**SILENT, "crashed": True}]) == (crashed,)
    # What it writes where there was nothing to judge.
    assert checked({"passed": 0, "failed": 0, "checkov_version": "3.3.30"}) == ()


def test_a_plan_that_checkov_cannot_read_is_no_pass() -> None:
    with pytest.raises(CheckovError, match="could not read"):
        checked({"results": {"parsing_errors": ["/shop.json"]}})


@given(json_values)
def test_any_report_is_read_or_refused(report: Any) -> None:
    with contextlib.suppress(CheckovError):
        checked(report)
    with contextlib.suppress(CheckovError):
        checked([], report)
    version_in(report)


@given(st.data())
def test_any_entry_is_read_or_refused(data: st.DataObject) -> None:
    """A whole entry with some of its members replaced, beside one that is as it should be."""
    replaced = data.draw(st.dictionaries(st.sampled_from(sorted(ENTRY)), json_values, max_size=3))
    silent = data.draw(st.dictionaries(st.sampled_from(sorted(SILENT)), json_values, max_size=3))
    report = {"results": {"failed_checks": [ENTRY, {**ENTRY, **replaced}]}}
    with contextlib.suppress(CheckovError):
        found = checked(report, [SILENT, {**SILENT, **silent}])
        assert len(found) == 4
        for each in found:
            assert {type(each.check), type(each.name), type(each.address)} == {str}


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
