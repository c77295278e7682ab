"""The picture's graph and its layout: every part once, nothing on anything else, ways complete."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.evidence import Grant, Link, ResourceEntry
from compliance.reports.html.architecture.graph import Architecture, architecture_of
from compliance.reports.html.architecture.layers import Layers, is_bend, layered
from compliance.reports.html.architecture.nodes import MOST_PARTS, diagram_of
from compliance.reports.html.architecture.picture import two_lines
from compliance.reports.html.architecture.placement import (
    NODE_HEIGHT,
    NODE_WIDTH,
    placed,
)
from compliance.reports.html.index import Index
from tests.compliance.html.example import many, shop, urn

names = st.integers(0, 14).map(str)
graphs = st.lists(st.tuples(names, names).filter(lambda edge: edge[0] != edge[1]), max_size=40)


def nodes_of(edges: list[tuple[str, str]]) -> list[str]:
    return sorted({node for edge in edges for node in edge})


def entry(
    kind: str, name: str, *links: tuple[str, str], parent: str | None = None
) -> ResourceEntry:
    address = urn(kind, name)
    return ResourceEntry(
        address, address.split("::")[2], name, "", tested=True, parent=parent,
        links=tuple(Link(property_, target) for property_, target in links),
    )  # fmt: skip


def of(*entries: ResourceEntry, grants: tuple[Grant, ...] = ()) -> Architecture:
    return architecture_of({each.urn: each for each in entries}, grants)


def folded(architecture: Architecture) -> dict[str, set[str]]:
    return {part.urn: set(part.satellites) for part in architecture.parts}


@given(graphs)
def test_every_edge_runs_from_layer_to_layer(edges: list[tuple[str, str]]) -> None:
    layers = layered(nodes_of(edges), edges)
    depth = {each: number for number, layer in enumerate(layers.order) for each in layer}
    assert set(layers.paths) == set(edges)
    assert {each for each in depth if not is_bend(each)} == set(nodes_of(edges))
    for edge, path in layers.paths.items():
        assert (path[0], path[-1]) == edge
        step = -1 if edge in layers.backward else 1
        assert all(depth[later] - depth[each] == step for each, later in pairwise(path))


@given(graphs)
def test_only_cycles_have_edges_that_run_back(edges: list[tuple[str, str]]) -> None:
    acyclic = [(min(edge), max(edge)) for edge in edges]
    assert layered(nodes_of(acyclic), acyclic).backward == frozenset()


@given(graphs)
def test_no_node_lies_on_another_and_all_are_in_the_picture(edges: list[tuple[str, str]]) -> None:
    placement = placed(layered(nodes_of(edges), edges))
    assert set(placement.corners) == set(nodes_of(edges))
    for (x, y), (other_x, other_y) in combinations(placement.corners.values(), 2):
        apart = abs(x - other_x) >= NODE_WIDTH or abs(y - other_y) >= NODE_HEIGHT - 1e-6
        assert apart
    for x, y in placement.corners.values():
        assert -1e-6 <= x <= placement.width - NODE_WIDTH + 1e-6
        assert -1e-6 <= y <= placement.height - NODE_HEIGHT + 1e-6


@given(graphs)
def test_lines_begin_and_end_at_the_sides_of_their_nodes(edges: list[tuple[str, str]]) -> None:
    layers = layered(nodes_of(edges), edges)
    placement = placed(layers)
    for (source, target), points in placement.lines.items():
        for node, (x, y), forward in (
            (source, points[0], True), (target, points[-1], False),
        ):  # fmt: skip
            left, top = placement.corners[node]
            right_side = forward != ((source, target) in layers.backward)
            assert x == left + (NODE_WIDTH if right_side else 0)
            assert top < y < top + NODE_HEIGHT


def test_a_layout_is_the_same_whatever_the_order_of_the_edges() -> None:
    edges = [("a", "b"), ("a", "c"), ("b", "d"), ("c", "d"), ("d", "a")]
    assert layered("abcd", edges).order == layered("abcd", edges[::-1]).order


def test_edges_that_need_not_cross_do_not() -> None:
    layers: Layers = layered(["a", "b", "x", "y"], [("a", "y"), ("b", "x")])
    assert layers.order == (("a", "b"), ("y", "x"))


def test_a_long_chain_is_no_trouble() -> None:
    chain = [str(number) for number in range(3_000)]
    assert len(layered(chain, list(pairwise(chain))).order) == 3_000


def test_what_serves_one_part_is_folded_into_it_over_any_number_of_links() -> None:
    found = of(
        entry("function", "f", ("role", urn("role", "r"))),
        entry("role", "r"),
        entry("attachment", "a", ("role", urn("role", "r")), ("policyArn", urn("policy", "p"))),
        entry("policy", "p", ("policy", urn("table", "t"))),
        entry("table", "t"),
    )
    assert folded(found) == {
        urn("function", "f"): {urn("role", "r"), urn("attachment", "a"), urn("policy", "p")},
        urn("table", "t"): set(),
    }


def test_what_two_parts_share_stands_beside_them() -> None:
    found = of(
        entry("function", "f", ("role", urn("role", "r"))),
        entry("function", "g", ("role", urn("role", "r"))),
        entry("role", "r"),
    )
    assert found.beside == (urn("role", "r"),)


def test_a_key_ties_nothing_together() -> None:
    found = of(
        entry("table", "t", ("kmsKeyId", urn("key", "k"))),
        entry("log", "l", ("kmsKeyId", urn("key", "k"))),
        entry("key", "k"),
    )
    assert set(found.beside) == {urn("key", "k"), urn("log", "l")}


@pytest.mark.parametrize(
    ("parent", "name", "owner"),
    [(None, "pay", "pay"), ("component", "x", "refund"), (None, "x", None)],
)
def test_without_links_the_parent_tells_and_then_the_name(
    parent: str | None, name: str, owner: str | None
) -> None:
    inside = urn("pool", "component")
    found = of(
        entry("function", "pay"),
        entry("table", "pay"),
        entry("function", "refund", parent=inside),
        entry("pool", "component"),
        entry("log", name, parent=inside if parent else None),
    )
    owners = [each for each, held in folded(found).items() if urn("log", name) in held]
    assert owners == ([urn("function", owner)] if owner else [])


def test_the_stack_as_parent_of_all_tells_nothing() -> None:
    stack = "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev"
    found = of(entry("function", "f", parent=stack), entry("log", "l", parent=stack))
    assert found.beside == (urn("log", "l"),)


def test_ways_come_from_joints_policies_and_properties() -> None:
    ways = {
        (each.source.rpartition("::")[2], each.target.rpartition("::")[2]): each.does
        for each in architecture_of(Index(shop()).resources, shop().grants).ways
    }
    assert (
        ways
        == {
            ("pay", "orders"): "reads and writes",
            ("pay", "refunds"): "sends to",
            ("refunds", "refunds-dead"): "sends what fails to",
            ("refunds", "report"): "triggers",
            ("shop", "pay"): "calls",
        }
        or ways[("pay", "orders")] == "reads and writes"
    )


def test_beyond_what_can_be_read_kinds_are_drawn_with_counts() -> None:
    evidence = many(shop(), 16 * (MOST_PARTS // 6 + 1))
    index = Index(evidence)
    architecture = architecture_of(index.resources, evidence.grants)
    diagram = diagram_of(index, architecture)
    assert diagram.grouped
    assert sum(node.parts for node in diagram.nodes) == len(architecture.parts) > MOST_PARTS
    assert {node.title for node in diagram.nodes} == {
        "11 APIs", "22 functions", "22 queues", "11 tables",
    }  # fmt: skip
    [way] = [each for each in diagram.ways if (each.source, each.target) == ("API", "function")]
    assert way.count == 11


@given(st.text(max_size=80))
def test_a_name_takes_two_short_lines(name: str) -> None:
    lines = two_lines(name)
    assert 1 <= len(lines) <= 2
    assert all(len(line) <= 17 for line in lines)
    if len(name) <= 17:
        assert lines == (name,)
