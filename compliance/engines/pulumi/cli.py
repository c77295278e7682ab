"""The Pulumi CLI under the gate's control: found, checked, run within a time, stopped."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from typing import IO, Any, Final

from pulumi.automation import CommandResult, PulumiCommand
from pulumi.automation.errors import CommandError, InvalidVersionError, create_command_error

from compliance.engines.engine import EngineError

_REMEDY: Final = (
    "install it (https://www.pulumi.com/docs/iac/download-install/), "
    "or use --engine offline, which needs none"
)
_GRACE: Final = 10.0
"""How many seconds the CLI has to cancel what it does and let go of its plugins."""


class TimeLimitError(Exception):
    """The CLI did not end within its time."""


class Command(PulumiCommand):
    """The Automation API's command, in a process group that can be stopped as a whole.

    Raises :class:`EngineError` where there is no CLI on PATH, or one that the SDK does not
    work with.
    """

    def __init__(self, time_limit: float) -> None:
        if shutil.which("pulumi") is None:
            raise EngineError(f"there is no Pulumi CLI on PATH; {_REMEDY}")
        try:
            super().__init__()
        except InvalidVersionError as error:
            raise EngineError(f"the Pulumi CLI on PATH does not fit: {error} {_REMEDY}") from error
        except (OSError, subprocess.CalledProcessError) as error:
            raise EngineError(f"the Pulumi CLI on PATH does not run: {error}; {_REMEDY}") from error
        self._deadline = time.monotonic() + time_limit
        self._process: subprocess.Popen[str] | None = None

    def run(
        self,
        args: list[str],
        cwd: str,
        additional_env: Mapping[str, str],
        on_output: Any = None,
        on_error: Any = None,
    ) -> CommandResult:
        """Run the CLI (see the Automation API).

        Raises `CommandError` where it fails, and :class:`TimeLimitError`.
        """
        printed: dict[str, list[str]] = {"stdout": [], "stderr": []}
        with subprocess.Popen(  # noqa: S603 - running the user's CLI is the purpose
            [self.command, "--non-interactive", *args],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=cwd,
            env={**os.environ, **additional_env, "PULUMI_AUTOMATION_API": "true"},
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        ) as process:
            self._process = process
            readers = [
                threading.Thread(target=_read, args=(stream, printed[name], told), daemon=True)
                for name, stream, told in (
                    ("stdout", process.stdout, on_output),
                    ("stderr", process.stderr, on_error),
                )
            ]
            for reader in readers:
                reader.start()
            try:
                process.wait(max(0.0, self._deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.stop()
                raise TimeLimitError from None
            except BaseException:
                self.stop()
                raise
            for reader in readers:
                reader.join()
        result = CommandResult(
            stdout="\n".join(printed["stdout"]),
            stderr="\n".join(printed["stderr"]),
            code=process.returncode,
        )
        if result.code != 0:
            raise create_command_error(result)
        return result

    def stop(self) -> None:
        """Let a CLI that still runs cancel its work, then end it and all that it started."""
        process = self._process
        if process is None or process.poll() is not None:
            return
        # What is on PATH may be a script around the CLI: all of the group is told, as by Ctrl-C.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_GRACE)
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _read(stream: IO[str], lines: list[str], told: Any) -> None:
    for line in stream:
        lines.append(line.rstrip())
        if told is not None:
            told(line.rstrip())


def words_of(error: CommandError) -> str:
    """What the CLI wrote to standard error."""
    # The Automation API's error carries it in its text only.
    text = str(error)
    return text.partition("\n stderr: ")[2].strip() or text.strip()
