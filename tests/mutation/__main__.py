"""Mutation of the rules' own code: `make mutants`.

Each small change that Cosmic Ray can make in `payment_guardrails` is made in a copy of the
work tree, and the tests of the pack run on it: first those that name the changed module or one
of its rules, then, where nothing fell, all of them. A change that no test notices survives. It
is listed with its difference in the file that `--out` names, one JSON object a line.

Cosmic Ray (https://cosmic-ray.readthedocs.io) has an environment of its own, since its own
dependencies are of no use to anything else here.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Final

from cosmic_ray.commands import init
from cosmic_ray.mutating import mutate_and_test
from cosmic_ray.testing import run_tests
from cosmic_ray.work_db import use_db
from cosmic_ray.work_item import MutationSpec, TestOutcome, WorkerOutcome, WorkResult

ROOT: Final = Path(__file__).parents[2]
PACKAGE: Final = Path("policypack/payment_guardrails")
TESTS: Final = Path("tests/policypack")
COPIED: Final = ("policypack", "tests", "compliance", "program", "handlers", "pyproject.toml")
COPIED_MORE: Final = ("Pulumi.yaml", "Pulumi.dev.yaml", "README.md", "docs", "build/lambda")
NOT_COPIED: Final = shutil.ignore_patterns("venv", "__pycache__", ".hypothesis")

# Changes that no program can notice, or that none survives: `X | None` in an annotation is not
# evaluated; `**inputs` is taken for a power; nothing is less than None; equal short texts are
# mostly identical.
_IDLE: Final = re.compile(
    "core/(ReplaceBinaryOperator_(BitOr|Pow)_"
    "|ReplaceComparisonOperator_(Is|IsNot)_[GL]"
    "|ReplaceComparisonOperator_(Eq_Is|NotEq_IsNot|Is_Eq|IsNot_NotEq)$)"
)
# Scripts that fetch data from elsewhere.
_NOT_MUTATED: Final = re.compile(r"refresh_\w+\.py$")
# The properties repeat what the examples say, on many more inputs: too slow for each mutant.
# So is a process for each test, but where the module is what answers from there.
_AT_THE_DOOR: Final = "test_analyzer.py"
_NOT_RUN: Final = ("services/test_properties.py", _AT_THE_DOOR)
_ANSWERS: Final = re.compile(r"(analyzer|analyzer_messages|record|remediation)\.py$")
_LIMIT: Final = 300.0

KILLED, SURVIVED, TIMED_OUT = "killed", "survived", "timed out"


@dataclass(frozen=True)
class Outcome:
    """What became of one mutant: killed, survived, or timed out; `difference` is a unified diff."""

    module: str
    operator: str
    line: int
    fate: str
    difference: str


def mutants(modules: Iterable[Path]) -> list[MutationSpec]:
    """Every change that can be made in the modules (paths from the root of the work tree)."""
    with tempfile.TemporaryDirectory() as folder, use_db(str(Path(folder) / "all.sqlite")) as found:
        init(modules, found, {})
        specs = [item.mutations[0] for item in found.work_items]
    specs = [each for each in specs if not _IDLE.match(each.operator_name)]
    return sorted(specs, key=lambda each: (each.module_path, each.start_pos, each.operator_name))


def modules_of(pattern: str) -> list[Path]:
    """The modules of the pack whose path holds the pattern."""
    return [
        path.relative_to(ROOT)
        for path in sorted((ROOT / PACKAGE).rglob("*.py"))
        if not _NOT_MUTATED.search(path.name) and pattern in str(path.relative_to(ROOT / PACKAGE))
    ]


@cache
def nearest_tests(module: Path) -> tuple[str, ...]:
    """The test files that name a module or one of its rules."""
    dotted = ".".join(module.relative_to("policypack").with_suffix("").parts)
    text = (ROOT / module).read_text("utf-8")
    names = {dotted, *re.findall(r'_rule\(\s*"([a-z0-9-]+)"', text)}
    named = tuple(
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / TESTS).rglob("test_*.py"))
        if not str(path).endswith(_NOT_RUN)
        and any(name in path.read_text("utf-8") for name in names)
    )
    return (*named, str(TESTS / _AT_THE_DOOR)) if _ANSWERS.search(module.name) else named


def all_tests() -> tuple[str, ...]:
    """All tests of the pack that are quick enough to run for each mutant."""
    left_out = (f"--ignore={TESTS / name}" for name in _NOT_RUN)
    return (str(TESTS), *left_out)


def command(tests: Iterable[str]) -> str:
    """The command that runs tests until one fails, in the environment of the project."""
    python = ROOT / ".venv" / "bin" / "python"
    return f"{python} -m pytest -x -q -p no:cacheprovider {' '.join(tests)}"


def enter_copy(folder: Path) -> None:
    """Make this worker's own copy of the work tree in a folder, and stay in it."""
    copy = folder / str(os.getpid())
    copy.mkdir()
    for name in (*COPIED, *COPIED_MORE):
        source, target = ROOT / name, copy / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=NOT_COPIED)
        elif source.exists():
            shutil.copy2(source, target)
    os.chdir(copy)
    os.environ["HYPOTHESIS_PROFILE"] = "quick"


