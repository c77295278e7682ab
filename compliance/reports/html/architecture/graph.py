"""The parts of an architecture and the ways between them, found in the evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from compliance.evidence import Grant, ResourceEntry
from compliance.reports.html.architecture.kinds import (
    DOCUMENTS,
    FAILURE,
    JOINTS,
    PARTS,
    POLLING,
    Kind,
    verbs,
)
from compliance.reports.html.architecture.satellites import owners_of, root_of

_DEAD_LETTER_PROPERTIES: Final = frozenset({"redrivePolicy", "deadLetterConfig"})
_NAMES: Final = "refers to"


@dataclass(frozen=True)
class Part:
    """A main resource, and the URNs of the satellites that serve it alone."""

    urn: str
    name: str
    kind: Kind
    satellites: tuple[str, ...]


@dataclass(frozen=True)
class Way:
    """What one part does to another (`triggers`, `reads`, ...), and how many such there are."""

    source: str
    target: str
    verbs: tuple[str, ...]
    count: int = 1

    @property
    def does(self) -> str:
        """Its verbs as one."""
        return " and ".join(self.verbs)


@dataclass(frozen=True)
class Architecture:
    """Parts and ways, ordered by URN. `beside` are resources that serve several parts, or none."""

    parts: tuple[Part, ...]
    ways: tuple[Way, ...]
    beside: tuple[str, ...]


def architecture_of(
    resources: Mapping[str, ResourceEntry], grants: Iterable[Grant]
) -> Architecture:
    """The architecture of some resources, by what their properties and policies speak of."""
    mains = {urn: entry for urn, entry in resources.items() if entry.type in PARTS}
    owners = owners_of(resources, frozenset(mains))
    folded: dict[str, list[str]] = {urn: [] for urn in mains}
    beside: list[str] = []
    for urn in resources:
        if urn in mains:
            continue
        owner = owners.get(urn, ())
        if len(owner) == 1:
            folded[owner[0]].append(urn)
        else:
            beside.append(urn)
    return Architecture(
        tuple(
            Part(urn, entry.name, PARTS[entry.type], tuple(folded[urn]))
            for urn, entry in mains.items()
        ),
        _ways(resources, mains, grants),
        tuple(beside),
    )


def _ways(
    resources: Mapping[str, ResourceEntry],
    mains: Mapping[str, ResourceEntry],
    grants: Iterable[Grant],
) -> tuple[Way, ...]:
    does: dict[tuple[str, str], dict[str, None]] = {}
    for source, target, word in _joined(resources, mains):
        does.setdefault((source, target), {})[word] = None
    for source, target, words in _granted(mains, grants, frozenset(does)):
        does.setdefault((source, target), {}).update(dict.fromkeys(words))
    for source, target, word in _named(mains):
        # That a property names what something else tells more of is no news.
        if word != _NAMES or (source, target) not in does:
            does.setdefault((source, target), {})[word] = None
    return tuple(
        Way(source, target, tuple(words))
        for (source, target), words in sorted(does.items())
        if source != target
    )


def _joined(
    resources: Mapping[str, ResourceEntry], mains: Mapping[str, ResourceEntry]
) -> Iterator[tuple[str, str, str]]:
    """The ways that resources make which exist to join two parts."""
    seen: set[tuple[str, str]] = set()
    for entry in resources.values():
        joint = JOINTS.get(entry.type)
        if joint is None:
            continue
        ends: dict[str, list[str]] = {joint.source: [], joint.target: []}
        for link in entry.links:
            root = root_of(link.property)
            if root in ends and link.target in mains:
                ends[root].append(link.target)
        for source in ends[joint.source]:
            for target in ends[joint.target]:
                # An integration and the permission that it needs are one way.
                if (source, target) not in seen:
                    seen.add((source, target))
                    yield source, target, joint.does


def _granted(
    mains: Mapping[str, ResourceEntry],
    grants: Iterable[Grant],
    joined: frozenset[tuple[str, str]],
) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """The ways that policies open. What a trigger needs of them is no way of its own."""
    levels: dict[tuple[str, str], set[str]] = {}
    for grant in grants:
        if grant.principal not in mains:
            continue
        for target in grant.targets:
            fed = (target, grant.principal) in joined and grant.action in POLLING
            if target in mains and not fed:
                levels.setdefault((grant.principal, target), set()).update(grant.access)
    for (source, target), found in levels.items():
        words = verbs(PARTS[mains[target].type], found)
        if words:
            yield source, target, words


def _named(mains: Mapping[str, ResourceEntry]) -> Iterator[tuple[str, str, str]]:
    """The ways that a part's own properties show."""
    for entry in mains.values():
        for link in entry.links:
            root = root_of(link.property)
            if link.target in mains and root not in DOCUMENTS:
                dead = root in _DEAD_LETTER_PROPERTIES
                yield entry.urn, link.target, FAILURE if dead else _NAMES
