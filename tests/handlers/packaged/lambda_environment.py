"""A packaged function in AWS's own runtime: the bootstrap of `awslambdaric`, and the archive.

The process sees the standard library, the runtime interface client and the unpacked archive,
nothing else: a module that the archive lacks is missing here as it would be in Lambda.
https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
"""

from __future__ import annotations

import queue
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from tests.handlers.emulation import REGION
from tests.handlers.packaged.deployed import Function
from tests.handlers.packaged.runtime_api import Invocation, Report, RuntimeApi, listening

CLIENT: Final = "awslambdaric"
"""The runtime interface client: https://pypi.org/project/awslambdaric/"""
BOOTSTRAP: Final = (CLIENT,)
"""The module that Lambda runs, and its arguments but for the handler."""
_PATIENCE_SECONDS: Final = 60.0


class Environment:
    """A running function; `log` is all that it wrote, once it has ended."""

    def __init__(
        self, function: Function, api: RuntimeApi, process: subprocess.Popen[bytes]
    ) -> None:
        self.log = ""
        self._function = function
        self._api = api
        self._process = process
        self._invocations = 0

    def invoke(self, event: Any, seconds: float | None = None) -> Any:
        """The function's answer to an event for which it has `seconds`, else its timeout."""
        self._invocations += 1
        request_id = f"invocation-{self._invocations}"
        time_given = self._function.timeout if seconds is None else seconds
        self._api.offer(Invocation(request_id, event, self._function.arn, time_given))
        report = self.report()
        assert (report.kind, report.request_id) == ("response", request_id), report
        return report.body

    def report(self) -> Report:
        """What the runtime tells next; fails where it ends, or hangs, without a word."""
        until = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < until:
            status = self._process.poll()
            try:
                return self._api.reports.get(timeout=0.05)
            except queue.Empty:
                assert status is None, f"the runtime ended with {status}"
        raise AssertionError("the runtime says nothing")

    def wait(self) -> int:
        """The status with which the runtime ends by itself."""
        return self._process.wait(timeout=_PATIENCE_SECONDS)


@contextmanager
def started(
    function: Function,
    code: Path,
    client: Path,
    variables: Mapping[str, str | None],
    bootstrap: Sequence[str] = BOOTSTRAP,
) -> Iterator[Environment]:
    """Lambda's environment of a function.

    `code` is its unpacked archive, `client` the folder of the runtime interface client. Of
    `variables`, a text is set on top of what Lambda and the program set, and None unsets.
    """
    with listening() as (api, address), tempfile.TemporaryFile() as log:
        given = {**_variables(function, code, client, address), **variables}
        process = subprocess.Popen(
            [sys.executable, "-S", "-m", *bootstrap, function.handler],
            cwd=code,
            env={name: value for name, value in given.items() if value is not None},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        running = Environment(function, api, process)
        try:
            yield running
        finally:
            process.terminate()
            process.wait(timeout=_PATIENCE_SECONDS)
            log.seek(0)
            running.log = log.read().decode()


def _variables(function: Function, code: Path, client: Path, api: str) -> dict[str, str]:
    return {
        "AWS_LAMBDA_RUNTIME_API": api,
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_SESSION_TOKEN": "testing",
        "LAMBDA_TASK_ROOT": str(code),
        "_HANDLER": function.handler,
        "PYTHONPATH": str(client),
        "TZ": ":UTC",
        **function.variables,
    }
