"""Which tests are run on a change, and in which order."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

import pytest

from tests.mutation.calls import Measured
from tests.mutation.changes import Key

_ENOUGH: Final = 10.0
"""Seconds of tests that are run on a change besides those that are near, as they were measured.

The quickest come first: what none of some two thousand notices, a slow one seldom does.
"""


def ordered(
    measured: Measured, near: Collection[str], changed: Collection[Key] | None
) -> tuple[str, ...]:
    """The tests to run for a change (of all functions, where None), the likeliest first.

    All that are near, and of the others the quickest, until they take long enough.
    """

    def is_near(name: str) -> bool:
        return name.partition("::")[0] in near

    chosen, seconds = [], 0.0
    for name in sorted(
        measured.calls, key=lambda name: (not is_near(name), measured.seconds[name])
    ):
        if is_near(name):
            chosen.append(name)
        elif changed is None or not measured.calls[name].isdisjoint(changed):
            seconds += measured.seconds[name]
            if seconds > _ENOUGH:
                break
            chosen.append(name)
    return tuple(chosen)


class Chosen:
    """Runs some of the tests of a session in an order of its own, until one fails.

    What is not among those that are known has come with a change, and is run too.
    """

    def __init__(self, names: Sequence[str], known: Collection[str]) -> None:
        self._order = {name: number for number, name in enumerate(names)}
        self._known = known
        self.failed = ""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep those that are wanted, in their order; those that nobody knows come last."""
        order, last = self._order, len(self._order)
        kept = [each for each in items if each.nodeid in order or each.nodeid not in self._known]
        items[:] = sorted(kept, key=lambda each: order.get(each.nodeid, last))

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run them."""
        for item in session.items:
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
            if session.testsfailed:
                self.failed = item.nodeid
                break
        return True
