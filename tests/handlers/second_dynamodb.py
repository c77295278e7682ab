"""A second implementation of DynamoDB, to hold the emulated one against.

It is dynalite, written against DynamoDB's own answers (https://github.com/architect/dynalite),
which `make dynamodb` installs. It knows no transactions: where another engine is reachable,
its URL in `PAYMENT_DYNAMODB_ENDPOINT` takes dynalite's place, and is held to those too.
"""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from shutil import which
from typing import Any, Final
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

ROOT: Final = Path(__file__).resolve().parents[2]
REQUIRED: Final = "PAYMENT_DYNAMODB_REQUIRED"
"""Set where the tests must not be skipped for want of the engine, as in CI."""
ENDPOINT: Final = "PAYMENT_DYNAMODB_ENDPOINT"
_START_SECONDS: Final = 20.0


@cache
def installed() -> Path | None:
    """The folder that holds the engine, or None."""
    folder = subprocess.run(
        ["make", "--no-print-directory", "--silent", "dynamodb-path"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    ).stdout.strip()  # fmt: skip
    found = bool(folder) and which("node") is not None and (Path(folder) / "ready").is_file()
    return Path(folder) if found else None


@contextmanager
def engine() -> Iterator[str]:
    """The URL of a running engine, for as long as it is needed.

    Skips the test where there is none, unless it is required.
    """
    given = os.environ.get(ENDPOINT)
    if given:
        if urlsplit(given).hostname not in ("127.0.0.1", "localhost", "::1"):
            pytest.fail(f"{ENDPOINT} must be an engine on this machine: its tables are dropped")
        yield given
        return
    folder = installed()
    if folder is None:
        message = "there is no second DynamoDB: run `make dynamodb` (needs Node.js 20)"
        if os.environ.get(REQUIRED):
            pytest.fail(message)
        pytest.skip(message)
    port = _free_port()
    server = subprocess.Popen(
        ["node", str(folder / "node_modules/dynalite/cli.js"), "--host", "127.0.0.1",
         "--port", str(port), "--createTableMs", "0", "--deleteTableMs", "0"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait_for(port, server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=10)


def client(url: str) -> Any:
    """A client of the engine."""
    return boto3.client(
        "dynamodb",
        endpoint_url=url,
        region_name="us-east-2",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
        config=Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=20),
    )


def has_transactions(dynamodb: Any) -> bool:
    """False where the engine does not know the operation at all."""
    try:
        dynamodb.transact_get_items(
            TransactItems=[{"Get": {"TableName": "none", "Key": {"a": {"S": "a"}}}}]
        )
    except ClientError as error:
        return error.response["Error"]["Code"] != "UnknownOperationException"
    return True


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end:
        if server.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("the second DynamoDB did not start")
