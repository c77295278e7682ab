"""Report folders with and without a signature."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.compliance.integrity.report_folders import make, make_keys


@pytest.fixture
def keys(tmp_path: Path) -> tuple[Path, Path]:
    return make_keys(tmp_path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make(tmp_path / "report")


@pytest.fixture
def signed(tmp_path: Path, keys: tuple[Path, Path]) -> Path:
    return make(tmp_path / "signed", keys[0])
