"""What Checkov's own checks read, as far as their source says: `inspected.json`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

_DATA: Final = Path(__file__).with_name("inspected.json")
_SEPARATORS: Final = re.compile(r"[./]+|\[\d*\]")


@cache
def inspected() -> Mapping[str, frozenset[str]]:
    """The attributes that each check reads, with slashes and without indexes, by its id."""
    checks = json.loads(_DATA.read_text("utf-8"))["checks"]
    return {id_: frozenset(map(path_of, each["attributes"])) for id_, each in checks.items()}


def path_of(text: str) -> str:
    """`a/[0]/b` or `a[0].b` as `a/b`."""
    return "/".join(part for part in _SEPARATORS.split(text) if part)
