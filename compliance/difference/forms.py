"""The forms that a difference is written in, by name: file and text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from compliance.difference import Difference
from compliance.difference.json_form import write_json
from compliance.difference.markdown import write_markdown
from compliance.difference.terminal import full
from compliance.difference.verdict import FailOn

Writer = Callable[[Difference, FailOn], str]


def write_text(difference: Difference, fail_on: FailOn) -> str:
    """What the terminal shows, without colour."""
    return "".join(f"{line.plain}\n" for line in full(difference, fail_on))


FORMS: Final[Mapping[str, tuple[str, Writer]]] = {
    "text": ("difference.txt", write_text),
    "md": ("difference.md", write_markdown),
    "json": ("difference.json", write_json),
}


def difference_texts(
    difference: Difference, fail_on: FailOn, names: Iterable[str] = ("md", "json")
) -> list[tuple[str, str]]:
    """The named forms, each with its file name, for :func:`compliance.reports.write_files`."""
    return [(FORMS[name][0], FORMS[name][1](difference, fail_on)) for name in names]
