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
    start: str = ""
    lowercase: bool = False
    max: int = 255
    changes: bool = False


@dataclass(frozen=True)
class Target:
    """What a property may name: resources of a type, or what AWS keeps in every account.

    `property` is the one property of the target that names it, None where its id, ARN and
    name do. Without a `type`, `pattern` is a glob of the names of what AWS keeps.
    """

    type: str | None = None
    property: str | None = None
    pattern: str | None = None


@dataclass(frozen=True)
class Need:
    """A resource of `type`, whose properties `same` equal ours, and which has `having`."""

    type: str
    same: Mapping[str, str]
    having: str | None = None


@dataclass(frozen=True)
class Kind:
    """One resource type; the members are explained at the head of `types.yaml`."""

    id: str = "{lower:10}"
    name: Naming | None = None
    defaults: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)
    tagged: bool = False
    is_global: bool = False
    documents: tuple[str, ...] = ()
    references: Mapping[str, tuple[Target, ...]] = field(default_factory=dict)
    needs: tuple[Need, ...] = ()
    replaces: tuple[str, ...] = ()
    delete_first: bool = False
    secrets: tuple[str, ...] = ()
    schema: str = ""
    example: Mapping[str, str] = field(default_factory=dict)
    source: tuple[str, ...] = ()


@cache
def catalogue() -> Mapping[str, Kind]:
    """Every type, by its Pulumi token."""
    entries = yaml.safe_load(_FILE.read_text("utf-8"))
    return {token: _kind(entry or {}) for token, entry in entries.items()}


def kind_of(type_: str) -> Kind:
    """The type's entry; a type without one has an id, and nothing computed."""
    return catalogue().get(type_, Kind())


def _kind(entry: Mapping[str, Any]) -> Kind:
    members = dict(entry)
    for name in ("documents", "replaces", "secrets", "source"):
        members[name] = _several(members.get(name, ()))
    members["name"] = Naming(**entry["name"]) if "name" in entry else None
    members["is_global"] = members.pop("global", False)
    members["needs"] = tuple(Need(**need) for need in entry.get("needs", ()))
    members["references"] = {
        path: tuple(_target(text) for text in _several(targets))
        for path, targets in entry.get("references", {}).items()
    }
    return Kind(**members)


def _several(value: str | list[str] | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _target(text: str) -> Target:
    if not text.startswith("aws:"):
        return Target(pattern=text)
    type_, _, property_ = text.partition(">")
    return Target(type_, property_ or None)
