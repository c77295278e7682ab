"""The archive of `make package`, unpacked, and AWS's runtime for it."""

from __future__ import annotations

import os
import zipfile
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Final, NoReturn

import pulumi
import pytest

from program import archive
from tests.handlers.packaged import internet, isolated_packages
from tests.handlers.packaged.lambda_environment import CLIENT

REQUIRED: Final = "PAYMENT_PACKAGE_REQUIRED"
"""Set where the tests must not be skipped for want of the archive or the runtime, as in CI."""


@pytest.fixture(scope="session")
def code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked archive, built first where it is missing or made of other sources."""
    folder = tmp_path_factory.mktemp("lambda") / "task"
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(archive.OFFLINE, raising=False)
        try:
            built = archive.archive_for_deployment()
        except pulumi.RunError as error:
            _not_there(str(error))
    with zipfile.ZipFile(built) as opened:
        opened.extractall(folder)
    return folder


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of AWS's runtime interface client, and of the internet as tests have it."""
    folder = tmp_path_factory.mktemp("runtime-interface-client")
    try:
        isolated_packages.link(folder, isolated_packages.with_requirements(CLIENT))
    except PackageNotFoundError as error:
        _not_there(f"there is no {error.name} here: it is installed on Linux only")
    module = Path(internet.__file__)
    (folder / module.name).symlink_to(module)
    return folder


def _not_there(reason: str) -> NoReturn:
    if os.environ.get(REQUIRED):
        pytest.fail(reason)
    pytest.skip(reason)
