"""Tests that run Checkov itself: skipped where it is not installed, required in CI."""

from __future__ import annotations

import os

import pytest

from compliance.checkov.environment import CheckovError, interpreter

REQUIRED = "PAYMENT_CHECKOV_REQUIRED"


@pytest.fixture
def checkov() -> None:
    """Checkov is there; `make checkov-environment` installs it."""
    try:
        interpreter()
    except CheckovError as error:
        if os.environ.get(REQUIRED):
            pytest.fail(str(error))
        pytest.skip(str(error))
