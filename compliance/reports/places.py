"""Where a reader finds a result in the repository: a file and a line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from compliance.evidence import Evidence, ResourceEntry, Result

_PROJECT_FILE: Final = "Pulumi.yaml"
# What Linux takes; readers of SARIF give up on a whole log for an address of some 65,000.
_LONGEST_PATH: Final = 4_096


@dataclass(frozen=True)
class Place:
    """A file of the repository, with slashes from its root, and a line from 1.

    `known` is False where the line of the program is not known: the file is then the
    project's own `Pulumi.yaml`, because readers such as code scanning drop what has no place.
    """

    file: str
    line: int
    known: bool

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.known else self.file


def place_of(result: Result, resources: Mapping[str, ResourceEntry], folder: str) -> Place:
    """The place of a result; `resources` by URN, `folder` the project's in its repository."""
    resource = resources.get(result.resource or "")
    location = None if resource is None else resource.location
    if location is None or len(location.file) > _LONGEST_PATH:
        return _place(folder, _PROJECT_FILE, 1, known=False)
    return _place(folder, location.file, location.line, known=True)


def resources_by_urn(evidence: Evidence) -> dict[str, ResourceEntry]:
    """The resources of the evidence by their URNs."""
    return {resource.urn: resource for resource in evidence.resources}


# A program has few lines that create resources, each of many results.
@lru_cache(maxsize=1024)
def _place(folder: str, file: str, line: int, *, known: bool) -> Place:
    joined = "/".join(part for part in (folder.strip("/"), file.lstrip("/")) if part)
    return Place(joined, line, known)
