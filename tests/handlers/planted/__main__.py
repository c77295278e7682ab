"""Plants each bug of bugs.yaml in a copy of the handlers, and sees which test catches it.

    python -m tests.handlers.planted [words of a bug's name]

Prints a line for each bug: the test that caught it, and after how many histories or runs with
a fault. Exits with 1 where a bug survives all tests, or where its text is no longer there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

import yaml

ROOT: Final = Path(__file__).parents[3]
_COPIED: Final = (
    "handlers",
    "tests/handlers",
    "tests/conftest.py",
    "compliance/recorded_use.json",
    "pyproject.toml",
)
_HISTORIES: Final = "tests/handlers/test_histories.py"
_FAULTS: Final = "tests/handlers/test_single_faults.py"
# The state machine first, then the single faults, then the examples: the first to fail counts.
_STAGES: Final = (
    (f"{_HISTORIES}::test_every_history_keeps_the_promises[0]",),
    (_FAULTS,),
    tuple(
        f"tests/handlers/test_{name}.py"
        for name in ("transactions", "fraud_alerts", "notifications", "refusals")
    ),
)
_AT_ONCE: Final = 2


@dataclass(frozen=True)
class Bug:
    """A bug: what each text of a file is replaced with."""

    name: str
    file: str
    changes: tuple[tuple[str, str], ...]


def read_bugs(text: str) -> list[Bug]:
    """The bugs of a YAML list."""
    return [
        Bug(
            entry["name"],
            entry["file"],
            tuple((change["old"], change["new"]) for change in [entry, *entry.get("and", [])]),
        )
        for entry in yaml.safe_load(text)
    ]


def planted(bug: Bug, source: str) -> str:
    """A file's text with the bug in it; raises `ValueError` where its text is not there once."""
    for old, new in bug.changes:
        if source.count(old) != 1:
            raise ValueError(f"the text is in {bug.file} {source.count(old)} times: {old.strip()}")
        source = source.replace(old, new)
    return source


def verdict(bug: Bug) -> tuple[bool, str]:
    """Whether the bug is caught, and a line that tells how."""
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name)
        for part in _COPIED:
            _copy(ROOT / part, copy / part)
        target = copy / "handlers" / bug.file
        try:
            target.write_text(planted(bug, target.read_text()))
        except ValueError as error:
            return False, f"STALE     {bug.name}: {error}"
        for tests in _STAGES:
            caught = _first_failure(copy, tests)
            if caught is not None:
                return True, f"caught    {bug.name}: {caught}"
    return False, f"SURVIVES  {bug.name}"


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "planted"))
    else:
        shutil.copy(source, target)


def _first_failure(copy: Path, tests: Sequence[str]) -> str | None:
    report = copy / "report.xml"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *tests, "-q", "-x", "--hypothesis-seed=1",
         "-p", "no:cacheprovider", f"--junit-xml={report}"],
        cwd=copy,
        env={**os.environ, "HYPOTHESIS_PROFILE": "quick", "PLANTED_BUG": "1"},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    if done.returncode == 0:
        return None
    if done.returncode != 1:
        raise RuntimeError(f"the tests did not run:\n{done.stdout}\n{done.stderr}")
    root = ElementTree.parse(report).getroot()  # noqa: S314 - pytest has just written it here
    return next(_failures(root), None)


def _failures(report: Any) -> Iterator[str]:
    for case in report.iter("testcase"):
        trouble = case.find("failure")
        if trouble is not None:
            counts = [f"{p.get('value')} {p.get('name')}" for p in case.iter("property")]
            after = f" after {', '.join(counts)}" if counts else ""
            yield f"{case.get('name')}{after}: {_reason(trouble)}"


def _reason(trouble: Any) -> str:
    lines = (trouble.get("message") or "").strip().splitlines() or [""]
    return lines[0][:100]


def main(words: Sequence[str]) -> int:
    """Plant each bug whose name has all the words."""
    bugs = [
        bug
        for bug in read_bugs((Path(__file__).parent / "bugs.yaml").read_text())
        if all(word in bug.name for word in words)
    ]
    # Without a bug nothing may fail: else a failure tells nothing of the bugs.
    control = Bug("no bug", "ledger.py", ())
    caught = 0
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        unharmed = pool.submit(verdict, control)
        for done in as_completed([pool.submit(verdict, bug) for bug in bugs]):
            good, line = done.result()
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()
            caught += good
    sys.stdout.write(f"{caught} of {len(bugs)} planted bugs were caught\n")
    failed, line = unharmed.result()
    if failed:
        sys.stdout.write(f"the tests fail without a bug: {line}\n")
    return 0 if caught == len(bugs) and not failed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
