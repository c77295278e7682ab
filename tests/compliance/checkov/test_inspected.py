"""The list of what Checkov's checks read is that of the Checkov that is installed."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from compliance.checkov.environment import interpreter

TERRAFORM = Path(__file__).parents[1] / "terraform"


@pytest.mark.usefixtures("checkov")
def test_the_list_is_of_the_installed_checkov() -> None:
    done = subprocess.run(
        [interpreter(), "-I", str(TERRAFORM / "inspected_by_checkov.py")],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert done.stdout == (TERRAFORM / "inspected.json").read_text("utf-8")
