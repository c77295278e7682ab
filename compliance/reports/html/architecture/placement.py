"""Places for a layered graph: each layer a column, each place near those it is joined to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from compliance.reports.html.architecture.layers import Edge, Layers, is_bend

NODE_WIDTH: Final = 168
NODE_HEIGHT: Final = 92
COLUMN_GAP: Final = 56
ROW_GAP: Final = 22
BEND_HEIGHT: Final = 14
_PASSES: Final = 8

Point = tuple[float, float]


@dataclass(frozen=True)
class Placement:
    """Where everything goes, in pixels from the top left.

    `corners` are the top left corners of the nodes, `lines` the points that each edge runs
    through, from its source's side to its target's.
    """

    width: float
    height: float
    corners: Mapping[str, Point]
    lines: Mapping[Edge, tuple[Point, ...]]


def placed(layers: Layers) -> Placement:
    """The places of a layered graph."""
    middles = _middles(layers)
    lowest = min((middle - _height(each) / 2 for each, middle in middles.items()), default=0.0)
    middles = {each: middle - lowest for each, middle in middles.items()}
    columns = {
        each: number * (NODE_WIDTH + COLUMN_GAP)
        for number, layer in enumerate(layers.order)
        for each in layer
    }
    return Placement(
        width=len(layers.order) * (NODE_WIDTH + COLUMN_GAP) - COLUMN_GAP if layers.order else 0,
        height=max((middle + _height(each) / 2 for each, middle in middles.items()), default=0.0),
        corners={
            each: (columns[each], middle - NODE_HEIGHT / 2)
            for each, middle in middles.items()
            if not is_bend(each)
        },
        lines=_lines(layers, columns, middles),
    )


def _height(place: str) -> float:
    return BEND_HEIGHT if is_bend(place) else NODE_HEIGHT


def _middles(layers: Layers) -> Mapping[str, float]:
    """The heights at which places stand: each pass moves them towards their neighbours."""
    neighbours: dict[str, list[str]] = {}
    for path in layers.paths.values():
        for one, other in pairwise(path):
            neighbours.setdefault(one, []).append(other)
            neighbours.setdefault(other, []).append(one)
    middles: dict[str, float] = {}
    for layer in layers.order:
        middles.update(zip(layer, _apart(layer, [0.0] * len(layer)), strict=True))
    for number in range(_PASSES):
        for layer in layers.order if number % 2 == 0 else reversed(layers.order):
            wanted = [
                _mean([middles[near] for near in neighbours.get(each, (each,))]) for each in layer
            ]
            middles.update(zip(layer, _apart(layer, wanted), strict=True))
    return middles


def _apart(layer: Sequence[str], wanted: Sequence[float]) -> list[float]:
    """The heights nearest to those wanted that keep order and distances.

    Least squares under an order is isotonic regression, solved by pooling adjacent violators:
    https://doi.org/10.1214/aoms/1177728423
    """
    offsets = [0.0]
    for upper, lower in pairwise(layer):
        offsets.append(offsets[-1] + (_height(upper) + _height(lower)) / 2 + ROW_GAP)
    pools: list[tuple[float, int]] = []
    for want, offset in zip(wanted, offsets, strict=False):
        total, size = want - offset, 1
        while pools and pools[-1][0] / pools[-1][1] > total / size:
            above, count = pools.pop()
            total, size = total + above, size + count
        pools.append((total, size))
    levels = [total / size for total, size in pools for _ in range(size)]
    return [level + offset for level, offset in zip(levels, offsets, strict=False)]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _lines(
    layers: Layers, columns: Mapping[str, float], middles: Mapping[str, float]
) -> Mapping[Edge, tuple[Point, ...]]:
    """The points of each edge. Edges that meet at a side of a node share its height."""
    ends: dict[tuple[str, bool], list[tuple[float, Edge]]] = {}
    for edge, path in layers.paths.items():
        backward = edge in layers.backward
        ends.setdefault((path[0], not backward), []).append((middles[path[1]], edge))
        ends.setdefault((path[-1], backward), []).append((middles[path[-2]], edge))
    ports: dict[tuple[str, Edge], float] = {}
    for (node, _), found in ends.items():
        for number, (_, edge) in enumerate(sorted(found), start=1):
            share = number / (len(found) + 1) - 0.5
            ports[node, edge] = middles[node] + share * NODE_HEIGHT * 0.8
    lines: dict[Edge, tuple[Point, ...]] = {}
    for edge, path in layers.paths.items():
        backward = edge in layers.backward
        points: list[Point] = [
            (columns[path[0]] + (0 if backward else NODE_WIDTH), ports[path[0], edge])
        ]
        for bend in path[1:-1]:
            sides = (columns[bend], columns[bend] + NODE_WIDTH)
            points.extend((x, middles[bend]) for x in (sides[::-1] if backward else sides))
        points.append((columns[path[-1]] + (NODE_WIDTH if backward else 0), ports[path[-1], edge]))
        lines[edge] = tuple(points)
    return lines
