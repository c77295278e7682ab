"""CSV: a row for each control, rule and resource, and no cell that a spreadsheet runs."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.evidence import Evidence
from compliance.reports import formats
from tests.compliance.reports.evidences import control, evidences, plain, result

SIGNS = "=+-@\uff1d\uff0b\uff0d\uff20"


def rows(evidence: Evidence) -> list[dict[str, str]]:
    text = formats()["csv"][1](evidence)
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def message(text: str) -> str:
    return rows(plain(result(message=text)))[0]["message"]


def test_a_row_for_each_control_rule_and_resource_with_its_place() -> None:
    evidence = plain(result(), result(id="2", rule="rule-c"))
    told = [(row["framework"], row["control"], row["rule"]) for row in rows(evidence)]
    assert told == [
        ("NIST SP 800-53", "AC-3", "rule-a"),
        ("PCI DSS", "7.2.1", "rule-a"),
        ("", "", "rule-c"),
    ]
    assert (rows(evidence)[0]["file"], rows(evidence)[0]["line"]) == ("infra/queues.py", "7")


def test_a_control_without_results_says_what_evidence_it_wants() -> None:
    manual = control("PCI DSS", "12.1", (), kind="manual", evidence_wanted="The policy.")
    (row,) = rows(plain(controls=(manual,)))
    assert (row["control"], row["rule"], row["message"]) == ("12.1", "", "The policy.")


@pytest.mark.parametrize(
    "text",
    [*SIGNS, " =1", "\t=1", "\ufeff=1", "\u200b@x", "\x01+1", "\xa0-1", "\n=1", "\x00=1"],
)
def test_what_begins_with_a_sign_after_blanks_is_a_text(text: str) -> None:
    assert message(text).startswith("'")


@pytest.mark.parametrize("text", ["x;=1", "x; +1", "x\t@y", "x\n-1", "x\r\n=1", "x;\uff1d1"])
def test_what_another_separator_makes_a_cell_is_a_text_too(text: str) -> None:
    cells = re.split(r"[;\t\r\n]", message(text))
    assert not any(cell.lstrip().startswith(tuple(SIGNS)) for cell in cells)


@pytest.mark.parametrize(
    "text", ["it is public", "a-b = c", 'say "x, y"', "(-1)", "ü\U0001f600", ""]
)
def test_other_texts_are_as_they_were(text: str) -> None:
    assert message(text) == text


@given(st.text(st.characters(codec="utf-8") | st.sampled_from(f'{SIGNS};"\t\r\n\x00 a')))
def test_no_part_of_any_text_is_a_formula_and_nothing_else_changes(text: str) -> None:
    told = message(text)
    for part in re.split(r"[;\t\r\n]", told):
        assert not part.lstrip().startswith(tuple(SIGNS))
    assert told.replace("'", "") == text.replace("'", "").replace("\x00", "")


@given(evidences())
def test_every_result_is_in_the_rows_of_every_control_that_its_rule_serves(
    evidence: Evidence,
) -> None:
    served = [rule for control in evidence.controls for rule in control.rules]
    expected = sum(max(1, served.count(each.rule)) for each in evidence.results)
    found = rows(evidence)
    assert sum(bool(row["rule"]) for row in found) == expected
    assert all(None not in row and None not in row.values() for row in found)
