"""The ledger of the changes that survive."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.mutation.looked_at import FILE, lines_of, looked_at

PACKAGE = Path(__file__).parents[2] / "policypack" / "payment_guardrails"
DIFFERENCE = """---
+++
@@ -1,3 +1,3 @@
 def retention(days):
-    return days >= 7
+    return days > 7
"""
ENTRY = {"module": "logs.py", "removed": "return days >= 7", "added": "return days > 7"}


def test_a_change_is_known_by_its_lines(tmp_path: Path) -> None:
    file = tmp_path / "looked_at.jsonl"
    file.write_text(json.dumps({**ENTRY, "kind": "gap", "why": "no test of seven days"}) + "\n")
    assert looked_at(file)[lines_of("logs.py", DIFFERENCE)] == "gap"
    assert lines_of("sqs.py", DIFFERENCE) not in looked_at(file)


@pytest.mark.parametrize("found", [{"kind": "fine", "why": "it is"}, {"kind": "gap", "why": " "}])
def test_a_finding_has_a_kind_and_a_reason(tmp_path: Path, found: dict[str, str]) -> None:
    file = tmp_path / "looked_at.jsonl"
    file.write_text(json.dumps({**ENTRY, **found}) + "\n")
    with pytest.raises(ValueError, match="not a finding"):
        looked_at(file)


def test_the_ledger_speaks_of_lines_that_are_there() -> None:
    """A line that was rewritten is another one, to be looked at again."""
    gone = []
    for module, removed, _ in looked_at(FILE):
        source = {line.strip() for line in (PACKAGE / module).read_text("utf-8").splitlines()}
        gone += [(module, line) for line in removed.splitlines() if line not in source]
    assert gone == []
