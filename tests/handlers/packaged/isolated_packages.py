"""Folders that hold some of the installed packages, so that an interpreter sees no others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Final

_NAME: Final = re.compile(r"[A-Za-z0-9][\w.-]*")


def link(folder: Path, distributions: Iterable[str]) -> None:
    """Have what these distributions install at the top of `folder`, as symbolic links.

    Raises `PackageNotFoundError` where one is not installed.
    """
    for name in distributions:
        distribution = metadata.distribution(name)
        for top in {file.parts[0] for file in distribution.files or ()}:
            if top != ".." and not top.endswith(".dist-info"):
                (folder / top).symlink_to(Path(str(distribution.locate_file(top))))


def with_requirements(distribution: str) -> Iterator[str]:
    """A distribution, and those that it names as always required.

    Raises `PackageNotFoundError` where it is not installed.
    """
    yield distribution
    yield from required(line for line in metadata.requires(distribution) or () if ";" not in line)


def required(lines: Iterable[str]) -> Iterator[str]:
    """The names in lines of requirements."""
    for line in lines:
        match = _NAME.match(line)
        if match is not None:
            yield match.group()
