"""The names of files in a report folder: which can be listed, and how they are shown."""

from __future__ import annotations

from typing import Final

MANIFEST: Final = "manifest.json"
"""The manifest of a report folder."""

ENVELOPE: Final = "manifest.dsse.json"
"""The signature of a report folder, around its manifest."""

REPORT: Final = "report.json"
"""The evidence, which every other file of the folder is made of."""

OF_THE_SEAL: Final = frozenset({MANIFEST, ENVELOPE})
"""What no manifest lists: it cannot hold its own digest, nor that of what is made from it."""


def is_file_name(name: object) -> bool:
    """Whether something names a file in the folder itself, on every system."""
    return (
        isinstance(name, str)
        and name not in ("", ".", "..")
        and not any(mark in name for mark in '/\\:"<>|?*')
        and name.isprintable()
    )


def shown(text: str) -> str:
    """A text from a file that may come from anywhere, safe to print: one line, no control."""
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in text
    )
