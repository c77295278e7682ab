"""Whole programs through the gate: each names its faults in `expected.yaml`, and no others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from payment_guardrails.rule import Level
from payment_guardrails.rules import registered

from tests.whole_programs import (
    PROGRAMS,
    ROOT,
    Case,
    Outcome,
    all_cases,
    cases,
    expected,
    findings,
    folders,
    gate,
    judged,
    verdicts,
)

BAD = PROGRAMS / "bad"
NEVER_UNDECIDED = frozenset(
    {
        # They ask whether something is set: an unknown value is.
        "logs-group-encrypted",
        # They ask for a literal: an unknown value is none.
        "any-resource-no-hardcoded-secret",
    }
)
"""Rules whose verdict no unknown value can change."""
IDIOMS = frozenset(
    {
        "Output.all",
        "Output.concat",
        "Output.format",
        "Output.json_dumps",
        "apply(json.dumps)",
        "args class",
        "async",
        "auto-named",
        "component",
        "config object",
        "deprecated argument",
        "dict document",
        "dynamic provider",
        "enum",
        "explicit provider",
        "f-string over an output",
        "f-string",
        "file beside it",
        "get_policy_document",
        "get_policy_document_output",
        "inline_policies",
        "loop",
        "plain arguments",
        "resource inside apply",
        "resource object as id",
        "secret output",
        "stack reference",
        "subpackage",
        "transform",
    }
)
"""The ways of writing a program whose findings must not depend on which one was chosen."""


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.name)
def test_gate_finds_the_faults_of_a_program_and_no_others(case: Case, tmp_path: Path) -> None:
    outcome = judged(case, tmp_path)

    assert outcome.report is not None, outcome.output
    found = verdicts(outcome.report)
    assert findings(found) == case.faults
    assert {key: found.get(key) for key in case.near_misses} == dict.fromkeys(
        case.near_misses, "pass"
    )
    levels = {registered()[rule].level for rule, _ in case.faults}
    assert outcome.status == (1 if Level.MANDATORY in levels else 0), outcome.output
    for text in case.never_shown:
        assert text not in outcome.report
        assert text not in outcome.output


@pytest.mark.parametrize("program", folders(BAD), ids=lambda program: program.name)
def test_gate_says_why_it_cannot_judge_a_program(program: Path, tmp_path: Path) -> None:
    wanted = expected(program)

    outcome = gate(program, tmp_path, *wanted.get("arguments", ()))

    assert_refused(outcome, *wanted["message"])


def test_gate_says_where_a_program_is_no_python(tmp_path: Path) -> None:
    # Not among the programs, since a linter could not read it.
    program = tmp_path / "half-written"
    program.mkdir()
    (program / "__main__.py").write_text("import pulumi\n\naws.sqs.Queue('intake'\n")

    outcome = gate(program, tmp_path / "out")

    assert_refused(outcome, "SyntaxError", "__main__.py", "line 3")


def test_gate_says_that_there_is_no_such_folder(tmp_path: Path) -> None:
    outcome = gate(tmp_path / "nowhere", tmp_path / "out")

    assert_refused(outcome, "nowhere", "--program")


def assert_refused(outcome: Outcome, *words: str) -> None:
    """The gate gave no verdict, says why, and shows no traceback of its own."""
    # Long lines are wrapped for the terminal.
    said = " ".join(outcome.output.split())
    assert outcome.status == 2, outcome.output
    assert [word for word in words if word not in said] == [], outcome.output
    assert outcome.report is None
    assert str(ROOT / "compliance") not in said
    assert str(ROOT / "policypack") not in said


def wanted_of(program: Path) -> list[dict[str, Any]]:
    """The expectations of a program and of its variants."""
    wanted = expected(program)
    return [wanted, *wanted.get("variants", ())]


@pytest.mark.parametrize("rule", sorted(registered()))
def test_every_rule_is_broken_in_two_programs_by_two_idioms(rule: str) -> None:
    broken = [
        (program.name, finding["idiom"])
        for program in folders(PROGRAMS)
        for wanted in wanted_of(program)
        for finding in wanted.get("fail", ())
        if finding["rule"] == rule
    ]

    assert len({program for program, _ in broken}) >= 2, broken
    assert len({idiom for _, idiom in broken}) >= 2, broken


def test_every_rule_is_undecided_where_nobody_can_know() -> None:
    undecided = {
        finding["rule"]
        for program in folders(PROGRAMS)
        for finding in expected(program).get("undecided", ())
    }

    assert undecided == set(registered()) - NEVER_UNDECIDED


def test_expectations_name_rules_and_idioms_that_exist() -> None:
    named = [
        finding
        for program in folders(PROGRAMS)
        for wanted in wanted_of(program)
        for status in ("fail", "undecided", "pass")
        for finding in wanted.get(status, ())
    ]

    assert {finding["rule"] for finding in named} == set(registered())
    assert {finding["idiom"] for finding in named if "idiom" in finding} == IDIOMS


def test_every_rule_passes_somewhere_in_a_program_without_faults() -> None:
    clean = [case for program in folders(PROGRAMS) for case in cases(program) if not case.faults]

    assert {rule for case in clean for rule, _ in case.near_misses} == set(registered())


def test_a_variant_of_ten_programs_is_weaker_than_the_program() -> None:
    weakened = {
        case.program.name
        for case in all_cases()
        if case.change is not None and case.faults != next(cases(case.program)).faults
    }

    assert len(weakened) >= 10


def test_every_variant_adds_a_finding() -> None:
    bases = {program.name: next(cases(program)).faults for program in folders(PROGRAMS)}

    assert [
        case.name
        for case in all_cases()
        if case.change is not None and case.faults == bases[case.program.name]
    ] == []
