"""One browser for all tests of the report, and its pages as files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from compliance.evidence import Evidence
from compliance.reports import formats
from tests.compliance.html.chromium import Browser, opened


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with opened() as found:
        yield found


@pytest.fixture
def page(tmp_path: Path) -> Callable[[Evidence], Path]:
    def write(evidence: Evidence) -> Path:
        file = tmp_path / "report.html"
        file.write_text(formats()["html"][1](evidence), "utf-8")
        return file

    return write
