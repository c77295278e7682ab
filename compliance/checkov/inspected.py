"""What Checkov's own checks read, as far as their source says: `inspected.json`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

_DATA: Final = Path(__file__).with_name("inspected.json")
_SEPARATORS: Final = re.compile(r"[./]+|\[\d*\]")


@dataclass(frozen=True)
class Reads:
    """What a check reads: attributes (with slashes, without indexes) of Terraform types.

    `connects` is true where it follows the references between resources of those types.
    """

    attributes: frozenset[str]
    types: tuple[str, ...]
    connects: bool


@cache
def inspected() -> Mapping[str, Reads]:
    """What each check reads, by its id."""
    checks = json.loads(_DATA.read_text("utf-8"))["checks"]
    return {
        id_: Reads(
            frozenset(map(path_of, each["attributes"])), tuple(each["types"]), each["connects"]
        )
        for id_, each in checks.items()
    }


def path_of(text: str) -> str:
    """`a/[0]/b`, `a/0/b` or `a[0].b` as `a/b`."""
    return "/".join(part for part in _SEPARATORS.split(text) if part and not part.isdigit())
