"""How the JSON of long reports is laid out: an entry of a list on each line.

A diff then shows one entry as one line, and the encoder written in C does the work, which the
one that indents does not: https://docs.python.org/3/library/json.html#json.dump
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_compact = json.JSONEncoder(ensure_ascii=True, separators=(", ", ": ")).encode


def json_text(data: Mapping[str, Any], *, depth: int) -> str:
    """The data as JSON, in ASCII; `depth` is how many levels are spread over lines."""
    return "".join(_spread(data, depth, "\n")) + "\n"


def _spread(data: Any, depth: int, newline: str) -> Iterator[str]:
    inner = newline + " "
    if depth and isinstance(data, Mapping) and data:
        for number, (name, value) in enumerate(data.items()):
            yield f"{',' if number else '{'}{inner}{_compact(name)}: "
            yield from _spread(value, depth - 1, inner)
        yield f"{newline}}}"
    elif depth and isinstance(data, Sequence) and not isinstance(data, str) and data:
        for number, value in enumerate(data):
            yield f"{',' if number else '['}{inner}"
            yield from _spread(value, depth - 1, inner)
        yield f"{newline}]"
    else:
        yield _compact(data)