def complaint_of_unchanged_code() -> str:
    """What the tests say of the copy before anything is changed in it; empty where they pass."""
    outcome, output = run_tests(command(all_tests()), _LIMIT)
    return "" if outcome is TestOutcome.SURVIVED else output


def judge(spec: MutationSpec) -> Outcome | None:
    """Run the tests on one mutant; None where there was nothing to change."""
    fate, difference = SURVIVED, ""
    for tests in (nearest_tests(spec.module_path), all_tests()):
        if fate == SURVIVED and tests:
            result = mutate_and_test([spec], command(tests), _LIMIT)
            if result.worker_outcome is WorkerOutcome.NO_TEST:
                return None
            fate = fate_of(result)
            difference = "" if fate == KILLED else result.diff or difference
    module = str(spec.module_path.relative_to(PACKAGE))
    return Outcome(module, spec.operator_name, spec.start_pos[0], fate, difference)


def fate_of(result: WorkResult) -> str:
    """What a run of tests says; one that was cut off proves nothing on a busy machine."""
    if result.output == "timeout":
        return TIMED_OUT
    return KILLED if result.is_killed else SURVIVED


def judged(specs: list[MutationSpec], workers: int) -> Iterator[Outcome]:
    """What became of each mutant, as it becomes known; ends the process where none can be told."""
    with (
        tempfile.TemporaryDirectory(prefix="mutants-") as folder,
        ProcessPoolExecutor(workers, initializer=enter_copy, initargs=(Path(folder),)) as pool,
    ):
        if complaint := pool.submit(complaint_of_unchanged_code).result():
            sys.exit(f"the tests fail before anything is changed:\n{complaint}")
        for number, outcome in enumerate(pool.map(judge, specs), start=1):
            if sys.stderr.isatty():
                print(f"\r{number} of {len(specs)}", end="", file=sys.stderr)
            if outcome is not None:
                yield outcome


def main() -> None:
    """Judge all mutants, or a sample of them, and print the score for each module."""
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("--module", default="", help="only modules whose path holds this text")
    parser.add_argument("--sample", type=int, default=0, help="so many of them, drawn; 0: all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("build/mutants.jsonl"))
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    out = (ROOT / options.out).resolve()
    out.parent.mkdir(parents=True, exist_ok=True)
    os.chdir(ROOT)
    specs = mutants(modules_of(options.module))
    total = len(specs)
    if 0 < options.sample < total:
        specs = random.Random(options.seed).sample(specs, options.sample)  # noqa: S311
    print(f"{len(specs)} of {total} mutants", flush=True)
    fates: dict[str, Counter[str]] = defaultdict(Counter)
    with out.open("w", encoding="utf-8") as outcomes:
        for outcome in judged(specs, options.workers):
            fates[outcome.module][outcome.fate] += 1
            outcomes.write(json.dumps(asdict(outcome)) + "\n")
            outcomes.flush()
    for module, found in sorted(fates.items()):
        print(f"{found[KILLED]:5} of {found.total():5}  {module}")
    whole = sum(fates.values(), Counter[str]())
    print(
        f"{whole[KILLED]} of {whole.total()} killed ({whole[KILLED] / whole.total():.1%}), "
        f"{whole[TIMED_OUT]} timed out"
    )


if __name__ == "__main__":
    main()
