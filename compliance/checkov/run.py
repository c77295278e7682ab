"""One run of Checkov: loaded early, asked once, ended in any case."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from compliance.checkov.environment import CheckovError, interpreter

TIME_LIMIT: Final = 600.0
"""Seconds that Checkov may take unless told otherwise."""

_DRIVER: Final = Path(__file__).with_name("driver.py")
_RESULTS: Final = "results_json.json"
_UNKNOWN: Final = "unknown.json"
# No platform, no telemetry, no credentials: nothing of the caller's environment but these.
_KEPT: Final = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "TMPDIR")


@dataclass(frozen=True)
class Answer:
    """Checkov's report as JSON data, and what the report is silent on (see the driver)."""

    report: Any
    unknown: Any


class CheckovRun:
    """Checkov at work. It is started before there is anything to judge, and asked later."""

    def __init__(
        self, external_checks: Sequence[Path] = (), time_limit: float = TIME_LIMIT
    ) -> None:
        """Start it; raises :class:`CheckovError` where it is not installed."""
        python = interpreter()
        self._external = [str(each.resolve()) for each in external_checks]
        self._time_limit = time_limit
        # Only this user may read what is in there: a plan holds what the program spells out.
        self._folder = Path(tempfile.mkdtemp(prefix="compliance-checkov-"))
        self._said = self._folder.joinpath("said").open("w+", encoding="utf-8")
        self._process = subprocess.Popen(  # noqa: S603 - our own script in our own environment
            [str(python), "-I", str(_DRIVER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=self._said,
            text=True,
            cwd=self._folder,
            env=self._environment(),
            start_new_session=True,
        )

    def ask(self, documents: Mapping[str, Mapping[str, Any]]) -> None:
        """Give it Terraform plans to judge, by names that its results will carry."""
        for name, document in documents.items():
            self._folder.joinpath(f"{name}.json").write_text(json.dumps(document), "utf-8")
        arguments = [
            *(word for name in documents for word in ("-f", f"{name}.json")),
            *("--framework", "terraform_plan", "--output", "json"),
            *("--output-file-path", "out", "--skip-download", "--compact", "--soft-fail"),
            *(word for each in self._external for word in ("--external-checks-dir", each)),
        ]
        # One that has ended already is noticed by `answer`.
        with suppress(OSError, ValueError):
            assert self._process.stdin is not None  # noqa: S101 - asked for above
            self._process.stdin.write(json.dumps(arguments) + "\n")
            self._process.stdin.close()
            self._process.stdin = None

    def answer(self) -> Answer:
        """What Checkov says.

        Raises :class:`CheckovError` where it crashes, gives none, or takes too long.
        """
        try:
            self._process.wait(self._time_limit)
        except subprocess.TimeoutExpired:
            raise CheckovError(
                f"Checkov was still running after {self._time_limit:g} s; give it more with "
                "`time-limit: SECONDS` in compliance/checkov.yaml"
            ) from None
        try:
            return Answer(self._read("out", _RESULTS), self._read(_UNKNOWN))
        except (OSError, ValueError):
            raise CheckovError(f"Checkov ended without a report: {self._last_words()}") from None

    def stop(self) -> None:
        """End it, and leave nothing behind."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._said.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _read(self, *names: str) -> Any:
        return json.loads(self._folder.joinpath(*names).read_text("utf-8"))

    def _last_words(self) -> str:
        self._said.flush()
        lines = self._folder.joinpath("said").read_text("utf-8", "replace").strip().splitlines()
        return lines[-1][:300] if lines else f"exit status {self._process.returncode}"

    def _environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        return {
            **kept,
            "HOME": str(self._folder),
            "LOG_LEVEL": "ERROR",
            "CHECKOV_OPENAI_API_KEY": "",
        }
