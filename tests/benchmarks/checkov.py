"""Prints what Checkov's opinion costs, beside Checkov alone on the same plan.

`python -m tests.benchmarks.checkov`. The gate with Checkov runs the program, the pack and the
reports besides; Checkov loads meanwhile. The conversion is timed on a large stack by itself.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Final

from payment_guardrails.stack import Stack

from compliance.checkov.environment import interpreter
from compliance.terraform.plan import plan
from tests.second_opinions import stack_of
from tests.whole_programs import ROOT

RUNS: Final = 5
RESOURCES: Final = 10_000


def main() -> None:
    """Measure and print."""
    stack = stack_of(ROOT)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "plan.json"
        file.write_text(json.dumps(plan(stack).document))
        alone, with_gate = [], []
        # In turn, so that a busy machine slows both.
        for _ in range(RUNS):
            alone.append(_seconds([str(interpreter().with_name("checkov")), "-f", str(file),
                "--framework", "terraform_plan", "--output", "json", "--skip-download",
                "--compact", "--soft-fail"]))  # fmt: skip
            with_gate.append(_seconds([sys.executable, "-m", "compliance", "gate", "--checkov",
                "--out", folder]))  # fmt: skip
    one, both = statistics.median(alone), statistics.median(with_gate)
    print(f"Checkov alone {one:.2f} s, the gate with Checkov {both:.2f} s: {both / one:.2f} x")
    large = repeated(stack, RESOURCES)
    begun = time.process_time()
    found = plan(large)
    seconds = time.process_time() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{len(found.addresses)} resources converted in {seconds:.2f} s, {peak:.0f} MiB at most")


def _seconds(command: list[str]) -> float:
    begun = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - begun


def repeated(stack: Stack, resources: int) -> Stack:
    """The stack's resources under other names, until there are so many."""
    copies = -(-resources // len(stack.resources))
    return Stack.of(
        stack.project,
        stack.name,
        (
            replace(
                each,
                urn=f"{each.urn}-{number}",
                name=f"{each.name}-{number}",
                property_dependencies={
                    name: tuple(f"{urn}-{number}" for urn in urns)
                    for name, urns in each.property_dependencies.items()
                },
            )
            for number in range(copies)
            for each in stack.resources
        ),
        stack.default_providers,
    )


if __name__ == "__main__":
    main()
