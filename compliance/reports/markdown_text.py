"""Markdown that holds texts of others, and fits into a comment on GitHub."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from compliance.reports.characters import cut, one_line

COMMENT_LIMIT: Final = 65_000
"""GitHub takes comments of 65,536 characters; a workflow may add a line of its own."""

_MARKUP: Final = re.compile(r"([\\`*_{}\[\]<>()#+!|~&])")
# GitHub would call a person, or make a link, of these: https://github.github.com/gfm/#autolinks-extension-
_ACTIVE: Final = re.compile(r"@|:(?=//)|www(?=\.)", re.IGNORECASE)
_NO_WIDTH: Final = "&#8203;"
_MOST_LISTED: Final = 50
_LONGEST: Final = 300


@dataclass(frozen=True)
class Block:
    """A part of a text: a heading, what is before its lines, and lines by their weight.

    A `head` that is not empty makes the lines the rows of a table.
    """

    heading: str
    lines: tuple[str, ...]
    head: tuple[str, ...] = ()


def escape(text: str) -> str:
    """A text of others in one line, cut, with nothing in it that is markup, a link or a call."""
    marked = _MARKUP.sub(r"\\\1", cut(one_line(text), _LONGEST))
    return _ACTIVE.sub(rf"\g<0>{_NO_WIDTH}", marked)


def row(cells: Iterable[str]) -> str:
    """The row of a table, of texts of others."""
    return f"| {' | '.join(map(escape, cells))} |"


def table_head(*titles: str) -> tuple[str, str]:
    """The first two lines of a table."""
    return f"| {' | '.join(titles)} |", "|---" * len(titles) + "|"


def fit(opening: Iterable[str], blocks: Iterable[Block], limit: int, whole: str) -> str:
    """The opening and as much of the blocks as fits into `limit` bytes of UTF-8.

    Lines that are left out are counted in their block, and blocks at the end; `whole` is the
    report that has them all. The opening must be far shorter than the limit. Bytes are at
    least as many as characters, however those are counted.
    """
    written = [*opening]
    given = list(blocks)
    room = limit - _size(written) - _size(_left_out(len(given), whole))
    left_out = 0
    for block in given:
        text = _cut(block, room, whole)
        left_out += not text
        written.extend(text)
        room -= _size(text)
    if left_out:
        written.extend(_left_out(left_out, whole))
    return "".join(f"{line}\n" for line in written)


def _cut(block: Block, room: int, whole: str) -> list[str]:
    """The block, cut to the room there is; nothing where not even one line of it fits."""
    before = ["", f"## {block.heading}", "", *block.head]
    room -= _size(before) + _size(_more(block, len(block.lines), whole))
    lines: list[str] = []
    for line in block.lines[:_MOST_LISTED]:
        room -= _size([line])
        if room < 0:
            break
        lines.append(line)
    if not lines:
        return []
    rest = len(block.lines) - len(lines)
    return [*before, *lines, *(_more(block, rest, whole) if rest else [])]


def _more(block: Block, count: int, whole: str) -> list[str]:
    told = f"... and {count} more, in {whole}"
    return ["", told] if block.head else [f"- {told}"]


def _left_out(count: int, whole: str) -> list[str]:
    return ["", f"{count} more of these lists did not fit; they are in {whole}."]


def _size(lines: list[str]) -> int:
    return sum(len(line.encode()) + 1 for line in lines)
