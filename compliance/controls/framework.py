"""What a framework and its controls are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

KINDS: Final = ("automated", "partial", "manual")
"""Tested in full; tested in part, which the note tells; or answered by a person alone."""
BASES: Final = ("A", "B", "C")
"""A: a vendor's own mapping, B: the lineage of AWS Config's packs, C: our own reading."""


@dataclass(frozen=True)
class Control:
    """One requirement of a framework, as its data file has it.

    `kind` is one of :data:`KINDS`, `basis` of :data:`BASES`. A manual one has no rules;
    `evidence` is what a person brings for it, and empty for the others.
    """

    id: str
    title: str
    kind: str
    basis: str
    rules: tuple[str, ...]
    note: str
    evidence: str


@dataclass(frozen=True)
class Framework:
    """A framework and the controls of the families that the rules touch."""

    name: str
    version: str
    source: str
    controls: tuple[Control, ...]

    def control(self, id_: str) -> Control | None:
        """The control of this id, or None."""
        return next((each for each in self.controls if each.id == id_), None)
