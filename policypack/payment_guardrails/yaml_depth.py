"""A guard before PyYAML's C loader, which ends the whole process on a text nested very deeply."""

from __future__ import annotations

from typing import Final, cast

import yaml

_DEEPEST: Final = 100
"""Levels of lists and mappings: more than any file of settings has."""


def check_depth(text: str) -> None:
    """Refuse a YAML text that is nested too deeply to be settings.

    Raises `yaml.MarkedYAMLError` with the place, or what the parser raises where it is no YAML.
    """
    depth = 0
    for event in yaml.parse(text, yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _DEEPEST:
            raise yaml.MarkedYAMLError(
                problem=f"it is nested more than {_DEEPEST} levels deep",
                problem_mark=cast("yaml.Mark | None", event.start_mark),
            )
