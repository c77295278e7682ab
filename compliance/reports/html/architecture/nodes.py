"""What the picture shows: a node for each part, or, of a large stack, for each kind of part."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from compliance.reports.html.anchors import resource_anchor, type_anchor
from compliance.reports.html.architecture.graph import Architecture, Part, Way
from compliance.reports.html.architecture.kinds import Kind
from compliance.reports.html.index import Index, counts_of
from compliance.wording import MEANING, plural

MOST_PARTS: Final = 60
MOST_WAYS: Final = 240
"""With more, a picture is no longer read: kinds are shown instead, with counts."""


@dataclass(frozen=True)
class Node:
    """A box of the picture. `counts` are results by status, on it and on what is folded in."""

    key: str
    title: str
    noun: str
    symbol: str
    anchor: str
    counts: Mapping[str, int]
    satellites: tuple[str, ...]
    parts: int = 1

    @property
    def status(self) -> str | None:
        """The gravest status of its results; None where it has none."""
        return next(iter(self.counts), None)

    @property
    def verdict(self) -> str:
        """Its gravest status in words: `2 failed`, `14 passed`."""
        if self.status is None:
            return "not tested"
        return f"{self.counts[self.status]} {MEANING[self.status].short}"

    @property
    def folded(self) -> str:
        """How many resources are folded in."""
        return f"and {plural(len(self.satellites), 'resource')} of its own"


@dataclass(frozen=True)
class Diagram:
    """The nodes and ways to draw. `grouped` is True where nodes are kinds of parts."""

    nodes: tuple[Node, ...]
    ways: tuple[Way, ...]
    beside: tuple[str, ...]
    grouped: bool

    def ways_from(self, node: Node) -> tuple[Way, ...]:
        """What a node does to others."""
        return tuple(way for way in self.ways if way.source == node.key)

    def title(self, key: str) -> str:
        """The title of a node."""
        return next(node.title for node in self.nodes if node.key == key)

    def anchor(self, key: str) -> str:
        """Where a node leads."""
        return next(node.anchor for node in self.nodes if node.key == key)


def diagram_of(index: Index, architecture: Architecture) -> Diagram:
    """The diagram of an architecture, by part or, beyond what can be read, by kind."""
    fits = len(architecture.parts) <= MOST_PARTS and len(architecture.ways) <= MOST_WAYS
    return (_by_part if fits else _by_kind)(index, architecture)


def _by_part(index: Index, architecture: Architecture) -> Diagram:
    keys = {part.urn: str(number) for number, part in enumerate(architecture.parts)}
    return Diagram(
        tuple(
            Node(
                keys[part.urn],
                part.name or "unnamed",
                part.kind.noun,
                part.kind.symbol,
                resource_anchor(part.urn),
                _counts(index, (part.urn, *part.satellites)),
                part.satellites,
            )
            for part in architecture.parts
        ),
        tuple(Way(keys[way.source], keys[way.target], way.verbs) for way in architecture.ways),
        architecture.beside,
        grouped=False,
    )


def _by_kind(index: Index, architecture: Architecture) -> Diagram:
    kinds: dict[Kind, list[Part]] = {}
    for part in architecture.parts:
        kinds.setdefault(part.kind, []).append(part)
    keys = {part.urn: part.kind.noun for part in architecture.parts}
    ways: dict[tuple[str, str], list[Way]] = {}
    for way in architecture.ways:
        ways.setdefault((keys[way.source], keys[way.target]), []).append(way)
    return Diagram(
        tuple(
            Node(
                kind.noun,
                f"{len(parts)} {kind.noun if len(parts) == 1 else kind.plural}",
                "kind of resource",
                kind.symbol,
                type_anchor(index.resources[parts[0].urn].type),
                _counts(index, (urn for part in parts for urn in (part.urn, *part.satellites))),
                tuple(urn for part in parts for urn in part.satellites),
                len(parts),
            )
            for kind, parts in kinds.items()
        ),
        tuple(
            Way(
                source,
                target,
                tuple(dict.fromkeys(verb for way in found for verb in way.verbs)),
                len(found),
            )
            for (source, target), found in ways.items()
        ),
        architecture.beside,
        grouped=True,
    )


def _counts(index: Index, urns: Iterable[str]) -> Mapping[str, int]:
    return counts_of(result for urn in urns for result in index.by_resource.get(urn, ()))
