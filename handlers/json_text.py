"""JSON text in and out: strict, exact numbers, one canonical form."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, NoReturn

# What walks a value afterwards recurses; no body of ours nests deeper than two.
_DEEPEST: Final = 32


class JsonError(ValueError):
    """The text is no JSON that the API accepts; the message says why."""


def parse(text: str) -> Any:
    """Read JSON with numbers as `Decimal`, every digit kept.

    Raises :class:`JsonError` on malformed text, duplicate names, NaN and infinities,
    nesting that is too deep, and text that is not Unicode (lone surrogates).
    """
    try:
        value = json.loads(
            text,
            parse_float=Decimal,
            parse_int=Decimal,
            parse_constant=_refuse_constant,
            object_pairs_hook=_object,
        )
        json.dumps(value, default=str, ensure_ascii=False).encode()
        _refuse_depth(value)
    except JsonError:
        raise
    except RecursionError:
        raise JsonError("is nested too deeply") from None
    except UnicodeError:
        raise JsonError("holds text that is not Unicode") from None
    except (ValueError, ArithmeticError):
        raise JsonError("is not valid JSON") from None
    return value


def _refuse_constant(_: str) -> NoReturn:
    raise JsonError("is not valid JSON: NaN and infinities are no numbers")


def _refuse_depth(value: Any) -> None:
    level = [value]
    for _ in range(_DEEPEST):
        level = [
            member
            for each in level
            if isinstance(each, dict | list)
            for member in (each.values() if isinstance(each, dict) else each)
        ]
    if level:
        raise JsonError("is nested too deeply")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise JsonError("has the same name twice in an object")
    return members


def canonical(value: Any) -> str:
    """The same text for the same value, whatever the order of names and the white space.

    `1`, `1.0` and `"1"` are different values.
    """
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        members = (f"{json.dumps(name)}:{canonical(value[name])}" for name in sorted(value))
        return f"{{{','.join(members)}}}"
    if isinstance(value, list | tuple):
        return f"[{','.join(canonical(item) for item in value)}]"
    return json.dumps(value)


def fingerprint(value: Any) -> str:
    """SHA-256 of the canonical form, in hexadecimal."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def emit(value: Any) -> str:
    """JSON text in which a `Decimal` is a number with exactly its digits."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{json.dumps(name)}: {emit(value[name])}' for name in value)}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(emit(item) for item in value)}]"
    return json.dumps(value)
