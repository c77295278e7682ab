"""Each function imports, and makes, only what it uses: its cold start pays for nothing else.

A fresh interpreter has the standard library, the handlers and the packages of their lock file.
A new import, or a new client, is a new cell of this table.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from handlers import names
from program.archive import HANDLERS, LOCK
from tests.handlers.packaged import import_probe, isolated_packages

TABLE: Final = """
                        process_transactions fraud_alerts send_notifications retrieve_transactions
client of dynamodb               x                x               -                   x
client of sqs                    x                x               -                   -
client of ssm                    -                -               x                   -
botocore                         x                x               x                   x
dateutil                         x                x               x                   x
jmespath                         x                x               x                   x
six                              x                x               x                   x
urllib3                          x                x               x                   x
handlers                         x                x               x                   x
handlers.process_transactions    x                -               -                   -
handlers.fraud_alerts            -                x               -                   -
handlers.send_notifications      -                -               x                   -
handlers.retrieve_transactions   -                -               -                   x
handlers.api                     x                x               -                   x
handlers.aws                     x                x               x                   x
handlers.batch                   x                -               x                   -
handlers.card_numbers            x                x               -                   x
handlers.identifiers             x                x               x                   x
handlers.json_text               x                x               x                   x
handlers.ledger                  x                x               -                   x
handlers.log                     x                x               x                   x
handlers.messages                x                x               x                   -
handlers.money                   x                x               -                   -
handlers.names                   x                x               x                   x
handlers.parameters              -                -               x                   -
handlers.requests                x                x               -                   x
handlers.responses               x                x               -                   x
handlers.transaction             x                x               x                   x
handlers.validation              x                x               -                   -
handlers.webhook                 -                -               x                   -
"""


def imports_of(function: str) -> list[str]:
    """What the table says that a function imports and makes."""
    heads, *rows = TABLE.strip().splitlines()
    column = heads.split().index(function)
    cells = [(row.rsplit(maxsplit=4)[0], row.split()[-4:][column]) for row in rows]
    return sorted(name for name, cell in cells if cell == "x")


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the handlers and the packages that their lock file names."""
    folder = tmp_path_factory.mktemp("imports")
    isolated_packages.link(folder, isolated_packages.required(LOCK.read_text().splitlines()))
    (folder / HANDLERS.name).symlink_to(HANDLERS)
    return folder


@pytest.mark.parametrize(
    "handler",
    [
        names.PROCESS_TRANSACTIONS,
        names.FRAUD_ALERTS,
        names.SEND_NOTIFICATIONS,
        names.RETRIEVE_TRANSACTIONS,
    ],
)
def test_a_function_imports_only_what_it_uses(path: Path, handler: str) -> None:
    module = handler.rpartition(".")[0]
    done = subprocess.run(
        [sys.executable, "-S", "-P", import_probe.__file__, module],
        env={**os.environ, "PYTHONPATH": str(path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == imports_of(module.rpartition(".")[2])
