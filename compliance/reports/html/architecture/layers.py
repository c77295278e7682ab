"""Layers of a directed graph: what leads to something stands before it, with few crossings.

The method is that of Sugiyama, Tagawa and Toda: break cycles, layer by longest path, lead long
edges through bends, order each layer by the mean place of its neighbours.
https://doi.org/10.1109/TSMC.1981.4308636
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

Edge = tuple[str, str]
_SWEEPS: Final = 12


@dataclass(frozen=True)
class Layers:
    """Nodes and bends, in layers from the left, each from the top.

    `paths` leads each edge from its source to its target over the bends between, in the
    direction of the edge; `backward` are the edges that run against the layers.
    """

    order: tuple[tuple[str, ...], ...]
    paths: Mapping[Edge, tuple[str, ...]]
    backward: frozenset[Edge]


def layered(nodes: Sequence[str], edges: Iterable[Edge]) -> Layers:
    """The layers of a graph without loops. The order of `nodes` decides where nothing else does.

    A cycle is broken at the edge that leads back to what was reached before it.
    """
    wanted = list(dict.fromkeys(edges))
    backward = _backward(nodes, wanted)
    forward = [_turned(edge) if edge in backward else edge for edge in wanted]
    depth = _depths(nodes, forward)
    layers: list[list[str]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for node in nodes:
        layers[depth[node]].append(node)
    paths: dict[Edge, tuple[str, ...]] = {}
    for source, target in dict.fromkeys(forward):
        bends = [
            f"\0{source}\0{target}\0{layer}" for layer in range(depth[source] + 1, depth[target])
        ]
        for layer, bend in enumerate(bends, start=depth[source] + 1):
            layers[layer].append(bend)
        paths[source, target] = (source, *bends, target)
    order = _ordered(layers, paths.values())
    return Layers(
        tuple(tuple(layer) for layer in order),
        {edge: paths[_turned(edge)][::-1] if edge in backward else paths[edge] for edge in wanted},
        backward,
    )


def is_bend(place: str) -> bool:
    """Whether a place in a layer is a bend of an edge, and no node."""
    return place.startswith("\0")


def _turned(edge: Edge) -> Edge:
    return edge[1], edge[0]


def _backward(nodes: Sequence[str], edges: Iterable[Edge]) -> frozenset[Edge]:
    """The edges that close a cycle, in a walk that begins where nothing leads to."""
    onwards: dict[str, list[str]] = {node: [] for node in nodes}
    reached_by_others = set()
    for source, target in edges:
        onwards[source].append(target)
        reached_by_others.add(target)
    roots = [node for node in nodes if node not in reached_by_others]
    found: set[Edge] = set()
    open_: set[str] = set()
    done: set[str] = set()
    for root in (*roots, *nodes):
        if root in done:
            continue
        # A walk of its own stack: a chain of resources may be longer than Python's.
        stack = [(root, iter(onwards[root]))]
        open_.add(root)
        while stack:
            node, rest = stack[-1]
            following = next(rest, None)
            if following is None:
                stack.pop()
                open_.discard(node)
                done.add(node)
            elif following in open_:
                found.add((node, following))
            elif following not in done:
                open_.add(following)
                stack.append((following, iter(onwards[following])))
    return frozenset(found)


def _depths(nodes: Sequence[str], edges: Iterable[Edge]) -> Mapping[str, int]:
    """The longest way to each node of a graph without cycles."""
    onwards: dict[str, list[str]] = {node: [] for node in nodes}
    waiting = dict.fromkeys(nodes, 0)
    for source, target in edges:
        onwards[source].append(target)
        waiting[target] += 1
    depth = dict.fromkeys(nodes, 0)
    ready = [node for node in nodes if not waiting[node]]
    for node in ready:
        for following in onwards[node]:
            depth[following] = max(depth[following], depth[node] + 1)
            waiting[following] -= 1
            if not waiting[following]:
                ready.append(following)
    return depth


def _ordered(
    layers: Sequence[Sequence[str]], paths: Iterable[tuple[str, ...]]
) -> Sequence[Sequence[str]]:
    """The layers in the order with the fewest crossings that some sweeps find."""
    before: dict[str, list[str]] = {}
    after: dict[str, list[str]] = {}
    for path in paths:
        for left, right in pairwise(path):
            after.setdefault(left, []).append(right)
            before.setdefault(right, []).append(left)
    current = [list(layer) for layer in layers]
    best, fewest = current, _crossings(current, after)
    for sweep in range(_SWEEPS):
        rightwards = sweep % 2 == 0
        neighbours = before if rightwards else after
        current = [list(layer) for layer in current]
        places = range(1, len(current)) if rightwards else range(len(current) - 2, -1, -1)
        for place in places:
            fixed = current[place - 1 if rightwards else place + 1]
            current[place] = _by_mean(current[place], fixed, neighbours)
        crossings = _crossings(current, after)
        if crossings < fewest:
            best, fewest = current, crossings
    return best


def _by_mean(
    layer: Sequence[str], fixed: Sequence[str], neighbours: Mapping[str, Sequence[str]]
) -> list[str]:
    place = {node: number for number, node in enumerate(fixed)}

    def mean(item: tuple[int, str]) -> float:
        number, node = item
        found = [place[each] for each in neighbours.get(node, ()) if each in place]
        return sum(found) / len(found) if found else float(number)

    return [node for _, node in sorted(enumerate(layer), key=mean)]


def _crossings(layers: Sequence[Sequence[str]], after: Mapping[str, Sequence[str]]) -> int:
    count = 0
    for left, right in pairwise(layers):
        place = {node: number for number, node in enumerate(right)}
        # Read from the top, an edge crosses those before it that end lower.
        seen: list[int] = []
        for node in left:
            for end in sorted(place[each] for each in after.get(node, ())):
                count += len(seen) - bisect_right(seen, end)
                insort(seen, end)
    return count
