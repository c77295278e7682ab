"""Prints how long each report format takes for a stack of 5,000 resources.

`python -m tests.benchmarks.reports`. The evidence is a real one of the repository's own stack,
repeated until it has that many resources, with a share of failures: as many results for a
resource, controls for a rule and words in a message as a real report has. Seconds of the
processor: the writers wait for nothing, and others may use the machine.
"""

from __future__ import annotations

import statistics
import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final

from payment_guardrails.configuration import configure
from payment_guardrails.rules import registered

from compliance.evidence import Evidence, ResourceEntry, Result, summarize
from compliance.gate import gather
from compliance.reports import formats
from tests.offline import evaluate

ROOT: Final = Path(__file__).resolve().parents[2]
RESOURCES: Final = 5_000
RUNS: Final = 3
FAILING: Final = 20  # one of so many passes is made a failure


def main() -> None:
    """Measure and print."""
    evidence = large(own(), RESOURCES)
    print(f"{len(evidence.resources)} resources, {len(evidence.results)} results")
    whole = 0.0
    for name, (file, write) in formats().items():
        seconds, size = [], 0
        for _ in range(RUNS):
            begun = time.process_time()
            text = write(evidence)
            seconds.append(time.process_time() - begun)
            size = len(text)
        whole += statistics.median(seconds)
        print(f"{name:16}{statistics.median(seconds):6.2f} s {size / 1e6:7.1f} MB  {file}")
    print(f"{'together':16}{whole:6.2f} s")


def own() -> Evidence:
    """The evidence of the repository's own stack."""
    rules = registered()
    run = evaluate(ROOT, None, {}, 60)
    return gather(run, rules, configure(rules), date(2026, 1, 1), "2026-01-01T00:00:00Z")


def large(evidence: Evidence, resources: int) -> Evidence:
    """The evidence with its resources and results repeated under other names."""
    entries: list[ResourceEntry] = []
    results: list[Result] = []
    number = 0
    while len(entries) < resources:
        suffix = f"-{number}"
        entries.extend(
            replace(each, urn=f"{each.urn}{suffix}", name=f"{each.name}{suffix}")
            for each in evidence.resources
        )
        for index, each in enumerate(evidence.results):
            fails = each.status == "pass" and (index + number) % FAILING == 0
            results.append(
                replace(
                    each,
                    id=f"{each.id}{suffix}",
                    resource=each.resource and f"{each.resource}{suffix}",
                    status="fail" if fails else each.status,
                )
            )
        number += 1
    kept = {entry.urn for entry in entries[:resources]}
    entries = entries[:resources]
    results = [each for each in results if each.resource is None or each.resource in kept]
    return replace(
        evidence,
        resources=tuple(entries),
        results=tuple(results),
        summary=summarize(tuple(entries), tuple(results), evidence.controls),
    )


if __name__ == "__main__":
    main()
