"""Changes of a small package, through the same door as those of the pack."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = """
from functools import cache

MOST = 10

@cache
def table():
    return {"fifo": True}

def is_allowed(kind, count):
    return table().get(kind, False) and count <= MOST

def note(kind):
    return f"{kind}!"
"""
TESTS = """
import pytest
from payment_guardrails.queues import is_allowed, note

def test_fifo_queues_are_allowed():
    assert is_allowed("fifo", 10)

@pytest.mark.parametrize("kind", ["fifo", "other"])
def test_too_many_are_not(kind):
    assert not is_allowed(kind, 11)

@pytest.mark.parametrize("text", [note("fifo")])
def test_a_note_that_is_made_while_tests_are_collected(text):
    assert text == "fifo!"
"""


def fates(
    folder: Path, changes: list[tuple[str, str]], near: tuple[str, ...] = ()
) -> list[tuple[str, str]]:
    """What becomes of changes, in one process: fates, and the names of tests."""
    module = folder / "policypack" / "payment_guardrails" / "queues.py"
    test = folder / "checks" / "test_queues.py"
    for file, text in ((module, SOURCE), (test, TESTS)):
        file.parent.mkdir(parents=True)
        file.write_text(text)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.mutation.forks", "measured", "-q", "-pno:cacheprovider",
         f"-c{os.devnull}", f"--rootdir={folder}", "checks"],
        cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ,
             "PYTHONPATH": os.pathsep.join([str(folder / "policypack"), str(ROOT)])},
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    told = json.loads(process.stdout.readline())
    found = [("complaint", told["complaint"])] if told["complaint"] else []
    for before, after in changes:
        changed = SOURCE.replace(before, after)
        module.write_text(changed)
        request = {"module": str(module), "before": SOURCE, "after": changed, "near": near}
        process.stdin.write(json.dumps(request) + "\n")
        process.stdin.flush()
        answer = json.loads(process.stdout.readline())
        found.append((answer["fate"], answer["by"].rpartition("::")[2]))
    process.stdin.close()
    assert process.wait(30) == 0
    process.stdout.close()
    return found


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no forks")
@pytest.mark.parametrize("near", [(), ("checks/test_queues.py",)])
def test_each_change_is_judged_by_itself(tmp_path: Path, near: tuple[str, ...]) -> None:
    changes = [
        ("count <= MOST", "count < MOST"),
        ("count <= MOST", "count <= MOST and True"),
        # Behind a cache, for whoever asks first.
        ('"fifo": True', '"fifo": False'),
        # While the module is imported, and while tests are collected.
        ("MOST = 10", "MOST = 11"),
        ("MOST = 10", "MOST = 5 + 5"),
        ('{kind}!"', '{kind}?"'),
        ("def is_allowed", "def is_alloved"),
        ("def is_allowed", "def is allowed"),
    ]
    found = fates(tmp_path, changes, near)
    assert [fate for fate, _ in found] == [
        "killed", "survived", "killed", "killed", "survived", "killed", "killed", "killed"
    ]  # fmt: skip
    assert [by for _, by in found][:4] == [
        "test_fifo_queues_are_allowed",
        "",
        "test_fifo_queues_are_allowed",
        found[3][1],
    ]
    assert found[3][1].startswith("test_too_many_are_not")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no forks")
def test_tests_that_fail_anyway_are_complained_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules[__name__], "TESTS", TESTS.replace("fifo!", "fifo?"))
    [(fate, text)] = fates(tmp_path, [])
    assert fate == "complaint"
    assert "fifo!" in text
