"""Which resources a resource names, and by which of their properties."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from tests.engine.provider.catalogue import Kind, Target, kind_of
from tests.engine.provider.wire import UNKNOWN


def named(properties: Mapping[str, Any], path: str) -> tuple[str, ...]:
    """What the property at the path names; `properties` hold no secret wrappers."""
    found = _at(properties, path.split("."))
    return tuple(value for value in found if isinstance(value, str) and value != UNKNOWN)


def is_named(type_: str, outputs: Mapping[str, Any], name: str, targets: Iterable[Target]) -> bool:
    """True where `name` names the resource with these outputs, as one of the targets."""
    return any(
        target.type == type_ and name in _names(kind_of(type_), outputs, target.property)
        for target in targets
    )


def is_kept_by_aws(name: str, targets: Iterable[Target]) -> bool:
    """True where `name` is of something that AWS keeps in every account."""
    return any(
        target.pattern is not None and fnmatchcase(name, target.pattern) for target in targets
    )


def _names(kind: Kind, outputs: Mapping[str, Any], only: str | None) -> tuple[Any, ...]:
    if only is not None:
        return (outputs.get(only),)
    properties = ("id", "arn", *([kind.name.property] if kind.name else []))
    return tuple(outputs.get(name) for name in properties)


def _at(value: Any, path: list[str]) -> Iterator[Any]:
    if isinstance(value, list):
        for item in value:
            yield from _at(item, path)
    elif not path:
        yield value
    elif isinstance(value, str):
        yield from _at(_parsed(value), path)
    elif isinstance(value, dict):
        head, *rest = path
        for item in value.values() if head == "*" else (value.get(head),):
            yield from _at(item, rest)


def _parsed(text: str) -> Any:
    # A document in a property is JSON text; anything else names nothing.
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict | list) else None
