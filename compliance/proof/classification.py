"""What weakens a resource, type by type: data files that no rule reads.

One YAML file for each service in `weakenings/`. For each resource type:

    aws:sqs/queue:Queue:
      removal: {neutral: what depends on it no longer deploys}
      properties:
        fifoQueue: {weakens: [removed, {set: [false]}]}
        messageRetentionSeconds:
          weakens:
            - {set: [60, 345599, 345601], where: no dead-letter queue}
        redrivePolicy.maxReceiveCount: {weakens: [{set: [0, 11]}]}
        delaySeconds: {neutral: a delay loses nothing}
        tags: as every type

A change is `removed`, `cut` (it points at something outside the stack), `swapped` (it points
at another resource of the stack, of the same type), `renamed` (the resource's name loses the
environment, wherever it is written), or `set` to each of some values. `where` names a
condition of :mod:`compliance.proof.conditions`; `unless` a value that weakens nothing when it
goes, because it is the default. `neutral` says why every other value weakens
nothing, `unclaimed` why a weakening is one that no rule is meant to catch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from compliance.proof.conditions import CONDITIONS

FOLDER: Final = Path(__file__).with_name("weakenings")
EVERY_TYPE: Final = "every type"
EVERY_DOCUMENT: Final = "every document"
AS_EVERY_TYPE: Final = "as every type"
ACTIONS: Final = ("removed", "cut", "swapped", "renamed", "set")
_SHORTEST_REASON: Final = 12


class ClassificationError(Exception):
    """A file of weakenings is not valid; the message names the file and the entry."""


@dataclass(frozen=True)
class Weakening:
    """One kind of change: an action, its values where it is `set`, and its condition."""

    action: str
    values: tuple[Any, ...] = ()
    where: str | None = None
    unless: Any = None


@dataclass(frozen=True)
class Entry:
    """What is said of a property, or of the removal of the whole resource."""

    weakens: tuple[Weakening, ...] = ()
    neutral: str = ""
    unclaimed: str = ""


@dataclass(frozen=True)
class TypeEntry:
    """What is said of a resource type; the properties by their paths."""

    removal: Entry
    properties: Mapping[str, Entry]


@cache
def load_weakenings(folder: Path = FOLDER) -> Mapping[str, TypeEntry]:
    """What all files of a folder say, by resource type.

    Raises :class:`ClassificationError` where a file or an entry is not valid.
    """
    types: dict[str, Any] = {}
    for file in sorted(folder.glob("*.yaml")):
        data = _read(file)
        for type_ in data:
            if type_ in types:
                raise ClassificationError(f"{file}: {type_} is in another file too")
        types.update({type_: (file, entry) for type_, entry in data.items()})
    _, shared = types.pop(EVERY_TYPE, (None, {}))
    file, documents = types.pop(EVERY_DOCUMENT, (folder, {}))
    types[EVERY_DOCUMENT] = (
        file,
        {"removal": {"neutral": "a document goes with its resource"}, "properties": documents},
    )
    return {
        type_: _type_entry(f"{file.name}: {type_}", entry, shared)
        for type_, (file, entry) in types.items()
    }


def _read(file: Path) -> Mapping[str, Any]:
    try:
        data = yaml.load(file.read_text("utf-8"), yaml.CSafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ClassificationError(f"{file}: cannot be read: {error}") from error
    if not isinstance(data, dict):
        raise ClassificationError(f"{file}: must map resource types to their entries")
    return data


def _type_entry(where: str, data: Any, shared: Mapping[str, Any]) -> TypeEntry:
    if not isinstance(data, dict) or set(data) != {"removal", "properties"}:
        raise ClassificationError(f"{where} must have removal and properties, and nothing else")
    properties: dict[str, Any] = {}
    for path, given in data["properties"].items():
        if given != AS_EVERY_TYPE:
            properties[path] = given
            continue
        if path not in shared:
            raise ClassificationError(f"{where}.{path}: nothing is said of it for every type")
        properties.update(
            {name: item for name, item in shared.items() if name.partition(".")[0] == path}
        )
    return TypeEntry(
        _entry(f"{where}: removal", data["removal"]),
        {path: _entry(f"{where}.{path}", given) for path, given in properties.items()},
    )


def _entry(where: str, data: Any) -> Entry:
    if data == "weakens":
        return Entry((Weakening("removed"),))
    if not isinstance(data, dict) or not data or set(data) - {"weakens", "neutral", "unclaimed"}:
        raise ClassificationError(f"{where} must say weakens, neutral or unclaimed")
    for name in ("neutral", "unclaimed"):
        reason = data.get(name)
        if name in data and (not isinstance(reason, str) or len(reason) < _SHORTEST_REASON):
            raise ClassificationError(f"{where}: {name} needs a reason")
    weakens = data.get("weakens", [])
    if not isinstance(weakens, list):
        raise ClassificationError(f"{where}: weakens must be a list of changes")
    return Entry(
        tuple(_weakening(where, item) for item in weakens),
        " ".join(data.get("neutral", "").split()),
        " ".join(data.get("unclaimed", "").split()),
    )


def _weakening(where: str, data: Any) -> Weakening:
    given = {data: None} if isinstance(data, str) else data
    actions = [name for name in ACTIONS if isinstance(given, dict) and name in given]
    if len(actions) != 1 or set(given) - {*actions, "where", "unless"}:
        raise ClassificationError(f"{where}: a change is one of {', '.join(ACTIONS)}")
    condition = given.get("where")
    if condition is not None and condition not in CONDITIONS:
        raise ClassificationError(
            f"{where}: there is no condition {condition!r}; there are {', '.join(CONDITIONS)}"
        )
    values = given[actions[0]] if actions[0] == "set" else []
    if not isinstance(values, list) or (actions[0] == "set" and not values):
        raise ClassificationError(f"{where}: set takes a list of values")
    return Weakening(actions[0], tuple(values), condition, given.get("unless"))
