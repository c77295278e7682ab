"""The heat map: every control of a framework as a cell, a row for each family."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from compliance.evidence import ControlResult
from compliance.reports.html.index import Index
from compliance.wording import MEANING

_FAMILY: Final = re.compile(r"[A-Za-z]+(?=[-.])|[A-Za-z]*\d+")


@dataclass(frozen=True)
class Cell:
    """A control. `status` is that of the control, or `attested` where a person answers for it."""

    control: ControlResult
    status: str


@dataclass(frozen=True)
class Family:
    """Controls that share the first part of their ids: `AC` of `AC-6(10)`, `3` of `3.5.1`."""

    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class FrameworkMap:
    """A framework: its families, and how many of its controls have each status."""

    name: str
    version: str
    families: tuple[Family, ...]
    counts: Mapping[str, int]

    @property
    def cells(self) -> tuple[Cell, ...]:
        """Every control, in the order of the framework."""
        return tuple(cell for family in self.families for cell in family.cells)


def heat_maps(index: Index) -> tuple[FrameworkMap, ...]:
    """A map for each framework of the evidence, in its order."""
    frameworks: dict[tuple[str, str], list[ControlResult]] = {}
    for control in index.evidence.controls:
        frameworks.setdefault((control.framework, control.version), []).append(control)
    return tuple(
        _framework(index, name, version, controls)
        for (name, version), controls in frameworks.items()
    )


def shown_status(index: Index, control: ControlResult) -> str:
    """The status that the page shows for a control."""
    attested = control.status == "manual" and index.is_attested(control)
    return "attested" if attested else control.status


def family_of(control: str) -> str:
    """The family of a control, from its id; the whole id where it has no known form."""
    found = _FAMILY.match(control)
    return found.group() if found else control


def _framework(
    index: Index, name: str, version: str, controls: Iterable[ControlResult]
) -> FrameworkMap:
    cells = [Cell(control, shown_status(index, control)) for control in controls]
    statuses = [cell.status for cell in cells]
    return FrameworkMap(
        name,
        version,
        tuple(
            Family(family, tuple(found))
            for family, found in groupby(cells, key=lambda cell: family_of(cell.control.id))
        ),
        {status: statuses.count(status) for status in (*MEANING, "attested") if status in statuses},
    )
