"""Draws the diagram as SVG that is part of the page: its colours, its links, its text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from markupsafe import Markup

from compliance.reports.html.architecture.graph import Way
from compliance.reports.html.architecture.kinds import FAILURE, LOOKING
from compliance.reports.html.architecture.layers import Edge, layered
from compliance.reports.html.architecture.nodes import Diagram, Node
from compliance.reports.html.architecture.placement import (
    COLUMN_GAP,
    NODE_HEIGHT,
    NODE_WIDTH,
    ROW_GAP,
    Placement,
    Point,
    placed,
)
from compliance.reports.html.prose import shortened

_MARGIN: Final = 14
_COLUMNS: Final = 4
_FITS: Final = 1150
"""In pixels: up to this width a picture is made to fit a screen, beyond it scrolls."""
_LINE_LENGTH: Final = 17
_WORDS: Final = re.compile(r"[^-_./ ]*[-_./ ]*")
# Each in a square of 22 pixels.
_SYMBOLS: Final[Mapping[str, str]] = {
    "gateway": "M3 4v14M7 11h11M13 6l5 5-5 5",
    "function": "M5 4h3l7 14h3M10 9.5L5 18",
    "queue": "M3 6h16v10H3zM8.3 6v10M13.6 6v10",
    "store": "M4 6c0-1.7 3-3 7-3s7 1.3 7 3-3 3-7 3-7-1.3-7-3v10c0 1.7 3 3 7 3s7-1.3 7-3V6"
    "M4 11c0 1.7 3 3 7 3s7-1.3 7-3",
    "fan": "M3 11h7M10 11l8-6M10 11h8M10 11l8 6",
    "setting": "M3 7h16M3 15h16M8 4v6M14 12v6",
}
_MARKS: Final[Mapping[str | None, str]] = {
    "fail": "M4 4l8 8M12 4l-8 8",
    "undecided": "M5 6a3 3 0 1 1 4 2.8c-.8.3-1 .8-1 1.7M8 13v.4",
    "waived": "M3 9c2-3 4-3 5-1s3 2 5-1",
    "pass": "M3 8.5l3.5 3.5L13 4.5",
}


def picture(diagram: Diagram) -> Markup:
    """The SVG of a diagram, described by the elements `architecture` and `architecture-note`."""
    joined = {end for way in diagram.ways if way.source != way.target for end in _ends(way)}
    ranked = sorted(diagram.nodes, key=lambda node: _SYMBOL_ORDER.index(node.symbol))
    edges = [_ends(way) for way in diagram.ways if way.source != way.target]
    place = placed(layered([node.key for node in ranked if node.key in joined], edges))
    corners, width, height = _with_loose(
        place, [node.key for node in ranked if node.key not in joined]
    )
    said = {_ends(way): way for way in diagram.ways}
    backward = {edge for edge, line in place.lines.items() if line[0][0] > line[-1][0]}
    drawn = [
        *(_line(said[edge], points, edge in backward) for edge, points in place.lines.items()),
        *(_node(node, corners[node.key]) for node in diagram.nodes),
    ]
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="{5}" role="group" '
        'aria-labelledby="architecture" '
        'aria-describedby="architecture-note" width="{0}" height="{1}" '
        'viewBox="-{2} -{2} {0} {1}">{3}{4}</svg>'
    ).format(
        round(width + 2 * _MARGIN), round(height + 2 * _MARGIN), _MARGIN, _ARROWS,
        Markup("\n").join(drawn), "fits" if width <= _FITS else "wide",
    )  # fmt: skip


_SYMBOL_ORDER: Final = tuple(_SYMBOLS)
_ARROWS: Final = Markup("<defs>{}</defs>").format(
    Markup("").join(
        Markup(
            '<marker id="arrow-{0}" class="arrow {0}" viewBox="0 0 8 8" refX="7" refY="4" '
            'markerWidth="8" markerHeight="8" orient="auto">'
            '<path d="M0 0.5L7.5 4L0 7.5z"/></marker>'
        ).format(style)
        for style in ("flow", "look", "failure")
    )
)


def _ends(way: Way) -> Edge:
    return way.source, way.target


def _with_loose(place: Placement, loose: Sequence[str]) -> tuple[Mapping[str, Point], float, float]:
    """The places of all nodes: those that nothing leads to or from stand in rows below."""
    corners = dict(place.corners)
    top = place.height + (2 * ROW_GAP if place.corners else 0)
    for number, key in enumerate(loose):
        row, column = divmod(number, _COLUMNS)
        corners[key] = (
            column * (NODE_WIDTH + COLUMN_GAP / 2),
            top + row * (NODE_HEIGHT + ROW_GAP),
        )
    return (
        corners,
        max((x + NODE_WIDTH for x, _ in corners.values()), default=0.0),
        max((y + NODE_HEIGHT for _, y in corners.values()), default=0.0),
    )


def _style(way: Way) -> str:
    if set(way.verbs) == {FAILURE}:
        return "failure"
    return "look" if LOOKING.issuperset(way.verbs) else "flow"


def _line(way: Way, points: Sequence[Point], backward: bool) -> Markup:
    start, *rest = points
    path = [f"M{_number(start[0])} {_number(start[1])}"]
    for number, (x, y) in enumerate(rest):
        before_x, before_y = points[number]
        if before_y == y:
            path.append(f"H{_number(x)}")
            continue
        pull = max(abs(x - before_x) / 2, 30) * (-1 if backward else 1)
        path.append(
            f"C{_number(before_x + pull)} {_number(before_y)} "
            f"{_number(x - pull)} {_number(y)} {_number(x)} {_number(y)}"
        )
    style = _style(way)
    return Markup(
        '<path class="way {0}" data-source="{1}" data-target="{2}" '
        'marker-end="url(#arrow-{0})" d="{3}">'
        "<title>{4}</title></path>"
    ).format(style, way.source, way.target, "".join(path), said_of(way))


def said_of(way: Way) -> str:
    """What a way does, and how many such there are."""
    return way.does if way.count == 1 else f"{way.does} ({way.count} times)"


def _node(node: Node, corner: Point) -> Markup:
    return Markup(
        '<a class="node is-{status}" href="#{anchor}" data-node="{key}" '
        'transform="translate({x} {y})">'
        '<rect class="box" width="{width}" height="{height}" rx="8"><title>{full}</title></rect>'
        '<rect class="edge" width="5" height="{height}" rx="2.5"/>'
        '<path class="symbol" transform="translate(14 7) scale(.8)" d="{symbol}"/>'
        '<text class="noun" x="38" y="20">{noun}</text> {title} '
        '<path class="mark" transform="translate(14 71)" d="{mark}"/>'
        '<text class="verdict" x="36" y="83">{verdict}</text> {more}</a>'
    ).format(
        status=node.status or "none",
        anchor=node.anchor,
        key=node.key,
        full=shortened(node.title, 200),
        x=_number(corner[0]),
        y=_number(corner[1]),
        width=NODE_WIDTH,
        height=NODE_HEIGHT,
        symbol=_SYMBOLS[node.symbol],
        noun=node.noun,
        title=Markup(" ").join(
            Markup('<text class="title" x="14" y="{}">{}</text>').format(40 + 17 * number, line)
            for number, line in enumerate(two_lines(node.title))
        ),
        mark=_MARKS.get(node.status, "M4 8h8"),
        verdict=node.verdict,
        more=_more(node),
    )


def two_lines(name: str) -> tuple[str, ...]:
    """A name in at most two lines, broken between its words where they fit."""
    if len(name) <= _LINE_LENGTH:
        return (name,)
    first = ""
    for word in _WORDS.findall(name[: 4 * _LINE_LENGTH]):
        if len(first) + len(word) > _LINE_LENGTH:
            break
        first += word
    first = first or name[:_LINE_LENGTH]
    return first, shortened(name[len(first) :], _LINE_LENGTH)


def _more(node: Node) -> Markup:
    if not node.satellites:
        return Markup("")
    return Markup('<text class="more" x="{}" y="20">+{}</text>').format(
        NODE_WIDTH - 10, len(node.satellites)
    )


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def legend() -> Iterable[tuple[str, str]]:
    """The styles of lines and what they mean."""
    return (
        ("flow", "calls, triggers, sends or writes"),
        ("look", "only reads or refers to"),
        ("failure", "takes what could not be handled"),
    )
