"""Prints what the cold start of each function costs, beside `import boto3` alone.

A part of `make bench`. Measured is the import of a function's module, in which its clients are
made too, out of the archive that is deployed: CPU time, and the memory of the process at its
peak. Each run is a fresh interpreter that sees the standard library and the archive alone; the
runs take turns, so that a busy machine is busy for all of them. Medians, and ratios to `import
boto3` in the same turn.

Two ways: from source, which is how Lambda starts the archive (it holds no byte code, and Lambda
can write none beside it), and with byte code that was written before.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pulumi

from handlers import names
from program.archive import archive_for_deployment
from tests.benchmarks import import_cost

_RUNS: Final = 7
_ALONE: Final = "boto3"
_MODULES: Final = (
    _ALONE,
    *(
        handler.rpartition(".")[0]
        for handler in (
            names.PROCESS_TRANSACTIONS,
            names.FRAUD_ALERTS,
            names.SEND_NOTIFICATIONS,
            names.RETRIEVE_TRANSACTIONS,
        )
    ),
)
_ENVIRONMENT: Final = {
    "AWS_DEFAULT_REGION": "us-east-2",
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
}


@dataclass(frozen=True)
class Start:
    """What a start took: CPU seconds of the import, and MiB of the process at its peak."""

    seconds: float
    mebibytes: float


def main() -> None:
    """Measure and print; where that cannot be, say so."""
    if not Path("/proc/self/status").exists():
        print("the kernel does not tell the peak of a process: cold starts are not measured")
        return
    try:
        archive = archive_for_deployment()
    except pulumi.RunError as error:
        print(f"{error}: cold starts are not measured")
        return
    print(f"{'import':22} {'':14} {'CPU time':>9} {'ratio':>6} {'memory':>9} {'ratio':>6}")
    for title, byte_code in (("from source", False), ("with byte code", True)):
        with tempfile.TemporaryDirectory() as folder:
            with zipfile.ZipFile(archive) as opened:
                opened.extractall(folder)
            _print(title, _measured(Path(folder), byte_code=byte_code))


def _measured(code: Path, *, byte_code: bool) -> Mapping[str, list[Start]]:
    starts: dict[str, list[Start]] = {module: [] for module in _MODULES}
    for run in range(_RUNS + 1):
        for module, taken in starts.items():
            start = _start(code, module, byte_code=byte_code)
            if run:  # the first run writes byte code, and fills the machine's file cache
                taken.append(start)
    return starts


def _start(code: Path, module: str, *, byte_code: bool) -> Start:
    without = {} if byte_code else {"PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-S", "-P", import_cost.__file__, module],
        env={**_ENVIRONMENT, **without, "PYTHONPATH": str(code)},
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, kibibytes = done.stdout.split()
    return Start(float(seconds), int(kibibytes) / 1024)


def _print(title: str, starts: Mapping[str, list[Start]]) -> None:
    alone = starts[_ALONE]
    for module, taken in starts.items():
        seconds = statistics.median(start.seconds for start in taken)
        slower = statistics.median(
            start.seconds / other.seconds for start, other in zip(taken, alone, strict=True)
        )
        mebibytes = statistics.median(start.mebibytes for start in taken)
        larger = mebibytes / statistics.median(start.mebibytes for start in alone)
        name = module.rpartition(".")[2]
        time = f"{seconds:7.2f} s {slower:6.2f}"
        print(f"{name:22} {title:14} {time} {mebibytes:5.0f} MiB {larger:6.2f}")


if __name__ == "__main__":
    main()
