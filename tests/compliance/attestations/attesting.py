"""Frameworks, entries and files of attestations for the tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from compliance.controls import Control, Framework

FRAMEWORKS: Final = (
    Framework(
        "House",
        "1",
        "the wiki",
        (
            Control("1.1", "Access is reviewed", "manual", "C", (), "", "The records."),
            Control("1.10", "People are trained", "manual", "C", (), "", "The records."),
            Control(
                "2.1", "Queues are encrypted", "partial", "C", ("sqs-queue-encrypted",), "n", ""
            ),
            Control("2.2", "Queues are FIFO", "automated", "C", ("sqs-queue-fifo",), "", ""),
        ),
    ),
    Framework("Yard", "1", "s", (Control("A", "t", "manual", "C", (), "", "e"),)),
    Framework("Yard", "2", "s", (Control("A", "t", "manual", "C", (), "", "e"),)),
)
DIGEST: Final = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
"""What `sha256sum` says of a file that holds `test`."""
ENTRY: Final[dict[str, Any]] = {
    "framework": "House", "control": "1.1", "statement": "all access was reviewed",
    "owner": "platform", "date": "2026-01-15", "valid_until": "2026-07-31",
}  # fmt: skip


def entry(*left_out: str, **changed: Any) -> dict[str, Any]:
    """A valid entry with some fields changed or left out."""
    return {name: value for name, value in {**ENTRY, **changed}.items() if name not in left_out}


def listed(*entries: Any) -> str:
    """A file of these entries, one a line."""
    return "".join(f"- {json.dumps(each, ensure_ascii=False)}\n" for each in entries)


def project(folder: Path, *entries: Any, text: str | None = None) -> Path:
    """A project with these attestations, and with `docs/review.txt`, which holds `test`."""
    (folder / "compliance").mkdir(parents=True, exist_ok=True)
    (folder / "docs").mkdir(exist_ok=True)
    (folder / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    (folder / "docs" / "review.txt").write_text("test")
    written = listed(*entries) if text is None else text
    (folder / "compliance" / "attestations.yaml").write_text(written)
    return folder
