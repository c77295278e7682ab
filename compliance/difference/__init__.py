"""The difference between two reports: what a change of the program, or of the rules, brought.

`compare` makes it of the evidence alone; text, Markdown and JSON are made of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from compliance.difference.entries import (
    Basis,
    ControlChange,
    FieldChange,
    FindingChange,
    GrantChange,
    Reach,
    ResourceChange,
    Section,
    Side,
    Turn,
    blocks,
    is_open,
)

__all__ = [
    "SCHEMA_VERSION",
    "Basis",
    "ControlChange",
    "Difference",
    "FieldChange",
    "FindingChange",
    "GrantChange",
    "Reach",
    "ResourceChange",
    "Section",
    "Side",
    "Turn",
    "blocks",
    "is_open",
]

SCHEMA_VERSION: Final = "1.0"


@dataclass(frozen=True)
class Difference:
    """All that differs between two reports, and the findings that do not.

    Every finding of either report (failed, undecided or waived) is in `findings` exactly
    once. `grants_incomplete` are the places of principals whose grants one of the reports
    cannot all tell: theirs may differ in more than is shown.
    """

    base: Side
    head: Side
    basis: Basis
    findings: tuple[FindingChange, ...]
    controls: tuple[ControlChange, ...]
    resources: tuple[ResourceChange, ...]
    grants: tuple[GrantChange, ...]
    grants_incomplete: tuple[str, ...] = ()

    def of(self, section: Section) -> tuple[FindingChange, ...]:
        """The findings of one section."""
        return tuple(each for each in self.findings if each.section is section)

    @property
    def newly_blocking(self) -> tuple[FindingChange, ...]:
        """The mandatory findings that are open now and did not stop a pipeline before."""
        return tuple(each for each in self.findings if each.newly_blocks)
