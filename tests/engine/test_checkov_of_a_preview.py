"""Checkov's opinion of a real preview: what it is shown is what the program gives."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from compliance.checkov.environment import CheckovError, interpreter
from compliance.command_line import main
from tests.engine.cli import ROOT, Surroundings
from tests.engine.gate_run import gate, report
from tests.engine.test_both_engines_tell import told


def test_checkov_says_the_same_of_a_preview_and_offline(real: Surroundings, tmp_path: Path) -> None:
    try:
        interpreter()
    except CheckovError as error:
        if os.environ.get("PAYMENT_CHECKOV_REQUIRED"):
            pytest.fail(str(error))
        pytest.skip(str(error))
    arguments = ("--format", "json", "--checkov", "--as-of", "2026-12-01")
    done = gate(real, ROOT, tmp_path / "real", *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    offline = tmp_path / "offline"
    assert main(["gate", "--program", str(ROOT), "--out", str(offline), *arguments]) == 0
    seen, derived = verdicts(report(tmp_path / "real")), verdicts(report(offline))
    assert len(seen) > 150
    assert seen.keys() == derived.keys()
    # The ARN of a policy that does not exist yet is known offline, and not in a preview.
    other = {key: status for key, status in seen.items() if status != derived[key]}
    assert {rule for rule, _ in other} == {"CKV2_AWS_56"}
    assert set(other.values()) == {"undecided"}


def verdicts(found: Any) -> dict[tuple[str, str], str]:
    return {
        (each["rule"], told(each["resource"])): each["status"]
        for each in found["results"]
        if each["tool"] == "checkov"
    }
