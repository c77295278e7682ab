"""Ids, names and ARNs in the shapes that AWS gives them; random where AWS's are.

A shape is a text with placeholders; the head of `types.yaml` says which there are.
"""

from __future__ import annotations

import random
import re
import string
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

_PLACEHOLDER: Final = re.compile(
    r"\{(?P<rooted>/)?(?P<name>[\w.]+)(?:>(?P<property>\w+)(?P<optional>\?)?)?(?::(?P<length>\d+))?\}"
)
_ALPHABETS: Final[Mapping[str, str]] = {
    "lower": string.ascii_lowercase + string.digits,
    "upper": string.ascii_uppercase + string.digits,
    "mixed": string.ascii_letters + string.digits,
    "hex": "0123456789abcdef",
    "digits": string.digits,
}
_DRAWN: Final = ("uuid", "now")
_TIME: Final = "%Y-%m-%dT%H:%M:%SZ"


class MissingValueError(Exception):
    """A shape names a value that the resource does not have."""


@dataclass(frozen=True)
class Values:
    """Where a shape's values come from.

    `own` gives a property of the resource, `of_target` a property of the resource that one
    of its references names.
    """

    own: Callable[[str], Any]
    of_target: Callable[[str, str], Any]


def filled(shape: str, values: Values, draw: random.Random) -> str:
    """The shape with its placeholders filled.

    Raises :class:`MissingValueError` where a value is missing, or is no text or number.
    """

    def fill(match: re.Match[str]) -> str:
        name, property_, length = match["name"], match["property"], match["length"]
        if length is not None:
            return "".join(draw.choices(_ALPHABETS[name], k=int(length)))
        if name == "uuid":
            return str(uuid.UUID(int=draw.getrandbits(128), version=4))
        if name == "now":
            return datetime.now(UTC).strftime(_TIME)
        value = values.of_target(name, property_) if property_ else values.own(name)
        if value is None and match["optional"]:
            return ""
        if not isinstance(value, str | int | float):
            raise MissingValueError(f"{shape} needs {name}")
        return f"/{str(value).lstrip('/')}" if match["rooted"] else str(value)

    return _PLACEHOLDER.sub(fill, shape)


def is_drawn(shape: str) -> bool:
    """True where the shape gives another text each time: AWS draws it once, and keeps it."""
    return any(
        match["length"] is not None or match["name"] in _DRAWN
        for match in _PLACEHOLDER.finditer(shape)
    )


def is_shaped(text: str, shape: str) -> bool:
    """True where `text` could be an instance of the shape."""
    parts: list[str] = []
    end = 0
    for match in _PLACEHOLDER.finditer(shape):
        parts.extend((re.escape(shape[end : match.start()]), _pattern(match)))
        end = match.end()
    parts.append(re.escape(shape[end:]))
    return re.fullmatch("".join(parts), text) is not None


def _pattern(match: re.Match[str]) -> str:
    if match["length"] is not None:
        return f"[{_ALPHABETS[match['name']]}]{{{match['length']}}}"
    if match["name"] == "uuid":
        return r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    if match["optional"]:
        return ".*"
    return _KNOWN.get(match["name"], "/.+" if match["rooted"] else ".+")


# Values of the place have a form of their own; a property can be anything.
_KNOWN: Final[Mapping[str, str]] = {
    "account": r"\d{12}",
    "region": r"[a-z]{2}(-[a-z]+)+-\d",
    "partition": r"aws(-[a-z]+)*",
    "dnsSuffix": r"amazonaws\.com(\.cn)?",
    "now": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z?",
}
