"""Text of rules as HTML: code in backticks, addresses as links; all else escaped."""

from __future__ import annotations

import re
from typing import Final

from markupsafe import Markup, escape

# An address ends before the punctuation of its sentence.
_PARTS: Final = re.compile(r"`([^`\n]+)`|(https://[^\s<>\"'`]*[^\s<>\"'`.,;:!?)])")
# HTML has no place for these characters, not even escaped.
# https://infra.spec.whatwg.org/#noncharacter and https://infra.spec.whatwg.org/#control
_UNPRINTABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")
# Each plane of Unicode ends with two of them. To look for those takes ten times as long, and
# hardly a page has a character beyond the first plane.
_BEYOND_FIRST_PLANE: Final = re.compile("[\U00010000-\U0010ffff]")
_BEYOND: Final = re.compile(
    f"[{''.join(chr(p | 0xFFFE) + chr(p | 0xFFFF) for p in range(0x10000, 0x110000, 0x10000))}]"
)


def prose(text: str) -> Markup:
    """Text with `code` and https addresses marked up."""
    text = " ".join(text.split())
    made: list[str] = []
    end = 0
    for found in _PARTS.finditer(text):
        made.append(escape(text[end : found.start()]))
        code, address = found.groups()
        made.append(
            Markup("<code>{}</code>").format(code)
            if code
            else Markup('<a href="{0}" rel="noreferrer">{0}</a>').format(address)
        )
        end = found.end()
    made.append(escape(text[end:]))
    # Every part is escaped or made by `Markup.format`, which escapes.
    return Markup("").join(made)


def printable(page: str) -> str:
    """A page in which characters that no browser shows stand as U+FFFD."""
    page = _UNPRINTABLE.sub("\ufffd", page.encode("utf-8", "replace").decode())
    return _BEYOND.sub("\ufffd", page) if _BEYOND_FIRST_PLANE.search(page) else page


def shortened(text: str, length: int) -> str:
    """At most `length` characters of a text, its beginning and its end."""
    if len(text) <= length:
        return text
    kept = length - 1
    return f"{text[: kept - kept // 3]}…{text[len(text) - kept // 3 :]}"
