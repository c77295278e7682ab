"""The child process in which the user's program runs."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Final

_HOST: Final = Path(__file__).with_name("host.py")
_KEPT_OUTPUT: Final = 64 * 1024
_CHUNK: Final = 64 * 1024
# No credentials, and no way to find any: what a program asks of a cloud must not be answered.
_WITHHELD: Final = ("AWS_", "PULUMI_ACCESS_TOKEN", "PULUMI_CONFIG_PASSPHRASE", "PYTHONPATH")


class TimeLimitError(Exception):
    """The child did not end, or did not answer, within its time."""


class Child:
    """A running program: lines in, lines out, and what it prints kept in bounds."""

    def __init__(self, interpreter: Path, directory: Path, time_limit: float) -> None:
        self._deadline = time.monotonic() + time_limit
        their_requests, our_requests = os.pipe()
        their_replies, our_replies = os.pipe()
        self._requests = their_requests
        self._replies = os.fdopen(our_replies, "w", encoding="utf-8")
        self._buffer = b""
        self._printed = b""
        self._process = subprocess.Popen(  # noqa: S603 - running the user's program is the purpose
            [str(interpreter), str(_HOST), str(our_requests), str(their_replies)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=(our_requests, their_replies),
            cwd=directory,
            env=_environment(),
            start_new_session=True,
        )
        os.close(our_requests)
        os.close(their_replies)
        assert self._process.stdout is not None  # noqa: S101 - asked for above
        self._reader = threading.Thread(
            target=self._keep_output, args=(self._process.stdout,), daemon=True
        )
        self._reader.start()

    def send(self, line: str) -> None:
        """Write one line to the child; a child that has gone is noticed by `lines`."""
        with contextlib.suppress(BrokenPipeError):
            self._replies.write(line + "\n")
            self._replies.flush()

    def lines(self) -> Iterator[str]:
        """The child's lines until it closes its end.

        Raises :class:`TimeLimitError` when the time is over.
        """
        with selectors.DefaultSelector() as selector:
            selector.register(self._requests, selectors.EVENT_READ)
            while True:
                left = self._deadline - time.monotonic()
                if left <= 0 or not selector.select(left):
                    raise TimeLimitError
                chunk = os.read(self._requests, _CHUNK)
                if not chunk:
                    return
                *complete, self._buffer = (self._buffer + chunk).split(b"\n")
                for line in complete:
                    yield line.decode()

    def close(self) -> int:
        """End the child and all that it started; its exit status (negative: a signal)."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=1)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        status = self._process.wait()
        self._reader.join(timeout=1)
        with contextlib.suppress(BrokenPipeError):
            self._replies.close()
        os.close(self._requests)
        return status

    def kill(self) -> None:
        """End the child now."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)

    @property
    def printed(self) -> str:
        """The last of what the program printed."""
        return self._printed.decode("utf-8", "replace")

    def _keep_output(self, stream: IO[bytes]) -> None:
        while chunk := stream.read1(_CHUNK):  # type: ignore[attr-defined]
            self._printed = (self._printed + chunk)[-_KEPT_OUTPUT:]


def _environment() -> Mapping[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not any(name.startswith(prefix) for prefix in _WITHHELD)
    }
    return {
        **kept,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "PULUMI_COMPLIANCE_OFFLINE": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONUNBUFFERED": "1",
        "PYTHONWARNINGS": "ignore::DeprecationWarning",
    }
