"""A real Chromium for the tests of the HTML report, driven through Node.js.

`make browser` installs what drives it; the browser is the machine's own, or the one that
`PAYMENT_CHROMIUM` names.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from shutil import which
from typing import Any, Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[3]
REQUIRED: Final = "PAYMENT_BROWSER_REQUIRED"
"""Set where the tests must not be skipped for want of a browser, as in CI."""
CHOSEN: Final = "PAYMENT_CHROMIUM"
_NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_SCRIPT: Final = Path(__file__).with_name("browser") / "browse.mjs"

Step = Mapping[str, Any]


@dataclass(frozen=True)
class Visit:
    """What a visit of a page gave: a value for each step, what was asked for, what went wrong."""

    values: tuple[Any, ...]
    requests: tuple[str, ...]
    errors: tuple[str, ...]


class Browser:
    """An open browser."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def visit(
        self,
        page: Path,
        *steps: Step,
        width: int = 1280,
        height: int = 900,
        scheme: str = "light",
        media: str | None = None,
        javascript: bool = True,
        fragment: str = "",
    ) -> Visit:
        """Open a page, take the steps (see `browser/browse.mjs`), and tell what they gave."""
        request = {
            "file": str(page), "fragment": fragment, "width": width, "height": height,
            "scheme": scheme, "media": media, "javascript": javascript, "steps": steps,
        }  # fmt: skip
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline() or '{"failed": "the browser ended"}')
        assert "failed" not in answer, answer
        return Visit(tuple(answer["values"]), tuple(answer["requests"]), tuple(answer["errors"]))


@cache
def installed() -> tuple[str, str] | None:
    """The folder of what drives the browser, and the browser; None where one is missing."""
    folder = subprocess.run(
        ["make", "--no-print-directory", "--silent", "browser-path"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    ).stdout.strip()  # fmt: skip
    names = [os.environ[CHOSEN]] if os.environ.get(CHOSEN) else _NAMES
    browser = next((found for name in names if (found := which(name))), None)
    ready = folder and (Path(folder) / "ready").is_file() and which("node")
    return (folder, browser) if browser and ready else None


@contextmanager
def opened() -> Iterator[Browser]:
    """A browser, for as long as it is needed. Skips where there is none, unless required."""
    found = installed()
    if found is None:
        message = "there is no browser: run `make browser` (needs Node.js 20 and Chromium)"
        if os.environ.get(REQUIRED):
            pytest.fail(message)
        pytest.skip(message)
    process = subprocess.Popen(
        ["node", str(_SCRIPT), *found], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield Browser(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(timeout=60)
