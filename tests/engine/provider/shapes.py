"""Ids, names and ARNs in the shapes that AWS gives them; random where AWS's are."""

from __future__ import annotations

import random
import re
import string
import uuid
from collections.abc import Mapping
from typing import Any, Final

_PLACEHOLDER: Final = re.compile(r"\{([\w.]+)(?::(\d+))?\}")
_ALPHABETS: Final[Mapping[str, str]] = {
    "alnum": string.ascii_lowercase + string.digits,
    "random": string.ascii_uppercase + string.digits,
    "hex": "0123456789abcdef",
    "digits": string.digits,
}


class MissingValueError(Exception):
    """A shape names a value that the resource does not have."""


def filled(shape: str, values: Mapping[str, Any], draw: random.Random) -> str:
    """The shape with its placeholders filled: `{name}` from the values, `{hex:8}` drawn."""

    def fill(match: re.Match[str]) -> str:
        name, length = match.group(1), match.group(2)
        if length is not None:
            return "".join(draw.choices(_ALPHABETS[name], k=int(length)))
        if name == "uuid":
            return str(uuid.UUID(int=draw.getrandbits(128), version=4))
        value = values.get(name)
        if not isinstance(value, str | int | float):
            raise MissingValueError(f"{shape} needs {name}")
        return str(value)

    return _PLACEHOLDER.sub(fill, shape)


def is_shaped(text: str, shape: str) -> bool:
    """True where `text` could be an instance of the shape."""
    parts, end = [], 0
    for match in _PLACEHOLDER.finditer(shape):
        parts.append(re.escape(shape[end : match.start()]))
        name, length = match.group(1), match.group(2)
        if length is not None:
            parts.append(f"[{re.escape(_ALPHABETS[name])}]{{{length}}}")
        elif name == "uuid":
            parts.append(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
        else:
            parts.append(r".+")
        end = match.end()
    parts.append(re.escape(shape[end:]))
    return re.fullmatch("".join(parts), text) is not None
