"""Where a pack looks for the project whose waivers count."""

from __future__ import annotations

from pathlib import Path

import pytest
from payment_guardrails.waivers.place import previewed_project

NAME = "name: shop\n"


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a shell nor an engine that is somewhere else."""
    monkeypatch.delenv("PWD", raising=False)
    monkeypatch.setattr("os.getppid", lambda: 2**30)


@pytest.mark.parametrize("file", ["Pulumi.yaml", "Pulumi.yml"])
def test_it_is_the_working_directory_or_above(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    (tmp_path / file).write_text(NAME)
    (tmp_path / "infra").mkdir()
    monkeypatch.chdir(tmp_path / "infra")
    assert previewed_project("shop") == tmp_path.resolve()
    assert previewed_project("bank") is None


@pytest.mark.parametrize(
    "text",
    ["", "- shop\n", "runtime: python\n", "name: 7\n", "name: [shop]\n", "name: shop: x\n",
     f"{NAME}since: 2026-02-31\n", "[" * 1_000],
)  # fmt: skip
def test_a_project_file_without_a_readable_name_is_nobodys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    (tmp_path / "Pulumi.yaml").write_text(text)
    monkeypatch.chdir(tmp_path)
    assert previewed_project("shop") is None


@pytest.mark.parametrize("gone", [False, True])
def test_the_shells_folder_is_looked_in_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, gone: bool
) -> None:
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
    (tmp_path / "there" / "Pulumi.yaml").write_text(NAME)
    monkeypatch.chdir(tmp_path / "here")
    if gone:
        (tmp_path / "here").rmdir()
    assert previewed_project("shop") is None
    monkeypatch.setenv("PWD", str(tmp_path / "there"))
    assert previewed_project("shop") == (tmp_path / "there").resolve()
