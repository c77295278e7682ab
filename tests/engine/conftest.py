"""The real CLI as a fixture: skipped where there is none, required in CI; and a stand-in alone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.cli import REQUIRED, Surroundings, command, surroundings
from tests.engine.provider.cloud import Cloud
from tests.engine.provider_client import Client, clients

_MISSING = "there is no Pulumi CLI; `make engine` builds one (it needs Go)"


@pytest.fixture
def real(tmp_path: Path) -> Iterator[Surroundings]:
    """A CLI with an empty backend and an empty account of the stand-in provider."""
    if command() is None:
        if os.environ.get(REQUIRED):
            pytest.fail(_MISSING)
        pytest.skip(_MISSING)
    with surroundings(tmp_path / "engine") as found:
        yield found


@pytest.fixture
def cloud() -> Cloud:
    return Cloud()


@pytest.fixture
def client(cloud: Cloud) -> Iterator[Client]:
    with clients(cloud) as (one,):
        yield one
