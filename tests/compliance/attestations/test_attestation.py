"""What an attestation is worth on a day, by its dates and its evidence."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.attestations.attestation import (
    LONGEST,
    WARNING,
    Attestation,
    Standing,
    by_dates,
    judged,
)

DAY = date(2026, 3, 1)
MADE = "2026-01-15"


@pytest.mark.parametrize(
    ("made", "until", "standing", "why"),
    [
        (MADE, "2026-07-31", "valid", ""),
        (MADE, "2026-03-16", "valid", ""),
        (MADE, "2026-03-15", "expiring", "it expires in 14 days, on 2026-03-15"),
        (MADE, "2026-03-03", "expiring", "it expires in 2 days, on 2026-03-03"),
        (MADE, "2026-03-02", "expiring", "it expires tomorrow"),
        (MADE, "2026-03-01", "expiring", "it expires today"),
        (MADE, "2026-02-28", "expired", "it expired on 2026-02-28"),
        ("2026-03-01", "2026-07-31", "valid", ""),
        ("2026-03-02", "2026-07-31", "malformed", "it is dated 2026-03-02, after 2026-03-01"),
        (MADE, "2026-01-15", "expired", "it expired on 2026-01-15"),
        (MADE, "2026-01-14", "malformed", "it ends on 2026-01-14, before its own date, 2026-01-15"),
        (MADE, "2027-02-19", "valid", ""),
        (MADE, "2027-02-20", "malformed", "more than 400 days after its date, 2026-01-15; choose"),
        ("2020-01-15", "2026-07-31", "malformed", "more than 400 days after its date"),
        ("soon", "2026-07-31", "malformed", "date must be a date like 2026-01-31, not 'soon'"),
        (MADE, "2026-02-30", "malformed", "valid_until must be a date like"),
        (MADE, "20260731", "malformed", "valid_until must be a date like 2026-01-31"),
        (MADE, "2026-W10-1", "malformed", "valid_until must be a date like"),
        (MADE, "2026-07-31T00:00:00Z", "malformed", "valid_until must be a date like"),
        (MADE, "x" * 1_000, "malformed", f"not '{'x' * 40}'"),
    ],
)  # fmt: skip
def test_its_dates_decide_what_it_is_worth(made: str, until: str, standing: str, why: str) -> None:
    found, said = by_dates(made, until, DAY)
    assert found.value == standing
    assert why in said
    assert bool(why) is bool(said)


def made_with(until: str) -> Attestation:
    return Attestation("F", "1", "1.1", "s", "o", MADE, until, None, 1)


@pytest.mark.parametrize(
    ("until", "standing", "why"),
    [
        ("2026-07-31", "malformed", "the evidence is gone"),
        ("2026-03-02", "malformed", "the evidence is gone"),
        ("2026-02-28", "expired", "it expired on 2026-02-28; the evidence is gone"),
        ("soon", "malformed", "not 'soon'; the evidence is gone"),
    ],
)
def test_without_its_evidence_it_does_not_count_and_all_that_is_wrong_is_said(
    until: str, standing: str, why: str
) -> None:
    found, said = judged(made_with(until), DAY, "the evidence is gone")
    assert found.value == standing
    assert said.endswith(why)


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(-500, 900), st.integers(-900, 900))
def test_it_counts_on_the_days_from_its_date_to_its_end_and_on_no_other(
    made: date, length: int, later: int
) -> None:
    until, as_of = made + timedelta(length), made + timedelta(later)
    standing, why = by_dates(made.isoformat(), until.isoformat(), as_of)
    counts = standing in (Standing.VALID, Standing.EXPIRING)
    assert counts is (0 <= length <= LONGEST and made <= as_of <= until)
    assert (standing is Standing.EXPIRING) is (counts and (until - as_of).days <= WARNING)
    assert bool(why) is (standing is not Standing.VALID)


@given(st.text(), st.text())
def test_no_text_for_a_date_makes_it_crash_or_count(made: str, until: str) -> None:
    standing, why = by_dates(made, until, DAY)
    assert standing is Standing.MALFORMED or (made + until).replace("-", "").isdecimal()
    assert standing is Standing.VALID or why
