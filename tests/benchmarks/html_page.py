"""Prints how long the HTML report takes to write and to open, at 0, 79 and 5,000 resources.

`python -m tests.benchmarks.html_page`. The evidence is the payment stack's own, many times over.
Opening is from the request to the first frame after the load event, in a new page of Chromium:
parsing, style, layout and script. Medians of several runs. The processor's own time is printed
beside the clock's: it is what counts where a machine does other work.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Final

from payment_guardrails.configuration import configure
from payment_guardrails.rules import registered

from compliance.evidence import Evidence
from compliance.gate import gather
from compliance.reports import formats
from tests.compliance.html.chromium import Browser, opened
from tests.compliance.html.example import empty, many
from tests.offline import evaluate

ROOT: Final = Path(__file__).resolve().parents[2]
RUNS: Final = 5


def main() -> None:
    """Measure and print."""
    run = evaluate(ROOT, None, {}, 60)
    rules = registered()
    ours = gather(run, rules, configure(rules), date(2026, 1, 1), None)
    print("resources  results     MB   write s (cpu)    open s (cpu)   elements")
    with tempfile.TemporaryDirectory() as folder, opened() as browser:
        for evidence in (empty(), ours, many(ours, 5_000)):
            print(_line(evidence, Path(folder) / "report.html", browser))


def _line(evidence: Evidence, file: Path, browser: Browser) -> str:
    write = formats()["html"][1]
    clock, processor = [], []
    for _ in range(RUNS):
        begun, used = time.perf_counter(), time.process_time()
        text = write(evidence)
        clock.append(time.perf_counter() - begun)
        processor.append(time.process_time() - used)
    file.write_text(text, "utf-8")
    opening = [browser.visit(file, {"cost": True}).values[0] for _ in range(RUNS)]
    seconds, cpu = (statistics.median(each[name] for each in opening) for name in ("wall", "cpu"))
    return (
        f"{len(evidence.resources):9} {len(evidence.results):8} {file.stat().st_size / 1e6:6.2f}"
        f"   {statistics.median(clock):5.2f} ({statistics.median(processor):5.2f})"
        f"   {seconds:6.2f} ({cpu:5.2f}) {opening[0]['elements']:10}"
    )


if __name__ == "__main__":
    main()
