"""Which engine judges: the one that was asked for, or the most real one that can run here."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path
from typing import Final

from compliance.engines.engine import EngineError, Request, Running

# Where the AWS SDKs look, before they ask the machine they run on:
# https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
_CREDENTIALS: Final = (
    "AWS_ACCESS_KEY_ID",
    "AWS_PROFILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
)
_CREDENTIAL_FILES: Final = ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE")
_DEFAULT_CREDENTIAL_FILES: Final = (".aws/credentials", ".aws/config")


def start(engine: str, request: Request) -> tuple[Running, str]:
    """Start an engine by name; with `auto`, also the words that tell which one, and why.

    Raises :class:`EngineError` where it cannot start.
    """
    if engine != "auto":
        return _start(engine, request), ""
    missing = _missing_for_the_real_one(request)
    if missing is None:
        return _start("pulumi", request), "engine: pulumi (CLI, stack and credentials are there)"
    return _start("offline", request), f"engine: offline ({missing})"


def _start(engine: str, request: Request) -> Running:
    # Each engine is loaded where it is used: none of them needs another one's packages.
    module = import_module(f"compliance.engines.{engine}")
    running: Running = module.start(request)
    return running


def _missing_for_the_real_one(request: Request) -> str | None:
    """What the real engine lacks here, in words; None where it can run."""
    if not _has_credentials():
        return "no AWS credentials are configured for the real one"
    from compliance.engines.pulumi import has_stack  # noqa: PLC0415

    try:
        return None if has_stack(request) else "no backend has this stack for the real one"
    except EngineError as error:
        return f"the real one cannot run: {error.message}"


def _has_credentials() -> bool:
    if any(os.environ.get(name) for name in _CREDENTIALS):
        return True
    given = [Path(os.environ[name]) for name in _CREDENTIAL_FILES if os.environ.get(name)]
    usual = [Path.home() / name for name in _DEFAULT_CREDENTIAL_FILES]
    return any(file.is_file() for file in (*given, *usual))
