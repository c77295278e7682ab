"""Files of rows with named texts, in YAML: waivers, frameworks of controls, attestations.

Nodes are read, not values made: so every complaint has a line, a date that does not exist is a
text, `2.10` stays what was written, and aliases cannot grow.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Final

import yaml

from payment_guardrails.yaml_depth import check_depth

LARGEST: Final = 1_000_000
"""Bytes of a file: a framework of a thousand requirements has a third of it."""
LONGEST_TEXT: Final = 2_000
_TEXT: Final = "tag:yaml.org,2002:str"
_NOTHING: Final = "tag:yaml.org,2002:null"
# They change the order in which a screen shows the text around them.
_MISLEADING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True)
class Source:
    """A file that is read: its name for readers, and the kind of error that a fault in it is."""

    name: str
    error: type[ValueError]

    def fault(self, node: yaml.Node, complaint: str) -> ValueError:
        """The error for a complaint about a node, with its line."""
        return self.error(f"{self.name}:{line_of(node)}: {complaint}")


def line_of(node: yaml.Node) -> int:
    """The line that a node begins in, from 1."""
    return int(node.start_mark.line) + 1


def read_content(file: Path, source: Source) -> bytes:
    """The bytes of a file. Raises the source's error where it cannot be read or is too large."""
    try:
        with file.open("rb") as opened:
            content = opened.read(LARGEST + 1)
    except OSError as error:
        raise source.error(
            f"{source.name}: cannot be read: {error.strerror or error}; name another file"
        ) from error
    if len(content) > LARGEST:
        raise source.error(f"{source.name}: is larger than {LARGEST} bytes: is it the right file?")
    return content


def compose(content: bytes, source: Source) -> yaml.Node | None:
    """The YAML document in a file; None where it holds nothing but comments.

    Raises the source's error, with the line where there is one.
    """
    try:
        text = content.decode("utf-8")
        check_depth(text)
        return yaml.compose(text, yaml.CSafeLoader)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise source.error(f"{source.name}:{line}: is not UTF-8; save it as UTF-8") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line_shown = f":{mark.line + 1}" if mark else ""
        raise source.error(
            f"{source.name}{line_shown}: malformed YAML: {error.problem or error.context}; "
            "write one field a line, and texts with a colon in quotes"
        ) from error
    except yaml.YAMLError as error:
        first = str(error).partition("\n")[0]
        raise source.error(f"{source.name}: cannot be read as YAML: {first}") from error


def fields_of(
    node: yaml.Node, source: Source, what: str, known: Collection[str]
) -> Mapping[str, yaml.Node]:
    """The fields of a mapping; one with nothing behind it is left out.

    `what` names the mapping in messages. Raises the source's error where it is no mapping, or
    has a field that is not known, or one twice.
    """
    if not isinstance(node, yaml.MappingNode):
        raise source.fault(node, f"{what} must have fields ({', '.join(known)})")
    fields: dict[str, yaml.Node] = {}
    for key, value in node.value:
        name = str(key.value) if isinstance(key, yaml.ScalarNode) else "(not a name)"
        if name not in known:
            close = get_close_matches(name[:100], list(known), 1)
            hint = close[0] if close else f"one of {', '.join(known)}"
            raise source.fault(key, f"{what} has no field {name[:100]!r}; did you mean {hint}?")
        if name in fields:
            raise source.fault(key, f"{name} is there twice in {what}; keep one")
        fields[name] = value
    return {name: value for name, value in fields.items() if not is_nothing(value)}


def is_nothing(node: yaml.Node | None) -> bool:
    """Whether nothing is written there."""
    return node is None or (isinstance(node, yaml.ScalarNode) and node.tag == _NOTHING)


def rows_of(node: yaml.Node, source: Source, field: str) -> list[yaml.Node]:
    """The items of a list. Raises the source's error where it is none."""
    if not isinstance(node, yaml.SequenceNode):
        raise source.fault(node, f"{field} must be a list (`- ...`, one below the other)")
    return list(node.value)


def text_of(
    node: yaml.Node, source: Source, field: str, *, as_written: bool = False, blank: bool = False
) -> str:
    """A text with single spaces; `as_written` also takes a number, a date or a word like `yes`.

    Raises the source's error where it is another thing, blank (unless `blank` allows it), too
    long, or holds characters that no screen shows.
    """
    if not isinstance(node, yaml.ScalarNode):
        raise source.fault(node, f"{field} must be a text, not a list or a mapping")
    if node.tag != _TEXT and not as_written:
        raise source.fault(node, f"{field} must be a text; put it in quotes")
    text = " ".join(str(node.value).split())
    if not text and not blank:
        raise source.fault(node, f"{field} is blank; say something there")
    if len(text) > LONGEST_TEXT:
        raise source.fault(node, f"{field} is longer than {LONGEST_TEXT} characters")
    hidden = next(_unprintable(text), None)
    if hidden is not None:
        raise source.fault(
            node,
            f"{field} holds a character that no screen shows (U+{ord(hidden):04X}); remove it",
        )
    return text


def _unprintable(text: str) -> Iterator[str]:
    if text.isascii() and text.isprintable():
        return
    for character in text:
        if character in _MISLEADING or unicodedata.category(character) in ("Cc", "Cs"):
            yield character
