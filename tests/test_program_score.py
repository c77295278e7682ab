"""`make programs` counts what the gate finds of what the programs expect."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.program_score import Score, lines, score, total
from tests.whole_programs import Case, Change, Outcome, Verdicts, cases, written

TLS = ("sqs-queue-tls-only", "intake")
FIFO = ("sqs-queue-fifo", "intake")


def case(faults: Verdicts) -> Case:
    return Case("intake", Path("intake"), None, faults, (), ())


def report(*results: tuple[str, str]) -> Outcome:
    """A report on the one queue `intake`: a rule and a status each."""
    rows = [
        {
            "rule": rule,
            "status": status,
            "resource": "urn:pulumi:dev::p::aws:sqs/queue:Queue::intake",
        }
        for rule, status in results
    ]
    return Outcome(1, "", json.dumps({"results": rows}))


def test_what_is_expected_and_found_is_found() -> None:
    result = score(case({TLS: "fail"}), report((TLS[0], "fail"), (FIFO[0], "pass")))

    assert result == Score("intake", {TLS: "fail"}, {}, {})
    assert result.clean


def test_what_is_expected_and_passes_is_missed() -> None:
    result = score(case({TLS: "fail"}), report((TLS[0], "pass")))

    assert result == Score("intake", {}, {TLS: "fail"}, {})
    assert not result.clean


def test_what_nobody_expects_is_a_false_alarm() -> None:
    result = score(case({}), report((FIFO[0], "undecided")))

    assert result == Score("intake", {}, {}, {FIFO: "undecided"})
    assert not result.clean


def test_another_status_is_both() -> None:
    result = score(case({FIFO: "fail"}), report((FIFO[0], "undecided")))

    assert (result.missed, result.false) == ({FIFO: "fail"}, {FIFO: "undecided"})


def test_a_program_without_a_report_misses_all_and_says_why() -> None:
    result = score(case({TLS: "fail"}), Outcome(2, "no such folder\n", None))

    assert not result.clean
    assert result.missed == {TLS: "fail"}
    assert "       no such folder" in lines(result)


def test_a_program_without_a_report_is_no_success_where_nothing_is_expected() -> None:
    assert not score(case({}), Outcome(2, "no such folder\n", None)).clean


def test_the_total_is_over_all_programs() -> None:
    results = [
        Score("a", {TLS: "fail"}, {}, {}),
        Score("b", {TLS: "fail", FIFO: "fail"}, {("r", "x"): "fail"}, {("r", "y"): "fail"}),
    ]

    assert total(results) == (
        "2 programs and variants: 3 of 4 expected findings found (recall 75.0 %), 1 false alarms"
    )


def program(folder: Path, expected: str) -> Path:
    folder.mkdir()
    (folder / "__main__.py").write_text("fifo_queue=True\n")
    (folder / "expected.yaml").write_text(expected)
    return folder


VARIANT = """
fail:
  - {rule: sqs-queue-tls-only, resource: intake}
pass:
  - {rule: sqs-queue-fifo, resource: intake}
variants:
  - name: standard
    change: {file: __main__.py, old: "fifo_queue=True", new: "fifo_queue=False"}
    fail:
      - {rule: sqs-queue-fifo, resource: intake}
"""


def test_a_variant_adds_its_findings_to_those_of_its_program(tmp_path: Path) -> None:
    base, standard = cases(program(tmp_path / "intake", VARIANT))

    assert (base.name, base.faults, base.near_misses) == ("intake", {TLS: "fail"}, (FIFO,))
    assert standard.name == "intake/standard"
    assert standard.faults == {TLS: "fail", FIFO: "fail"}
    assert standard.near_misses == ()


def test_a_variant_is_a_changed_copy(tmp_path: Path) -> None:
    base, standard = cases(program(tmp_path / "intake", VARIANT))

    copy = written(standard, tmp_path / "work")

    assert (copy / "__main__.py").read_text() == "fifo_queue=False\n"
    assert (written(base, tmp_path / "work") / "__main__.py").read_text() == "fifo_queue=True\n"


def test_a_change_that_changes_nothing_is_refused(tmp_path: Path) -> None:
    place = program(tmp_path / "intake", VARIANT)
    lost = Case("intake/lost", place, Change("__main__.py", "no such text", ""), {}, (), ())

    with pytest.raises(
        ValueError, match=r"intake/lost: __main__\.py does not hold the old text once"
    ):
        written(lost, tmp_path / "work")
