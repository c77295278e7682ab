"""The gate on an exported state finds what the CLI finds with the pack on the same file.

`pulumi policy analyze` shows the pack the inputs of each resource and then the outputs of
all; `compliance gate --state` reads the file itself. What is open (failed or undecided)
must be the same, by rule and by resource, for a stack that nobody changed past Pulumi.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Final

import pytest
from payment_guardrails.configuration import configure
from payment_guardrails.finding import Status
from payment_guardrails.rule import Level
from payment_guardrails.rules import registered
from payment_guardrails.stack import Stack

from compliance.engines.engine import Request
from compliance.engines.state import start
from compliance.evaluation import judge
from tests.engine.cli import PACK, ROOT, Surroundings

Open = frozenset[tuple[str, str]]
"""The names of rules and the URNs of resources that they do not accept."""

_PROGRAMS: Final = ROOT / "tests" / "programs"


def export(real: Surroundings, program: Path, stack: str, file: Path) -> Path:
    """Deploy a program on the stand-in provider, and export its state."""
    real.pulumi("stack", "init", stack, cwd=program)
    real.pulumi("up", "--yes", "--skip-preview", "--stack", stack, cwd=program)
    real.pulumi("stack", "export", "--show-secrets", "--stack", stack, "--file", str(file),
                cwd=program)  # fmt: skip
    return file


def found_by_cli(real: Surroundings, file: Path) -> Open:
    """What `pulumi policy analyze` finds in the file."""
    done = real.pulumi("policy", "analyze", "--policy-pack", str(PACK), "--json", "--file",
                       str(file), cwd=file.parent, check=False)  # fmt: skip
    events = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    # The end of the analysis: without it there is no telling what was not found.
    (result,) = [event["summaryEvent"]["result"] for event in events if "summaryEvent" in event]
    violations = [event["policyEvent"] for event in events if "policyEvent" in event]
    assert (result == "failed") == (done.returncode != 0)
    return frozenset((each["policyName"], each["resourceUrn"]) for each in violations)


def stack_in(file: Path) -> Stack:
    (stack,) = start(Request(Path(), state=file)).result(lambda _: None).stacks
    return stack


def found_by_gate(stack: Stack) -> Open:
    rules = registered()
    findings = judge([stack], rules, configure(rules), deployed=True).findings
    return frozenset(
        (rule, finding.urn or "")
        for rule, found in findings.items()
        for finding in found
        if finding.status in (Status.FAIL, Status.UNDECIDED)
    )


@pytest.fixture
def program(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of a program: a stack leaves a file beside it."""
    name = str(request.param)
    source = ROOT if name == "payment-processing" else _PROGRAMS / name
    return Path(shutil.copytree(source, tmp_path / name, ignore=_all_but_the_program))


def _all_but_the_program(folder: str, names: list[str]) -> set[str]:
    parts = {"Pulumi.yaml", "Pulumi.dev.yaml", "program", "handlers", "build"}
    return set(names) - parts if Path(folder) == ROOT else set()


@pytest.mark.parametrize(
    ("program", "is_clean"),
    [
        ("published-payments", False),
        ("etl-loaders", False),
        ("payment-processing", True),
        ("clean-workers", True),
    ],
    indirect=["program"],
)
def test_the_gate_finds_in_a_state_what_the_cli_finds(
    real: Surroundings, program: Path, is_clean: bool, tmp_path: Path
) -> None:
    file = export(real, program, "dev", tmp_path / "export.json")
    stack = stack_in(file)
    rules = registered()
    assert any(rule.resources(stack) for rule in rules.values())
    found = found_by_gate(stack)
    assert found == found_by_cli(real, file)
    mandatory = [rule for rule, _ in found if rules[rule].level is Level.MANDATORY]
    assert bool(mandatory) is not is_clean


def test_what_the_program_only_reads_is_judged_by_the_cli_alone(
    real: Surroundings, tmp_path: Path
) -> None:
    """The one known difference: a preview does not judge such a resource either."""
    program = Path(shutil.copytree(_PROGRAMS / "clean-workers", tmp_path / "program"))
    file = export(real, program, "dev", tmp_path / "export.json")
    data = json.loads(file.read_text("utf-8"))
    group = next(
        each for each in data["deployment"]["resources"] if each["type"].endswith(":LogGroup")
    )
    foreign = {**group, "urn": f"{group['urn']}-of-others", "external": True}
    foreign["inputs"] = foreign["outputs"] = {
        "name": "/of/others/dev",
        "retentionInDays": 0,
        "kmsKeyId": "arn:aws:kms:us-east-2:123456789012:key/k",
    }
    data["deployment"]["resources"].append(foreign)
    file.write_text(json.dumps(data), "utf-8")
    assert found_by_gate(stack_in(file)) == frozenset()
    assert found_by_cli(real, file) == {("logs-group-retention", foreign["urn"])}


def test_a_change_past_pulumi_is_found_after_a_refresh(real: Surroundings, tmp_path: Path) -> None:
    program = Path(shutil.copytree(_PROGRAMS / "clean-workers", tmp_path / "program"))
    file = export(real, program, "dev", tmp_path / "export.json")
    assert found_by_gate(stack_in(file)) == frozenset()
    group = next(each for each in stack_in(file).resources if each.type.endswith(":LogGroup"))
    (there,) = (
        resource
        for key, resource in real.cloud.existing.items()
        if (key.type, key.id) == (group.type, group.outputs["id"])
    )
    there.outputs["retentionInDays"] = 0
    real.pulumi("refresh", "--yes", "--stack", "dev", cwd=program)
    real.pulumi("stack", "export", "--stack", "dev", "--file", str(file), cwd=program)
    assert found_by_gate(stack_in(file)) == {("logs-group-retention", group.urn)}
    assert found_by_cli(real, file) == {("logs-group-retention", group.urn)}
