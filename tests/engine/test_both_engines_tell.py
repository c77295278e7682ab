"""What a report tells beside the verdicts is the same from both engines, before anything exists."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from compliance.command_line import main
from tests.engine.cli import ROOT, Surroundings
from tests.engine.gate_run import gate, report


def test_the_payment_stack_has_the_same_grants_and_links_with_both_engines(
    real: Surroundings, tmp_path: Path
) -> None:
    done = gate(real, ROOT, tmp_path / "real", "--format", "json")
    assert done.returncode == 0, done.stdout + done.stderr
    assert main(["gate", "--program", str(ROOT), "--out", str(tmp_path / "offline")]) == 0
    seen, derived = report(tmp_path / "real"), report(tmp_path / "offline")

    assert len(seen["grants"]) > 30
    assert granted(seen) == granted(derived)
    assert seen["grants_incomplete"] == derived["grants_incomplete"] == []
    assert linked(seen) == linked(derived)
    assert kept(seen) == kept(derived)
    assert {each[1:] for each in kept(seen)} >= {
        ("payment-data", "items"),
        ("payment-data", "messages"),
    }


def granted(found: Any) -> list[Any]:
    return [
        {name: told(value) for name, value in each.items() if name != "policy"}
        for each in found["grants"]
    ]


def linked(found: Any) -> set[tuple[str, str, str]]:
    return {
        (told(each["urn"]), link["property"], told(link["target"]))
        for each in found["resources"]
        for link in each["links"]
    }


def told(value: Any) -> Any:
    """A text without the stack's name, in which the two engines may differ."""
    if isinstance(value, list):
        return [told(each) for each in value]
    return re.sub("urn:pulumi:[^:]*::", "", value) if isinstance(value, str) else value


def kept(found: Any) -> set[tuple[str, str, str]]:
    return {
        (told(each["urn"]), each["classification"], each["stores"])
        for each in found["resources"]
        if each["stores"]
    }
