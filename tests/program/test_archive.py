"""The Lambda archive: the same bytes every time, built when and only when it must be."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path
from typing import Any

import pytest

from program import archive


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small set of sources, with an installer that needs no network."""
    handlers = tmp_path / "handlers"
    handlers.mkdir()
    (handlers / "one.py").write_text("x = 1\n")
    (handlers / "requirements.txt").write_text("dependency==1\n")

    def install(target: Path) -> None:
        (target / "dependency-1.dist-info").mkdir(parents=True)
        (target / "dependency-1.dist-info" / "RECORD").write_text(str(id(target)))
        (target / "dependency.py").write_text("y = 2\n")

    monkeypatch.setattr(archive, "HANDLERS", handlers)
    monkeypatch.setattr(archive, "LOCK", handlers / "requirements.txt")
    monkeypatch.setattr(archive, "ARCHIVE", tmp_path / "build" / "handlers.zip")
    monkeypatch.setattr(archive, "_install", install)
    monkeypatch.delenv(archive.OFFLINE, raising=False)
    return handlers


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_two_builds_give_the_same_bytes(sources: Path, tmp_path: Path) -> None:
    one, two = archive.build(tmp_path / "a" / "x.zip"), archive.build(tmp_path / "b" / "y.zip")
    assert digest(one) == digest(two)
    with zipfile.ZipFile(one) as opened:
        assert opened.namelist() == ["dependency.py", "handlers/one.py"]
    assert not list(tmp_path.glob("*/.building-*"))


def test_it_is_built_where_missing_or_older_and_else_left(
    sources: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[Any] = []
    real = archive.build

    def build() -> Path:
        runs.append(1)
        return real(archive.ARCHIVE)

    monkeypatch.setattr(archive, "build", build)
    archive.archive_for_deployment()
    archive.archive_for_deployment()
    assert len(runs) == 1
    (sources / "one.py").write_text("x = 2\n")
    archive.archive_for_deployment()
    (sources / "requirements.txt").write_text("dependency==2\n")
    archive.archive_for_deployment()
    assert len(runs) == 3
    archive.ARCHIVE.unlink()
    archive.archive_for_deployment()
    assert len(runs) == 4


def test_the_offline_gate_never_builds(sources: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(archive.OFFLINE, "1")
    assert archive.archive_for_deployment() == archive.ARCHIVE
    assert not archive.ARCHIVE.exists()


def test_a_failed_installation_is_one_message_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = tmp_path / "requirements.txt"
    lock.write_text("no-hash-here==1\n")
    monkeypatch.setattr(archive, "LOCK", lock)
    with pytest.raises(archive.ArchiveError, match="pip could not install"):
        archive.build(tmp_path / "out" / "x.zip")
    assert list((tmp_path / "out").iterdir()) == []
