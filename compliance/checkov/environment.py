"""The environment that Checkov runs in: its own, since it pins libraries that we do not want.

It lies in the user's cache, named after the lock file, so that another version gets another
one. `python -m compliance.checkov` makes it, from hashes.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

LOCK: Final = Path(__file__).with_name("requirements.txt")
_HOW: Final = "install it with `make checkov-environment` (or `python -m compliance.checkov`)"


class CheckovError(Exception):
    """Checkov gives no opinion; the message says why, and what to do."""


def folder() -> Path:
    """Where the environment is, or will be."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]
    return cache / "payment-processing" / f"checkov-{digest}"


def interpreter() -> Path:
    """The Python of the environment; raises :class:`CheckovError` where it is not made yet."""
    found = _python(folder())
    if not (folder() / "ready").is_file() or not found.is_file():
        raise CheckovError(f"Checkov is not installed; {_HOW}")
    return found


def install() -> Path:
    """Make the environment where it is not there yet; its folder.

    Raises :class:`CheckovError` where it cannot be made; nothing half-made is left then.
    """
    place = folder()
    if (place / "ready").is_file():
        return place
    shutil.rmtree(place, ignore_errors=True)
    pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    try:
        _run([sys.executable, "-m", "venv", str(place)])
        _run([str(_python(place)), *pip, "-r", str(LOCK)])
        (place / "ready").touch()
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise
    return place


def _python(place: Path) -> Path:
    return place / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    except OSError as error:
        raise CheckovError(f"Checkov cannot be installed: {error}") from error
    if done.returncode:
        last = (done.stderr.strip() or "it does not say why").splitlines()[-1]
        raise CheckovError(f"Checkov cannot be installed: {last}")
