"""Who may do what: a row for each action of a principal, a column for each resource."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from compliance.evidence import Grant

LEVELS: Final = ("List", "Read", "Write", "Permissions management", "Tagging")
MOST_CELLS: Final = 1_500
"""A larger table is no longer read: above this the overview gives way to the principals' own."""


@dataclass(frozen=True)
class Column:
    """What is acted on: a resource of the stack by URN, or what a policy says of others."""

    urn: str | None
    pattern: str


@dataclass(frozen=True)
class PrincipalMatrix:
    """What one principal may do: actions by columns, and the grants behind each cell."""

    principal: str
    complete: bool
    columns: tuple[Column, ...]
    actions: tuple[str, ...]
    cells: Mapping[tuple[str, Column], tuple[Grant, ...]]

    @cached_property
    def roles(self) -> tuple[str, ...]:
        """The roles through which it has its grants."""
        found = (grant.role for grants in self.cells.values() for grant in grants)
        return tuple(sorted(set(found)))

    @cached_property
    def levels(self) -> Mapping[Column, tuple[str, ...]]:
        """The levels of access that it has on each column, all actions together."""
        found: dict[Column, list[Grant]] = {}
        for (_, column), grants in self.cells.items():
            found.setdefault(column, []).extend(grants)
        return {column: levels(grants) for column, grants in found.items()}


@dataclass(frozen=True)
class AccessMatrix:
    """Every principal. `columns` are those of all; none where the whole is too large to read."""

    principals: tuple[PrincipalMatrix, ...]
    columns: tuple[Column, ...]


def access_matrix(grants: Iterable[Grant], incomplete: Iterable[str]) -> AccessMatrix:
    """The matrix of some grants, ordered by URNs; `incomplete` are principals not fully known."""
    unsure = frozenset(incomplete)
    by_principal: dict[str, list[Grant]] = {urn: [] for urn in unsure}
    for grant in grants:
        by_principal.setdefault(grant.principal, []).append(grant)
    principals = tuple(
        _principal(urn, found, complete=urn not in unsure)
        for urn, found in sorted(by_principal.items())
    )
    columns = _ordered(column for each in principals for column in each.columns)
    fits = len(principals) * len(columns) <= MOST_CELLS
    return AccessMatrix(principals, columns if fits else ())


def levels(grants: Iterable[Grant]) -> tuple[str, ...]:
    """The levels of access that grants give together, in AWS's order."""
    given = {level for grant in grants for level in grant.access}
    return tuple(level for level in LEVELS if level in given)


def _principal(urn: str, grants: Iterable[Grant], *, complete: bool) -> PrincipalMatrix:
    cells: dict[tuple[str, Column], list[Grant]] = {}
    for grant in grants:
        for column in _columns(grant):
            cells.setdefault((grant.action, column), []).append(grant)
    return PrincipalMatrix(
        urn,
        complete,
        _ordered(column for _, column in cells),
        tuple(sorted({action for action, _ in cells})),
        {place: tuple(found) for place, found in cells.items()},
    )


def _columns(grant: Grant) -> tuple[Column, ...]:
    if grant.targets:
        return tuple(Column(urn, "") for urn in dict.fromkeys(grant.targets))
    return (Column(None, grant.resource),)


def _ordered(columns: Iterable[Column]) -> tuple[Column, ...]:
    return tuple(
        sorted(set(columns), key=lambda each: (each.urn is None, each.urn or "", each.pattern))
    )
