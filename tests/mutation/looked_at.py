"""What was found of the changes that survive: `looked_at.jsonl`, one JSON object a line.

Each has `module` (its path in the pack), `removed` and `added` (the changed lines, without what
indents them), `kind` and `why`. A change is known by its lines, wherever they are by now.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

FILE: Final = Path(__file__).with_suffix(".jsonl")
KINDS: Final = {
    "equivalent": "no program can tell it from the rules as they are",
    "wording": "only words of a message, or which of several unknown values it names",
    "elsewhere": "noticed by tests that are not run on changes, because they take long",
    "gap": "a fault that no test would notice",
}

Lines = tuple[str, str, str]
"""Module, removed lines, added lines."""


def lines_of(module: str, difference: str) -> Lines:
    """What a change is known by, out of a unified diff."""
    lines = difference.splitlines()[2:]
    removed, added = (
        "\n".join(each[1:].strip() for each in lines if each.startswith(sign)) for sign in "-+"
    )
    return module, removed, added


def looked_at(file: Path = FILE) -> Mapping[Lines, str]:
    """The kind of each change that somebody looked at; raises ValueError for an unknown one."""
    found: dict[Lines, str] = {}
    for line in file.read_text("utf-8").splitlines():
        entry = json.loads(line)
        if entry["kind"] not in KINDS or not entry["why"].strip():
            raise ValueError(f"{file.name}: not a finding: {line}")
        found[entry["module"], entry["removed"], entry["added"]] = entry["kind"]
    return found
