"""The maps from controls to rules: valid, honest, and of ids that exist."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from payment_guardrails.rules import registered

from compliance.controls import FOLDER, ControlsError, Framework, judge_controls, load_frameworks
from compliance.evidence import Result

# The ids that these editions have, for the families that are touched. PCI DSS v4.0.1,
# table of contents; NIST SP 800-53 r5, chapter 3.
PCI_IDS = {
    "3": "3.3.1 3.3.1.1 3.3.1.2 3.3.1.3 3.3.2 3.3.3 3.5.1 3.5.1.1 3.5.1.2 3.5.1.3 3.6.1 3.6.1.1 "
    "3.6.1.2 3.6.1.3 3.6.1.4",
    "6": "6.2.1 6.2.2 6.2.3 6.2.3.1 6.2.4 6.3.1 6.3.2 6.3.3 6.5.1 6.5.2 6.5.3 6.5.4 6.5.5 6.5.6",
    "7": "7.1.1 7.1.2 7.2.1 7.2.2 7.2.3 7.2.4 7.2.5 7.2.5.1 7.2.6 7.3.1 7.3.2 7.3.3",
    "8": "8.3.1 8.3.2 8.6.1 8.6.2 8.6.3",
    "10": "10.1.1 10.1.2 10.2.1 10.2.1.1 10.2.1.2 10.2.1.3 10.2.1.4 10.2.1.5 10.2.1.6 10.2.1.7 "
    "10.2.2 10.3.1 10.3.2 10.3.3 10.3.4 10.4.1 10.4.1.1 10.4.2 10.4.2.1 10.4.3 10.5.1 10.6.1 "
    "10.6.2 10.6.3 10.7.1 10.7.2 10.7.3",
    "12": "12.3.4",
}
NIST_COUNTS = {
    "AC": 25, "AU": 16, "CA": 9, "CM": 14, "CP": 13, "IA": 12, "IR": 9, "SA": 23, "SC": 51,
    "SI": 23,
}  # fmt: skip
NIST_ENHANCEMENTS = {"AC-6(10)", "CM-3(2)"}


def framework(name: str) -> Framework:
    [found] = [item for item in load_frameworks() if item.name == name]
    return found


def result(rule: str, status: str, urn: str = "urn:x") -> Result:
    return Result("id", rule, "mandatory", urn, status, "high", "", "", "", None)


def test_every_id_exists_in_its_framework() -> None:
    known = {each for ids in PCI_IDS.values() for each in ids.split()}
    assert {control.id for control in framework("PCI DSS").controls} <= known
    for control in framework("NIST SP 800-53").controls:
        if "(" in control.id:
            assert control.id in NIST_ENHANCEMENTS
            continue
        match = re.fullmatch(r"([A-Z]{2})-(\d+)", control.id)
        assert match is not None
        assert 1 <= int(match[2]) <= NIST_COUNTS[match[1]]


def test_every_rule_is_mapped_or_left_out_with_a_reason() -> None:
    mapped = {
        rule for item in load_frameworks() for control in item.controls for rule in control.rules
    }
    unmapped = json.loads((FOLDER / "unmapped.json").read_text())
    assert mapped | set(unmapped) == set(registered())
    assert not mapped & set(unmapped)
    assert all(unmapped.values())


def test_seven_day_logs_do_not_satisfy_a_year_of_audit_history() -> None:
    [control] = [item for item in framework("PCI DSS").controls if item.id == "10.5.1"]
    assert control.kind == "manual"
    assert not control.rules
    assert "7 days" in control.note


def test_an_api_key_counts_in_part_only() -> None:
    for item in load_frameworks():
        for control in item.controls:
            if "apigateway-method-authorized" in control.rules:
                assert control.kind == "partial"
                assert "identity" in control.note


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        (["pass", "pass"], "satisfied"), (["pass", "fail"], "not_satisfied"),
        (["undecided", "fail"], "not_satisfied"), (["undecided", "waived"], "undecided"),
        (["waived", "pass"], "waived"), (["pass", "not_applicable"], "not_tested"),
        (["pass", None], "not_tested"), (["fail", None], "not_satisfied"),
    ],
)  # fmt: skip
def test_a_controls_status_is_the_first_that_applies(
    tmp_path: Path, statuses: list[str | None], expected: str
) -> None:
    (tmp_path / "x.yaml").write_text(
        "framework: X\nversion: '1'\nsource: s\ncontrols:\n"
        "  - {id: '1', title: t, status: automated, rules: [a, b]}\n"
        "  - {id: '2', title: t, status: manual, rules: [a], evidence: e}\n"
    )
    results = [
        result(rule, status)
        for rule, status in zip("ab", statuses, strict=True)
        if status is not None
    ]
    one, two = judge_controls(load_frameworks(tmp_path), results)
    assert one.status == expected
    assert two.status == "manual"


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("{}", "needs an id"), ("x", "must be a mapping"),
        ("{id: 1, title: t}", "id must be a text"),
        ("{id: '1', title: t, status: maybe}", "status must be"),
        ("{id: '1', title: t, status: automated}", "name its rules"),
        ("{id: '1', title: t, status: manual}", "what a person brings"),
        ("{id: '1', title: t, status: partial, rules: [a]}", "what is not shown"),
        ("{id: '1', title: t, status: automated, rules: [a], basis: D}", "basis must be"),
        ("{id: '1', title: t, status: automated, rules: a}", "rules must be"),
        ("{id: '1', title: t, status: automated, rules: [a], color: red}", "fields: color"),
    ],
)  # fmt: skip
def test_a_bad_row_is_named(tmp_path: Path, row: str, words: str) -> None:
    file = tmp_path / "x.yaml"
    file.write_text(f"framework: X\nversion: '1'\nsource: s\ncontrols: [{row}]\n")
    with pytest.raises(ControlsError, match=words) as caught:
        load_frameworks(tmp_path)
    assert str(file) in str(caught.value)


def test_two_rows_with_one_id_are_refused(tmp_path: Path) -> None:
    row = "{id: '1', title: t, status: automated, rules: [a]}"
    (tmp_path / "x.yaml").write_text(
        f"framework: X\nversion: '1'\nsource: s\ncontrols: [{row}, {row}]\n"
    )
    with pytest.raises(ControlsError, match="two rows"):
        load_frameworks(tmp_path)
