"""What the mutation of the rules' code takes for a change of a function, and whom it asks."""

from __future__ import annotations

import sys

import pytest

from tests.mutation.calls import Calls, Measured
from tests.mutation.changes import PACKAGE, Change
from tests.mutation.chosen import ordered

BEFORE = """
LIMIT = 3

class Queue:
    kinds = ["a"]

    def depth(self, n: int = 1) -> int:
        return [n + each for each in (1, 2)][0]

def retention() -> int:
    return 4
"""


def changed(before: str, after: str) -> list[str] | None:
    codes = (
        compile(source, f"{PACKAGE}queue.py", "exec", dont_inherit=True)
        for source in (BEFORE, BEFORE.replace(before, after))
    )
    functions = Change.between(*codes).functions
    return None if functions is None else [name for _, name, _ in functions]


@pytest.mark.parametrize(
    ("before", "after", "functions"),
    [
        ("return 4", "return 5", ["retention"]),
        # What is inside of a function is a part of it.
        ("n + each", "n - each", ["Queue.depth"]),
        ("(1, 2)", "(1, True)", ["Queue.depth"]),
        ("return 4", "return 4  # the same", []),
        # What runs when the module is imported.
        ("LIMIT = 3", "LIMIT = 4", None),
        ("n: int = 1", "n: int = 2", None),
        ('["a"]', '["b"]', None),
        ("class Queue:", "class Queue(dict):", None),
        ("def retention", "@print\ndef retention", None),
    ],
)
def test_what_changed(before: str, after: str, functions: list[str] | None) -> None:
    assert changed(before, after) == functions


def test_the_nearest_and_the_quickest_are_asked_first() -> None:
    one, other = ((("queue.py", name, 1)) for name in ("one", "other"))
    calls = {
        "a.py::slow": {one},
        "a.py::quick": {one, other},
        "b.py::near": set(),
        "a.py::no": {other},
    }
    seconds = {"a.py::slow": 1.0, "a.py::quick": 0.1, "b.py::near": 0.5, "a.py::no": 0.2}
    measured = Measured({name: frozenset(each) for name, each in calls.items()}, seconds)
    assert ordered(measured, ["b.py"], {one}) == ("b.py::near", "a.py::quick", "a.py::slow")
    # Where everything may be concerned, everything is asked.
    assert set(ordered(measured, [], None)) == calls.keys()


def test_who_fills_a_cache_is_told() -> None:
    source = "def load(): return parse()\ndef parse(): return 1\ndef ask(): return load()\n"
    names: dict[str, object] = {}
    exec(compile(source, f"{PACKAGE}data.py", "exec"), names)  # noqa: S102 - the text above
    calls = Calls(frozenset({("data.py", "load", 1)}))
    ask = names["ask"]
    assert callable(ask)
    sys.setprofile(calls)
    try:
        ask()
    finally:
        sys.setprofile(None)
    assert {name for _, name, _ in calls.noted} == {"ask", "load", "parse"}
    assert {name for _, name, _ in calls.filling} == {"load", "parse"}
