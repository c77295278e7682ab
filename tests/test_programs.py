"""Whole programs through the gate: each names its faults in `expected.yaml`, and no others."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from payment_guardrails.rules import registered

ROOT = Path(__file__).parents[1]
PROGRAMS = Path(__file__).with_name("programs")
BAD = PROGRAMS / "bad"
AS_OF = "2026-11-01"
"""The day of every check, so that what is found does not change with the calendar."""
SETTLED = ("pass", "not_applicable")
IDIOMS = frozenset(
    {
        "Output.all",
        "Output.concat",
        "Output.format",
        "Output.json_dumps",
        "apply(json.dumps)",
        "args class",
        "auto-named",
        "component",
        "dict document",
        "enum",
        "explicit provider",
        "f-string",
        "get_policy_document",
        "get_policy_document_output",
        "inline_policies",
        "loop",
        "plain arguments",
        "resource inside apply",
        "resource object as id",
    }
)
"""The ways of writing a program whose findings must not depend on which one was chosen."""

Verdicts = dict[tuple[str, str], str]
"""A status for each (rule, resource name)."""


@dataclass(frozen=True)
class Outcome:
    """What one run of the gate gave: its exit status, what it wrote, and its report or None."""

    status: int
    output: str
    report: str | None


def gate(program: Path, out: Path, *arguments: str) -> Outcome:
    """Run the gate on a program as its users do."""
    done = subprocess.run(
        [
            sys.executable, "-m", "compliance", "gate", "--program", str(program),
            "--out", str(out), "--format", "json", "--as-of", AS_OF, *arguments,
        ],
        cwd=ROOT,
        env={key: value for key, value in os.environ.items() if not key.startswith("AWS_")},
        capture_output=True,
        text=True,
        errors="replace",
        timeout=120,
        check=False,
    )  # fmt: skip
    report = out / "report.json"
    return Outcome(
        done.returncode,
        done.stdout + done.stderr,
        report.read_text("utf-8") if report.is_file() else None,
    )


def folders(place: Path) -> list[Path]:
    """The programs in a folder."""
    return sorted(file.parent for file in place.glob("*/expected.yaml"))


def expected(program: Path) -> dict[str, Any]:
    """What a program's `expected.yaml` says."""
    wanted: dict[str, Any] = yaml.safe_load((program / "expected.yaml").read_text("utf-8"))
    return wanted


def places(finding: dict[str, Any]) -> list[tuple[str, str]]:
    """The rule with the `resource`, or each of the `resources`, of an expected finding."""
    names = finding["resources"] if "resources" in finding else [finding["resource"]]
    return [(finding["rule"], name) for name in names]


def faults(program: Path) -> Verdicts:
    """What the gate is to find in a program."""
    wanted: Verdicts = {}
    for status in ("fail", "undecided"):
        for finding in expected(program).get(status, ()):
            for key in places(finding):
                assert key not in wanted, f"{program.name}: {key} is expected twice"
                wanted[key] = status
    return wanted


def verdicts(report: str) -> Verdicts:
    """The worst status that a report gives for each rule and resource."""
    worst = ("fail", "undecided", "waived", "pass", "not_applicable")
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for result in json.loads(report)["results"]:
        name = "the stack" if result["resource"] is None else result["resource"].split("::")[-1]
        found[result["rule"], name].append(result["status"])
    return {key: min(statuses, key=worst.index) for key, statuses in found.items()}


@pytest.mark.parametrize("program", folders(PROGRAMS), ids=lambda program: program.name)
def test_gate_finds_the_faults_of_a_program_and_no_others(program: Path, tmp_path: Path) -> None:
    outcome = gate(program, tmp_path)
    wanted = faults(program)

    assert outcome.status == (1 if wanted else 0), outcome.output
    assert outcome.report is not None, outcome.output
    found = verdicts(outcome.report)
    assert {key: status for key, status in found.items() if status not in SETTLED} == wanted
    near_misses = [key for item in expected(program)["pass"] for key in places(item)]
    assert {key: found.get(key) for key in near_misses} == dict.fromkeys(near_misses, "pass")
    for text in expected(program).get("never_shown", ()):
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


@pytest.mark.parametrize("rule", sorted(registered()))
def test_every_rule_is_broken_in_two_programs_by_two_idioms(rule: str) -> None:
    broken = [
        (program.name, finding["idiom"])
        for program in folders(PROGRAMS)
        for finding in expected(program).get("fail", ())
        if finding["rule"] == rule
    ]

    assert len({program for program, _ in broken}) >= 2, broken
    assert len({idiom for _, idiom in broken}) >= 2, broken


def test_every_rule_is_undecided_where_nobody_can_know() -> None:
    undecided = [
        finding["rule"]
        for program in folders(PROGRAMS)
        for finding in expected(program).get("undecided", ())
    ]

    assert set(undecided) == set(registered())


def test_expectations_name_rules_and_idioms_that_exist() -> None:
    findings = [
        finding
        for program in folders(PROGRAMS)
        for status in ("fail", "undecided", "pass")
        for finding in expected(program).get(status, ())
    ]

    assert {finding["rule"] for finding in findings} == set(registered())
    assert {finding["idiom"] for finding in findings if "idiom" in finding} == IDIOMS


def test_every_rule_passes_somewhere_in_a_program_without_faults() -> None:
    clean = [program for program in folders(PROGRAMS) if not faults(program)]

    assert {item["rule"] for program in clean for item in expected(program)["pass"]} == set(
        registered()
    )
