"""The known ways from one grant to more rights, as data with a source for each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

_DATA: Final = Path(__file__).with_name("escalation_paths.yaml")


@dataclass(frozen=True)
class EscalationPath:
    """One way; the file says what each field means. Actions keep the spelling of AWS."""

    id: str
    title: str
    actions: tuple[str, ...]
    source: str
    passes_to: str | None = None
    closed_by: frozenset[str] = frozenset()
    harmless_on_oneself: bool = False


@cache
def escalation_paths() -> tuple[EscalationPath, ...]:
    """Every known path, in the order of the file."""
    return tuple(_path(each) for each in _entries())


def _entries() -> Iterable[dict[str, Any]]:
    entries: list[dict[str, Any]] = yaml.safe_load(_DATA.read_text("utf-8"))
    return entries


def _path(entry: dict[str, Any]) -> EscalationPath:
    return EscalationPath(
        entry["id"],
        entry["title"],
        tuple(entry["actions"]),
        entry["source"],
        entry.get("passes_to"),
        frozenset(entry.get("closed_by", ())),
        entry.get("oneself") == "harmless",
    )
