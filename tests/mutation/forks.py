"""Tests that are collected once and run on many changes of the code, in a fork for each.

`python -m tests.mutation.forks MEASURED [PYTEST_ARGUMENT ...]`, in a copy of the work tree, with
the project's own Python; options of pytest's come with their values in one word. It writes
`{"complaint": TEXT}`, empty where all tests pass on the code as it is. What the tests call is kept
in the file `MEASURED`, and read from it where it is there.

Then, for each line `{"module": PATH, "before": SOURCE, "after": SOURCE, "near": [TEST_FILE, ...]}`
on standard input, it runs tests on the changed module, which the copy holds by then, until one
fails: those in the files that are near, then those that called what was changed, the quickest
first. It answers `{"fate": FATE, "by": TEST}`.

A changed body is given to the functions that are loaded. What is done while modules are imported
or tests are collected would not be done again: for a change there, modules and tests are loaded
afresh, in a fork of a process that has loaded all but those.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import pickle
import signal
import sys
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import _lru_cache_wrapper, partial
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, Final, TextIO

import pytest

from tests.mutation.calls import Calls, Measured, Measuring
from tests.mutation.changes import (
    KILLED,
    PACKAGE,
    SURVIVED,
    TIMED_OUT,
    Change,
    Key,
    key_of,
)
from tests.mutation.chosen import Chosen, ordered

LIMIT: Final = 75.0
"""Seconds that the tests of one change may take."""

_PROJECT: Final = ("payment_guardrails", "compliance", "program", "handlers", "tests", "conftest")
_FORK: Final = get_context("fork")


@dataclass(frozen=True)
class Request:
    """A module (its path in the work tree), its source before and after a change, tests nearby."""

    module: str
    before: str
    after: str
    near: tuple[str, ...]

    def changed(self) -> dict[Key, CodeType] | None:
        """The functions that changed, with their new code; None where more changed."""
        try:
            before, after = (
                compile(source, self.module, "exec", dont_inherit=True)
                for source in (self.before, self.after)
            )
        except SyntaxError:
            return None
        return Change.between(before, after).functions


@dataclass(frozen=True)
class Answer:
    """What became of a change, and the test that noticed it; `afresh` are tests yet to be run."""

    fate: str
    by: str = ""
    afresh: tuple[str, ...] = ()


class InTheFork:
    """What a forked process does: its answer comes through a pipe, or not at all."""

    def __init__(self, work: Callable[[], Answer | Measured]) -> None:
        self._ours, theirs = _FORK.Pipe(duplex=False)
        self._process = _FORK.Process(target=_answer, args=(work, theirs))
        self._process.start()
        theirs.close()

    def result(self, limit: float | None = None) -> Any:
        """What it answers.

        Raises :class:`TimeoutError` where it takes longer (seconds), and :class:`EOFError` where
        it ends without an answer.
        """
        try:
            if not self._ours.poll(limit):
                raise TimeoutError
            return self._ours.recv()
        finally:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid or 0, signal.SIGKILL)
            self._process.join()


def _answer(work: Callable[[], Answer | Measured], pipe: Connection) -> None:
    # What the tests start ends with it.
    os.setsid()
    pipe.send(work())


class Collected:
    """The tests once they are collected: answers requests with them."""

    def __init__(self, requests: Connection, measured: Path) -> None:
        self._requests = requests
        self._file = measured
        self._collecting = Calls()
        sys.setprofile(self._collecting)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Answer until there is nothing more to answer."""
        sys.setprofile(None)
        _write_no_more_byte_code()
        functions = _functions()
        measured = self._measured(session, _emptied_caches())
        self._requests.send((measured.failed, _loaded(), frozenset(measured.calls)))
        while (request := self._requests.recv()) is not None:
            self._requests.send(self._judged(session, measured, functions, request))
        return True

    def _measured(self, session: pytest.Session, cached: frozenset[Key]) -> Measured:
        if not self._file.exists():
            measured = InTheFork(lambda: Measuring(cached).run(session)).result()
            if measured.failed:
                return measured
            self._file.write_bytes(pickle.dumps(measured))
        found: Measured = pickle.loads(self._file.read_bytes())  # noqa: S301 - our own
        return found

    def _judged(
        self,
        session: pytest.Session,
        measured: Measured,
        functions: dict[Key, list[FunctionType]],
        request: Request,
    ) -> Answer:
        changed = request.changed()
        if changed is None:
            return Answer(SURVIVED, afresh=ordered(measured, request.near, None))
        collecting = not self._collecting.noted.isdisjoint(changed)
        # Who reads what was kept then, or in a cache, calls nothing that changed.
        kept = collecting or not measured.filling.isdisjoint(changed)
        names = ordered(measured, request.near, None if kept else changed)
        if collecting:
            return Answer(SURVIVED, afresh=names)

        def run() -> Answer:
            for key, code in changed.items():
                for function in functions[key]:
                    function.__code__ = code
            chosen = Chosen(names, measured.calls)
            chosen.pytest_collection_modifyitems(session.items)
            chosen.pytest_runtestloop(session)
            return Answer(KILLED if chosen.failed else SURVIVED, chosen.failed)

        return _in_time(run)


