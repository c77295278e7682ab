"""Faults at the calls that a function makes to AWS and to merchants.

Each run of a function numbers its calls; a plan says at which call what happens. The calls
are found by running, never listed by hand, so a new one is covered when it appears. Only one
run moves at a time, so that a history runs the same way each time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

import urllib3
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError


class Mode(Enum):
    """What happens at a call."""

    REFUSED = "an error before the effect"
    THROTTLED = "throttled: an error before the effect, with its own code"
    CONFLICT = "a conflict with another transaction's write: an error before the effect"
    LOST = "the effect, with the answer lost"
    REPEATED = "the effect, with the answer lost, and the SDK's own second attempt"
    DEATH = "the effect, and the process dies"
    PAUSE = "the run is held just before it, and goes on later, even after its retry"


NO_ANSWER: Final = frozenset({Mode.REFUSED, Mode.THROTTLED, Mode.CONFLICT, Mode.LOST})
"""What a function may answer with 503 to."""
_WRITES: Final = frozenset({"PutItem", "UpdateItem", "TransactWriteItems"})


@dataclass(frozen=True)
class Call:
    """A call: `service` is AWS's name of it, or "dns" or "http"."""

    service: str
    operation: str

    def modes(self) -> frozenset[Mode]:
        """What can happen at this call."""
        possible = {Mode.REFUSED, Mode.DEATH, Mode.PAUSE}
        if self.service != "dns":
            possible.add(Mode.LOST)
        if self.service not in ("dns", "http"):
            possible |= {Mode.THROTTLED, Mode.REPEATED}
        if self.operation in _WRITES:
            possible.add(Mode.CONFLICT)
        return frozenset(possible)

    def error(self, mode: Mode) -> Exception:
        """What the caller sees of a fault."""
        if self.service == "dns":
            return OSError("no such host")
        if self.service == "http":
            pool: Any = None
            if mode is Mode.LOST:
                return urllib3.exceptions.ReadTimeoutError(pool, "", "no answer in time")
            return urllib3.exceptions.ConnectTimeoutError(pool, "no connection in time")
        if mode is Mode.LOST:
            return ReadTimeoutError(endpoint_url="https://aws.example")
        if mode is Mode.THROTTLED:
            return self._client_error("ThrottlingException")
        if mode is Mode.CONFLICT:
            transact = self.operation == "TransactWriteItems"
            return self._client_error(
                "TransactionCanceledException" if transact else "TransactionConflictException",
                CancellationReasons=[{"Code": "TransactionConflict"}, {"Code": "None"}],
            )
        return EndpointConnectionError(endpoint_url="https://aws.example")

    def _client_error(self, code: str, **more: Any) -> ClientError:
        response: Any = {"Error": {"Code": code, "Message": code}, **more}
        return ClientError(response, self.operation)


class Death(BaseException):
    """The process ends here; no handler catches it."""


class Run:
    """One run of a function, with its plan of faults by the number of the call.

    `answer` is what the function returned once it is `done`; a run that died has none.
    """

    active: Run | None = None
    """The run that moves now."""

    def __init__(self, work: Callable[[], Any], plan: Mapping[int, Mode]) -> None:
        self.calls: list[Call] = []
        self.fired: set[Mode] = set()
        self.answer: Any = None
        self.done = False
        self.paused = False
        self._work = work
        self._plan = plan
        self._error: BaseException | None = None
        self._ending = False
        self._go = threading.Semaphore(0)
        self._stopped = threading.Semaphore(0)
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Run until the function ends, dies or is held."""
        if Mode.PAUSE in self._plan.values():
            self._thread = threading.Thread(target=self._threaded, daemon=True)
            self._thread.start()
            self._hand_over()
        else:
            self._move(self._finish)

    def resume(self) -> None:
        """Let a held run go on."""
        self.paused = False
        self._hand_over()

    def abandon(self) -> None:
        """End a held run; its process is gone for good."""
        if self.paused:
            self._ending = True
            self.resume()

    def call(self, call: Call, effect: Callable[[], Any]) -> Any:
        """Make a call of this run, or have happen to it what the plan says."""
        mode = self._plan.get(len(self.calls))
        self.calls.append(call)
        if mode is None or mode not in call.modes():
            return effect()
        self.fired.add(mode)
        if mode is Mode.PAUSE:
            self._hold()
            return effect()
        if mode is Mode.DEATH:
            _whatever_comes(effect)
            raise Death
        if mode is Mode.LOST:
            _whatever_comes(effect)
        elif mode is Mode.REPEATED:
            return self._repeated(call, effect)
        raise call.error(mode)

    def _repeated(self, call: Call, effect: Callable[[], Any]) -> Any:
        first = effect()
        # A transaction's second attempt carries the same token, and gets the first's answer.
        return first if call.operation == "TransactWriteItems" else effect()

    def _hold(self) -> None:
        self.paused = True
        self._stopped.release()
        self._go.acquire()
        if self._ending:
            raise Death

    def _hand_over(self) -> None:
        self._move(self._switch)

    def _switch(self) -> None:
        self._go.release()
        self._stopped.acquire()
        if not self.paused and self._thread is not None:
            self._thread.join()

    def _move(self, step: Callable[[], None]) -> None:
        before, Run.active = Run.active, self
        try:
            step()
        finally:
            Run.active = before
        if self._error is not None:
            raise self._error

    def _threaded(self) -> None:
        self._go.acquire()
        self._finish()
        self._stopped.release()

    def _finish(self) -> None:
        try:
            self.answer = self._work()
            self.done = True
        except Death:
            pass
        except BaseException as error:  # noqa: BLE001 - it is raised again where the run is watched
            self._error = error


def _whatever_comes(effect: Callable[[], Any]) -> None:
    with suppress(ClientError, OSError, urllib3.exceptions.HTTPError):
        effect()
