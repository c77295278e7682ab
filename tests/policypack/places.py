"""Places inside property values, for tests that put something else there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Place = tuple[str | int, ...]
"""The names and indexes that lead to a value; empty for the whole."""


def places(value: Any, path: Place = ()) -> Iterator[Place]:
    """Every place inside a value, the value itself included."""
    yield path
    if isinstance(value, Mapping):
        for key, member in value.items():
            yield from places(member, (*path, key))
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from places(member, (*path, index))


def put(value: Any, path: Place, new: Any) -> Any:
    """The value with something else at one place."""
    if not path:
        return new
    first, rest = path[0], path[1:]
    if isinstance(value, Mapping):
        return {**value, first: put(value[first], rest, new)}
    return [
        put(member, rest, new) if index == first else member for index, member in enumerate(value)
    ]
