"""Prints how long the gate takes on the payment stack, beside running the program bare.

`make bench`. The bare run is the same program under the SDK's own mocks, with no gate: what
any tool that runs the program must spend. Medians of several runs, as seconds and a ratio.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
RUNS: Final = 5
BARE: Final = """
import asyncio, os, runpy, sys
os.chdir("program")
import pulumi
from pulumi.runtime import mocks
from pulumi.runtime.stack import run_pulumi_func

class Mocks(mocks.Mocks):
    def new_resource(self, args):
        return args.name, dict(args.inputs)
    def call(self, args):
        return {"partition": "aws", "accountId": "123456789012"}, []

os.environ["PULUMI_COMPLIANCE_OFFLINE"] = "1"
loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
mocks.set_mocks(Mocks(), project="payment-processing", stack="dev", preview=True)
pulumi.runtime.set_all_config(
    {"aws:region": "us-east-2", "payment-processing:environmentSuffix": "dev"}
)
async def main():
    await run_pulumi_func(lambda: runpy.run_path(".", run_name="__main__") and None)
loop.run_until_complete(main())
"""


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        gate = [sys.executable, "-m", "compliance", "gate", "--quiet", "--out", folder]
        bare = [sys.executable, "-c", BARE]
        # A new process each time: nothing is warm that is cold for a user.
        own = [sys.executable, "-m", "tests.benchmarks.gate", folder]
        _run(gate)  # the first run writes byte code
        ours = statistics.median(_seconds(gate) for _ in range(RUNS))
        theirs = statistics.median(_seconds(bare) for _ in range(RUNS))
        part = statistics.median(float(_run(own)) for _ in range(RUNS))
    print(f"compliance gate, whole              {ours:6.2f} s")
    print(f"the program bare, under SDK mocks   {theirs:6.2f} s")
    print(f"gate / bare                         {ours / theirs:6.2f}")
    print(f"our evaluation and reports          {part:6.2f} s   of the gate's time")


def _run(command: list[str]) -> str:
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def _seconds(command: list[str]) -> float:
    begun = time.perf_counter()
    _run(command)
    return time.perf_counter() - begun


def evaluation_and_reports(folder: Path) -> float:
    """The seconds that the gate spends beyond running the program, in this process."""
    from payment_guardrails.configuration import configure
    from payment_guardrails.rules import registered

    from compliance.gate import gather
    from compliance.reports import formats, write_reports
    from tests.offline import evaluate

    run = evaluate(ROOT, None, {}, 60)
    begun = time.perf_counter()
    rules = registered()
    evidence = gather(run, rules, configure(rules), date(2026, 1, 1), None)
    write_reports(evidence, formats(), folder)
    return time.perf_counter() - begun


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(evaluation_and_reports(Path(sys.argv[1])))
    else:
        main()
