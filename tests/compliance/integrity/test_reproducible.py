"""The same inputs give the same bytes: elsewhere, at another time, for another user."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.compliance.integrity.report_folders import make_keys, verified

ROOT = Path(__file__).parents[3]
PROGRAM = ROOT / "tests" / "programs" / "published-payments"
WAIVERS = """\
waivers:
  - id: one-role
    rule: iam-role-one-function
    resource: "*"
    reason: one role until the split in spring
    owner: payments
    expires: 2026-03-01
"""
HERE = {
    "TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "1", "HOME": "/nowhere",
    "SOURCE_DATE_EPOCH": "1769767200",
}  # fmt: skip
ELSEWHERE = {"TZ": "Asia/Kathmandu", "LC_ALL": "C", "PYTHONHASHSEED": "4242", "LANG": "tr_TR"}
COMMITTED = {
    "GIT_AUTHOR_DATE": "2026-01-30T10:00:00Z",
    "GIT_COMMITTER_DATE": "2026-01-30T10:00:00Z",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
}


def copied(place: Path) -> Path:
    """A copy of the program in a folder of its own, with waivers, its files touched."""
    program = shutil.copytree(PROGRAM, place / PROGRAM.name, copy_function=shutil.copyfile)
    (program / "compliance").mkdir()
    (program / "compliance" / "waivers.yaml").write_text(WAIVERS)
    return program


def committed(place: Path) -> Path:
    """The copy as a repository, committed at the time of the others."""
    program = copied(place)
    for command in (
        ["init", "--quiet"],
        ["add", "."],
        ["-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "--quiet", "-m", "all"],
    ):
        subprocess.run(["git", *command], cwd=program, check=True, env={**os.environ, **COMMITTED})
    return program


def gated(
    program: Path, key: Path, environment: Mapping[str, str], *, inside: bool, umask: int
) -> Path:
    """The report folder that `compliance gate` writes, started inside the program or outside."""
    out = program.parent / "out"
    arguments = [
        "gate", "--format", "all", "--as-of", "2026-01-31", "--quiet", "--out", str(out),
        "--sign", str(key), *([] if inside else ["--program", program.name]),
    ]  # fmt: skip
    done = subprocess.run(
        [Path(sys.executable).with_name("compliance"), *arguments],
        cwd=program if inside else program.parent,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        umask=umask,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    return out


def contents(folder: Path) -> dict[str, bytes]:
    """Every file, by its name and what others may do with it."""
    return {
        f"{path.name} {path.stat().st_mode & 0o777:o}": path.read_bytes()
        for path in sorted(folder.iterdir())
    }


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_keys(tmp_path_factory.mktemp("key"))[0]


@pytest.fixture(scope="module")
def folder(key: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    program = copied(tmp_path_factory.mktemp("one"))
    return gated(program, key, HERE, inside=True, umask=0o022)


@pytest.fixture(scope="module")
def first(folder: Path) -> dict[str, bytes]:
    return contents(folder)


def test_what_the_gate_signs_is_whole(folder: Path, key: Path, capsys: Any) -> None:
    status, printed = verified(capsys, folder, "--key", key.with_name("signing.pub.pem"))
    assert status == 0
    assert "WHOLE  published-payments (dev)" in printed
    sources = json.loads((folder / "manifest.json").read_text())["predicate"]["program"]["files"]
    program = folder.parent / PROGRAM.name
    for source in sources:
        content = (program / source["name"]).read_bytes()
        assert source["digest"]["sha256"] == hashlib.sha256(content).hexdigest()
    assert {"Pulumi.yaml", "__main__.py"} < {source["name"] for source in sources}


def test_the_same_inputs_give_the_same_bytes_everywhere(
    first: dict[str, bytes], key: Path, tmp_path: Path
) -> None:
    program = committed(tmp_path / "a longer place" / "with ümlaut")
    second = contents(gated(program, key, ELSEWHERE, inside=False, umask=0o077))
    assert list(second) == list(first)
    assert [name for name in first if first[name] != second[name]] == []
    for name in ("report.json", "report.html", "manifest.json", "manifest.dsse.json"):
        assert f"{name} 644" in first
    # One is dated by the environment, the other by its commit.
    assert b'"evaluatedAt": "2026-01-30T10:00:00Z"' in first["manifest.json 644"]
    for content in second.values():
        assert b"longer place" not in content


def test_other_sources_give_another_manifest(
    first: dict[str, bytes], key: Path, tmp_path: Path
) -> None:
    program = copied(tmp_path)
    with (program / "__main__.py").open("a") as file:
        file.write("# a remark\n")
    second = contents(gated(program, key, HERE, inside=True, umask=0o022))
    differing = {name for name in first if first[name] != second[name]}
    assert {"report.json 644", "manifest.json 644", "manifest.dsse.json 644"} <= differing
