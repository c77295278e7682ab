"""What a resource keeps of the data that callers put there, by its type."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

import yaml

_DATA: Final = Path(__file__).with_suffix(".yaml")


def stored_by(type_: str) -> str:
    """What a resource of the type keeps (`items`, `messages`); empty where it keeps nothing."""
    return _stores().get(type_, "")


@cache
def _stores() -> Mapping[str, str]:
    stores: dict[str, str] = yaml.load(_DATA.read_text("utf-8"), yaml.CSafeLoader)
    return stores