def _functions() -> dict[Key, list[FunctionType]]:
    """The functions of the pack that are loaded."""
    found: defaultdict[Key, list[FunctionType]] = defaultdict(list)
    for each in gc.get_objects():
        if isinstance(each, FunctionType) and PACKAGE in each.__code__.co_filename:
            found[key_of(each.__code__)].append(each)
    return found


def _emptied_caches() -> frozenset[Key]:
    """Empty the caches, which unchanged code has filled; the functions that they are before."""
    caches = [each for each in gc.get_objects() if isinstance(each, _lru_cache_wrapper)]
    ours = [each for each in caches if (each.__module__ or "").startswith(_PROJECT)]
    for each in ours:
        each.cache_clear()
    behind = (each.__wrapped__ for each in ours)
    return frozenset(key_of(each.__code__) for each in behind if isinstance(each, FunctionType))


def _loaded() -> list[str]:
    return [name for name in list(sys.modules) if not name.startswith(_PROJECT)]


def _write_no_more_byte_code() -> None:
    """That of the tests is of use; a module may change twice in a second, and is not told apart."""
    sys.dont_write_bytecode = True
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"


def _in_time(work: Callable[[], Answer]) -> Answer:
    try:
        answer: Answer = InTheFork(work).result(LIMIT)
    except TimeoutError:
        return Answer(TIMED_OUT)
    except EOFError:
        return Answer(KILLED, "the process of the tests")
    return answer


def _afresh(
    arguments: Sequence[str], known: Collection[str], names: Sequence[str], files: Sequence[str]
) -> Answer:
    """Load the modules and the tests as they are now, and run some of these.

    Only those in `files`, where there are any: to load them all takes seconds.
    """
    chosen = Chosen(names, known)
    options = [each for each in arguments if not files or each.startswith("-")]
    status = pytest.main([*options, *files], plugins=[chosen])
    if status in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        return Answer(SURVIVED)
    return Answer(KILLED, chosen.failed or "the collection of the tests")


def _collect(arguments: Sequence[str], requests: Connection, measured: Path) -> None:
    pytest.main([*arguments], plugins=[Collected(requests, measured)])


def main() -> None:
    """Answer requests until standard input ends."""
    measured, arguments = Path(sys.argv[1]), sys.argv[2:]
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    # The tests may write what they like.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    ours, theirs = _FORK.Pipe()
    _FORK.Process(target=_collect, args=(arguments, theirs, measured)).start()
    theirs.close()
    try:
        failed, loaded, known = ours.recv()
    except EOFError:
        _write(answers, {"complaint": "the tests cannot be collected"})
        return
    _write_no_more_byte_code()
    _write(answers, {"complaint": f"{failed} fails" if failed else ""})
    for name in loaded:
        with suppress(ImportError):
            importlib.import_module(name)
    for line in sys.stdin:
        told = json.loads(line)
        ours.send(Request(**told))
        answer: Answer = ours.recv()
        if answer.afresh:
            run = partial(_afresh, arguments, known, answer.afresh)
            nearest = [each for each in told["near"] if Path(each).exists()]
            answer = _in_time(partial(run, nearest)) if nearest else Answer(SURVIVED)
            if answer.fate == SURVIVED:
                answer = _in_time(partial(run, ()))
        _write(answers, {"fate": answer.fate, "by": answer.by})
    ours.send(None)


def _write(answers: TextIO, answer: dict[str, str]) -> None:
    print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
