"""How much of what is wrong in the whole programs the gate finds: `make programs`."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.whole_programs import Case, Outcome, Verdicts, all_cases, findings, judged, verdicts


@dataclass(frozen=True)
class Score:
    """What was expected of one case and found, missed, or found and not expected.

    A finding of another status than the expected one is both missed and false. `trouble` is
    what the gate wrote where it gave no report.
    """

    name: str
    found: Verdicts
    missed: Verdicts
    false: Verdicts
    trouble: str = ""

    @property
    def clean(self) -> bool:
        """Whether all was as expected."""
        return not (self.missed or self.false or self.trouble)


def score(case: Case, outcome: Outcome) -> Score:
    """Compare what the gate gave with what the case expects."""
    if outcome.report is None:
        return Score(case.name, {}, case.faults, {}, outcome.output.strip())
    got = findings(verdicts(outcome.report))
    return Score(
        case.name,
        {key: status for key, status in got.items() if case.faults.get(key) == status},
        {key: status for key, status in case.faults.items() if got.get(key) != status},
        {key: status for key, status in got.items() if case.faults.get(key) != status},
    )


def run(case: Case) -> Score:
    """Run the gate on one case."""
    with tempfile.TemporaryDirectory() as folder:
        return score(case, judged(case, Path(folder)))


def lines(result: Score) -> list[str]:
    """What is printed of one case."""
    counts = (
        f"{len(result.found):3} found {len(result.missed):3} missed {len(result.false):3} false"
    )
    return [
        f"{'ok  ' if result.clean else 'FAIL'} {counts}  {result.name}",
        *_listed("missed", result.missed),
        *_listed("false", result.false),
        *(f"       {line}" for line in result.trouble.splitlines()[-5:]),
    ]


def _listed(word: str, verdicts_: Verdicts) -> list[str]:
    return [
        f"       {word}: {status} {rule} on {resource}"
        for (rule, resource), status in sorted(verdicts_.items())
    ]


def total(results: Iterable[Score]) -> str:
    """Recall and false alarms over all cases."""
    results = list(results)
    found = sum(len(result.found) for result in results)
    wanted = found + sum(len(result.missed) for result in results)
    false = sum(len(result.false) for result in results)
    recall = 100 * found / wanted if wanted else 100.0
    return (
        f"{len(results)} programs and variants: {found} of {wanted} expected findings found "
        f"(recall {recall:.1f} %), {false} false alarms"
    )


def main() -> int:
    """Score every program and variant; 0 where all was as expected, else 1."""
    results = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for result in pool.map(run, all_cases()):
            print(*lines(result), sep="\n", flush=True)
            results.append(result)
    print(total(results))
    return 0 if all(result.clean for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
