"""What README.md shows of the gate's output is what the gate prints."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from compliance.command_line import main

ROOT = Path(__file__).parents[2]


def test_the_example_of_findings_is_what_the_gate_prints(tmp_path: Path, capsys: Any) -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    [shown] = re.findall(r"```\n(FAILED  iam-policy-no-wildcard-resource.*?)```", text, re.DOTALL)
    program = ROOT / "tests" / "programs" / "published-payments"
    assert main(["gate", "--program", str(program), "--out", str(tmp_path)]) == 1
    printed = {line.strip() for line in capsys.readouterr().out.splitlines()}
    lines = [line.strip() for line in shown.splitlines() if line.strip() not in ("", "...")]
    assert len(lines) > 5
    assert [line for line in lines if line not in printed] == []
