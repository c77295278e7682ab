"""Files of frameworks for the tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

ROW: dict[str, Any] = {
    "id": "1.1", "title": "Queues are encrypted", "status": "automated", "basis": "C",
    "rules": ["sqs-queue-encrypted"],
}  # fmt: skip
MANUAL: dict[str, Any] = {
    "id": "1.2", "title": "Access is reviewed", "status": "manual", "evidence": "The records.",
}  # fmt: skip


def framework(*rows: Any, **head: Any) -> str:
    """A framework's file, one row a line; the first row is in line 5."""
    fields = {"framework": "House rules", "version": "1", "source": "the wiki", **head}
    lines = [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in fields.items()]
    return "\n".join([*lines, "controls:", *(f"  - {json.dumps(row)}" for row in rows)]) + "\n"


def row(*left_out: str, **changed: Any) -> dict[str, Any]:
    """A valid row with some fields changed or left out."""
    return {name: value for name, value in {**ROW, **changed}.items() if name not in left_out}


def write(folder: Path, text: str, name: str = "house.yaml") -> Path:
    """A folder of a team's frameworks with one file in it."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text)
    return folder
