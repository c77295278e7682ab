"""Which findings a waiver is for, and on which days it counts."""

from __future__ import annotations

import fnmatch
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from payment_guardrails.waivers.waiver import (
    Standing,
    Waiver,
    WaiverFile,
    by_date,
    fits,
    use,
)
from payment_guardrails.waivers.waiving import Waiving, notice

TODAY = date(2026, 3, 1)
URN = "urn:pulumi:dev::shop::aws:cloudwatch/logGroup:LogGroup::archive[0]"
RULE, ID = "logs-group-retention", "logs-group-retention:0123456789ab"


def waiver(**changed: object) -> Waiver:
    base = {
        "id": "a", "rule": RULE, "finding": None, "resource": "*", "reason": "because",
        "owner": "me", "expires": "2026-06-30", "ticket": "", "line": 3,
    }  # fmt: skip
    return Waiver(**{**base, **changed})  # type: ignore[arg-type]


def waiving(*waivers: Waiver, as_of: date = TODAY) -> Waiving:
    return Waiving(WaiverFile(Path("w.yaml"), "sha256:x", waivers), "w.yaml", as_of)


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("*", "", True),
        ("*", URN, True),
        (URN, URN, True),
        ("*archive[0]", URN, True),
        ("*archive[1]", URN, False),
        ("*archive?0?", URN, False),
        ("*archive", URN, False),
        ("urn:*::archive*", URN, True),
        ("urn:*::*::*::archive[0]", URN, True),
        ("urn:*::live*", URN, False),
        ("", "", True),
        ("", "x", False),
        ("a*a", "a", False),
        ("a*a", "aa", True),
        ("*A*", "a", False),
        ("**", "x", True),
        ("*ab*b", "ab", False),
        ("*a*a*", "ba", False),
    ],
)
def test_only_the_star_is_special_in_a_pattern(pattern: str, text: str, expected: bool) -> None:
    assert fits(pattern, text) is expected


@given(st.text("ab*", max_size=8), st.text("ab", max_size=10))
def test_a_pattern_means_what_it_means_in_a_shell(pattern: str, text: str) -> None:
    assert fits(pattern, text) is fnmatch.fnmatchcase(text, pattern)


def test_no_pattern_takes_long() -> None:
    assert not fits("*a" * 5_000 + "*b", "a" * 20_000)


@pytest.mark.parametrize(
    ("expires", "standing", "why"),
    [
        ("2026-02-28", Standing.EXPIRED, "it expired on 2026-02-28"),
        ("2026-03-01", Standing.EXPIRING, "it expires today"),
        ("2026-03-02", Standing.EXPIRING, "it expires tomorrow"),
        ("2026-03-15", Standing.EXPIRING, "it expires in 14 days, on 2026-03-15"),
        ("2026-03-16", Standing.ACTIVE, ""),
        ("2026-08-28", Standing.ACTIVE, ""),
        ("2026-08-29", Standing.MALFORMED, "more than 180 days after 2026-03-01"),
        ("9999-12-31", Standing.MALFORMED, "more than 180 days"),
        ("2026-02-31", Standing.MALFORMED, "must be a date like 2026-01-31, not '2026-02-31'"),
        ("20260630", Standing.MALFORMED, "must be a date like"),
        ("2026-W20-1", Standing.MALFORMED, "must be a date like"),
        ("2026-W53-5", Standing.MALFORMED, "must be a date like"),
        ("2026-06-30T00:00:00", Standing.MALFORMED, "must be a date like"),
        ("", Standing.MALFORMED, "must be a date like"),
        ("soon", Standing.MALFORMED, "must be a date like"),
    ],
)
def test_a_waiver_counts_up_to_and_on_its_last_day_and_at_most_180_days(
    expires: str, standing: Standing, why: str
) -> None:
    found, said = by_date(expires, TODAY)
    assert found is standing
    assert why in said
    counts = standing in (Standing.ACTIVE, Standing.EXPIRING)
    assert waiver(expires=expires).counts(TODAY) is counts


@given(st.text(max_size=12) | st.dates().map(str), st.dates())
def test_a_waiver_counts_exactly_within_its_days(expires: str, as_of: date) -> None:
    try:
        day = date.fromisoformat(expires)
        good = day.isoformat() == expires and timedelta(0) <= day - as_of <= timedelta(180)
    except ValueError:
        good = False
    assert waiver(expires=expires).counts(as_of) is good


def test_a_waiver_of_a_rule_is_for_all_its_findings_on_the_resources_that_fit() -> None:
    one = waiver(resource="*archive[0]")
    assert one.matches(RULE, ID, URN)
    assert one.matches(RULE, "logs-group-retention:ffffffffffff", URN)
    assert not one.matches("sqs-queue-fifo", ID, URN)
    assert not one.matches(RULE, ID, URN + "1")
    assert not one.matches(RULE, ID, None)
    assert waiver().matches(RULE, ID, None), "* is also a stack without a resource"


def test_a_waiver_of_a_finding_is_for_no_other() -> None:
    one = waiver(finding=ID)
    assert one.matches(RULE, ID, URN)
    assert not one.matches(RULE, "logs-group-retention:ffffffffffff", URN)
    assert not waiver(finding=ID, resource="*x").matches(RULE, ID, URN)


def test_the_waiver_that_counts_is_the_narrowest_one_that_is_in_force() -> None:
    over = waiver(id="over", finding=ID, expires="2026-01-01")
    broad, narrow = waiver(id="broad"), waiver(id="narrow", finding=ID)

    def chosen(*waivers: Waiver) -> str | None:
        found = waiving(*waivers).counting(RULE, ID, URN)
        return None if found is None else found.id

    assert chosen(broad, narrow) == "narrow"
    assert chosen(over, broad) == "broad"
    assert chosen(over) is None
    assert chosen() is None


def test_a_finding_that_is_back_says_why() -> None:
    over = waiver(expires="2026-01-01")
    said = waiving(over).why_back(RULE, ID, URN)
    assert said == "waiver a of me (w.yaml:3) does not count: it expired on 2026-01-01"
    assert waiving(over).why_back("sqs-queue-fifo", ID, URN) == ""


def test_what_is_waived_says_until_when_by_whom_and_why() -> None:
    said = waiving().words(waiver(ticket="PAY-1"))
    assert said == "waived until 2026-06-30 by me: because (waiver a, w.yaml:3, PAY-1)"


@pytest.mark.parametrize(
    ("expires", "findings", "standing"),
    [
        ("2026-06-30", [ID], Standing.ACTIVE),
        ("2026-06-30", [], Standing.UNUSED),
        ("2026-03-10", [ID], Standing.EXPIRING),
        ("2026-03-10", [], Standing.UNUSED),
        ("2026-01-01", [], Standing.EXPIRED),
        ("soon", [ID], Standing.MALFORMED),
    ],
)
def test_what_became_of_a_waiver_is_told_unless_it_is_simply_in_force(
    expires: str, findings: list[str], standing: Standing
) -> None:
    one = waiver(expires=expires)
    used = use(one, TODAY, findings)
    assert used.standing is standing
    assert used.findings == tuple(findings)
    told = notice(waiving(one), used)
    assert ("w.yaml:3" in told) is (standing is not Standing.ACTIVE)
    inactive = standing in (Standing.EXPIRED, Standing.MALFORMED)
    assert ("does not count" in told) is inactive
