"""Texts of a program in files that do not take every character."""

from __future__ import annotations

import re
from typing import Final

_ELLIPSIS: Final = " ..."
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
# XML 1.0 (https://www.w3.org/TR/xml/#charsets) has none of these, not even escaped.
_NOT_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"


def encodable(text: str) -> str:
    """The text with U+FFFD for each lone surrogate: those cannot be written as UTF-8."""
    return _SURROGATE.sub(_REPLACEMENT, text)


def xml_characters(text: str) -> str:
    """The text with U+FFFD for each character that XML 1.0 does not allow."""
    return _NOT_XML.sub(_REPLACEMENT, text)


def one_line(text: str) -> str:
    """The text, encodable, with each run of white space and control characters as one space."""
    if text.isprintable():
        # The only white space in it is the space; most texts are as they should be.
        if "  " not in text and text[:1] != " " and text[-1:] != " ":
            return text
    else:
        text = "".join(char if char.isprintable() else " " for char in encodable(text))
    return " ".join(text.split())


def cut(text: str, most: int) -> str:
    """The text, or its beginning and an ellipsis: at most `most` characters (at least 4)."""
    return text if len(text) <= most else text[: most - len(_ELLIPSIS)] + _ELLIPSIS
