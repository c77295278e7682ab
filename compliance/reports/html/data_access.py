"""Which resources hold data, of which class, and what in the stack can read or change it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from compliance.evidence import Grant, ResourceEntry
from compliance.reports.html.index import Index

READING: Final = frozenset({"List", "Read"})
"""The levels of access that let a principal see data."""
CHANGING: Final = frozenset({"Write", "Permissions management", "Tagging"})
_PAYMENT: Final = re.compile(r"payment|card|\bpan\b|\bchd\b", re.IGNORECASE)


@dataclass(frozen=True)
class Access:
    """What a principal may do to a resource: its actions, and what is known of them."""

    principal: str
    actions: tuple[str, ...]
    conditional: bool
    unused: bool


@dataclass(frozen=True)
class DataHolder:
    """A resource that keeps data, or that declares a class of data."""

    resource: ResourceEntry
    readers: tuple[Access, ...]
    changers: tuple[Access, ...]


def data_holders(index: Index) -> tuple[DataHolder, ...]:
    """The resources that hold data, by class, type and name.

    Payment data, which an auditor asks for, comes first; what declares no class comes last.
    """
    granted = grants_on(index.evidence.grants)
    holders = [
        DataHolder(
            entry,
            _accesses(granted.get(entry.urn, ()), READING),
            _accesses(granted.get(entry.urn, ()), CHANGING),
        )
        for entry in index.resources.values()
        if entry.stores or entry.classification
    ]
    return tuple(
        sorted(
            holders,
            key=lambda each: (
                _precedence(each.resource.classification),
                each.resource.classification,
                each.resource.type,
                each.resource.name,
                each.resource.urn,
            ),
        )
    )


@dataclass(frozen=True)
class DataClass:
    """A declared class of data, `""` where none is, and the resources that hold it."""

    name: str
    holders: tuple[DataHolder, ...]

    @property
    def readers(self) -> tuple[str, ...]:
        """The principals that can read any of them, by URN."""
        return tuple(sorted({each.principal for held in self.holders for each in held.readers}))


def data_classes(holders: Iterable[DataHolder]) -> tuple[DataClass, ...]:
    """The classes of data that some resources hold, in the order of the resources."""
    classes: dict[str, list[DataHolder]] = {}
    for holder in holders:
        classes.setdefault(holder.resource.classification, []).append(holder)
    return tuple(DataClass(name, tuple(found)) for name, found in classes.items())


def grants_on(grants: Iterable[Grant]) -> Mapping[str, tuple[Grant, ...]]:
    """The grants on each resource of the stack, by URN."""
    found: dict[str, list[Grant]] = {}
    for grant in grants:
        for target in dict.fromkeys(grant.targets):
            found.setdefault(target, []).append(grant)
    return {target: tuple(each) for target, each in found.items()}


def _precedence(classification: str) -> int:
    if not classification:
        return 2
    return 0 if _PAYMENT.search(classification) else 1


def _accesses(grants: Iterable[Grant], levels: frozenset[str]) -> tuple[Access, ...]:
    by_principal: dict[str, list[Grant]] = {}
    for grant in grants:
        if levels.intersection(grant.access):
            by_principal.setdefault(grant.principal, []).append(grant)
    return tuple(
        Access(
            principal,
            tuple(sorted({grant.action for grant in found})),
            conditional=all(grant.conditional for grant in found),
            unused=all(grant.use == "unused" for grant in found),
        )
        for principal, found in sorted(by_principal.items())
    )
