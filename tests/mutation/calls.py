"""Which functions of the pack each test calls, seen while all tests run once."""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from collections.abc import Generator
from dataclasses import dataclass, field
from types import CodeType, FrameType
from typing import Any

import pytest

from tests.mutation.changes import PACKAGE, Key, key_of


@dataclass
class Calls:
    """Notes the functions of the pack that are called, and those called to fill a cache.

    `cached` are the functions that a cache is before.
    """

    cached: frozenset[Key] = frozenset()
    noted: set[Key] = field(default_factory=set)
    filling: set[Key] = field(default_factory=set)
    _depth: int = 0

    def __call__(self, frame: FrameType, event: str, _: object) -> None:
        """What :func:`sys.setprofile` calls."""
        code: CodeType = frame.f_code
        if event not in ("call", "return") or PACKAGE not in code.co_filename:
            return
        key = key_of(code)
        if event == "return":
            self._depth -= key in self.cached
            return
        self._depth += key in self.cached
        self.noted.add(key)
        if self._depth:
            self.filling.add(key)


@dataclass(frozen=True)
class Measured:
    """The functions of the pack that each test calls and the seconds that it takes, by node id.

    `filling` are those called to fill a cache: who reads it later calls none of them. `failed`
    is the first test that fails, where one does; then nothing else is told.
    """

    calls: dict[str, frozenset[Key]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    filling: frozenset[Key] = frozenset()
    failed: str = ""


class Measuring:
    """Runs every test of a session once, on code that is not changed."""

    def __init__(self, cached: frozenset[Key]) -> None:
        self._cached = cached
        self._of_fixture: defaultdict[str, set[Key]] = defaultdict(set)
        self._filling: set[Key] = set()

    def run(self, session: pytest.Session) -> Measured:
        """What each of the session's tests calls."""
        session.config.pluginmanager.register(self)
        noted: dict[str, set[Key]] = {}
        seconds: dict[str, float] = {}
        for item in session.items:
            calls, begun = Calls(self._cached), time.perf_counter()
            sys.setprofile(calls)
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
            sys.setprofile(None)
            if session.testsfailed:
                return Measured(failed=item.nodeid)
            noted[item.nodeid], seconds[item.nodeid] = calls.noted, time.perf_counter() - begun
            self._filling |= calls.filling
        for item in session.items:
            for name in getattr(item, "fixturenames", ()):
                noted[item.nodeid] |= self._of_fixture[name]
        calls_of = {name: frozenset(each) for name, each in noted.items()}
        return Measured(calls_of, seconds, frozenset(self._filling))

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Generator[None, Any, Any]:
        """Note what a fixture calls: it does so for every test that has it, not for the first."""
        outer, calls = sys.getprofile(), Calls(self._cached)
        sys.setprofile(calls)
        try:
            return (yield)
        finally:
            sys.setprofile(outer)
            self._of_fixture[fixturedef.argname] |= calls.noted
            self._filling |= calls.filling
