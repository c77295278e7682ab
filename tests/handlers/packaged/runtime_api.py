"""Lambda's side of a function, on this machine: the Runtime API that the bootstrap polls.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

from __future__ import annotations

import json
import queue
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, Literal

from tests.handlers.packaged.local_server import RequestHandler, serving

_VERSION: Final = "/2018-06-01/runtime"
_NEXT: Final = f"{_VERSION}/invocation/next"
_INIT_ERROR: Final = f"{_VERSION}/init/error"
_INVOCATION: Final = re.compile(rf"{_VERSION}/invocation/(?P<id>[^/]+)/(?P<kind>response|error)")
_JSON: Final = {"Content-Type": "application/json"}
TRACE_ID: Final = "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1"


@dataclass(frozen=True)
class Invocation:
    """An event on its way to a function, which has `seconds` for it."""

    request_id: str
    event: Any
    function_arn: str
    seconds: float


@dataclass(frozen=True)
class Report:
    """What the runtime told of an invocation, or of its own start (`request_id` is None).

    `body` is the answer of the function; of an error, its `errorType` and `errorMessage`.
    """

    request_id: str | None
    kind: Literal["response", "error", "init error"]
    body: Any


class RuntimeApi:
    """The Runtime API of one function; `reports` fills with what its runtime tells."""

    def __init__(self) -> None:
        self.reports: queue.Queue[Report] = queue.Queue()
        self._waiting: queue.Queue[Invocation | None] = queue.Queue()
        self._running: Invocation | None = None

    def offer(self, invocation: Invocation) -> None:
        """Give the invocation to the runtime as soon as it asks for the next."""
        self._waiting.put(invocation)

    def close(self) -> None:
        """Give no more invocations."""
        self._waiting.put(None)

    def next(self) -> Invocation | None:
        """The next invocation, once there is one; None where there will be none."""
        self._running = self._waiting.get()
        return self._running

    def take(self, path: str, body: bytes) -> bool:
        """Take what the runtime posts; False where it may not post that now."""
        match = _INVOCATION.fullmatch(path)
        if path == _INIT_ERROR:
            report = Report(None, "init error", json.loads(body))
        elif match and self._running and match["id"] == self._running.request_id:
            kind: Literal["response", "error"] = (
                "response" if match["kind"] == "response" else "error"
            )
            report = Report(match["id"], kind, json.loads(body))
            self._running = None
        else:
            return False
        self.reports.put(report)
        return True


@contextmanager
def listening() -> Iterator[tuple[RuntimeApi, str]]:
    """A Runtime API, and its address as `AWS_LAMBDA_RUNTIME_API` has it."""
    api = RuntimeApi()

    class Handler(RequestHandler):
        def get(self) -> None:
            invocation = api.next() if self.path == _NEXT else None
            if invocation is None:
                self.close_connection = True
                return
            headers = {
                **_JSON,
                "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
                "Lambda-Runtime-Deadline-Ms": str(int((time.time() + invocation.seconds) * 1000)),
                "Lambda-Runtime-Invoked-Function-Arn": invocation.function_arn,
                "Lambda-Runtime-Trace-Id": TRACE_ID,
            }
            self.answer(200, headers, json.dumps(invocation.event).encode())

        def post(self, body: bytes) -> None:
            taken = api.take(self.path, body)
            self.answer(202 if taken else 400, _JSON, b'{"status": "OK"}' if taken else b"{}")

    with serving(Handler) as port:
        try:
            yield api, f"127.0.0.1:{port}"
        finally:
            api.close()
