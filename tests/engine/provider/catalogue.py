"""What the stand-in knows of each resource type, read from `types.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

_FILE: Final = Path(__file__).with_name("types.yaml")


@dataclass(frozen=True)
class Naming:
    """How the provider names a resource that the program left unnamed."""

    property: str
    prefix: str | None = None
    fifo: str | None = None
    separator: str = "-"
    lowercase: bool = False
    max: int = 255


@dataclass(frozen=True)
class Kind:
    """One resource type; the members are explained at the head of `types.yaml`."""

    id: str = "{alnum:10}"
    arn: str | None = None
    defaults: Mapping[str, Any] = field(default_factory=dict)
    computed: tuple[str, ...] = ()
    name: Naming | None = None
    outputs: Mapping[str, str] = field(default_factory=dict)
    documents: tuple[str, ...] = ()
    references: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    replaces: tuple[str, ...] = ()
    region: bool = True
    example: Mapping[str, str] = field(default_factory=dict)
    source: Any = ""


@cache
def catalogue() -> Mapping[str, Kind]:
    """Every type, by its Pulumi token."""
    entries = yaml.safe_load(_FILE.read_text("utf-8"))
    return {token: _kind(entry) for token, entry in entries.items()}


def kind_of(type_: str) -> Kind:
    """The type's entry; a type without one has an id, and nothing computed."""
    return catalogue().get(type_, Kind())


def _kind(entry: Mapping[str, Any]) -> Kind:
    known = {key: value for key, value in entry.items() if key in Kind.__dataclass_fields__}
    for key in ("computed", "documents", "replaces"):
        known[key] = tuple(known.get(key) or ())
    known["name"] = Naming(**entry["name"]) if entry.get("name") else None
    known["references"] = {
        path: (types,) if isinstance(types, str) else tuple(types)
        for path, types in (entry.get("references") or {}).items()
    }
    return Kind(**known)
