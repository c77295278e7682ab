"""Mutation of the rules' own code: `make mutants`.

Each small change that Cosmic Ray can make in `payment_guardrails` is made in a copy of the
work tree, and the tests of the pack run on it (see `forks.py`). A change that no test notices
survives. What became of each change is in the file that `--out` names, one JSON object a line;
those that are in it already are not judged again with `--resume`. What somebody found of the
survivors is in `looked_at.jsonl`.

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
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass
from difflib import unified_diff
from functools import cache
from itertools import chain
from pathlib import Path
from queue import SimpleQueue
from typing import Final

from cosmic_ray.commands import init
from cosmic_ray.mutating import use_mutation
from cosmic_ray.plugins import get_operator
from cosmic_ray.work_db import use_db
from cosmic_ray.work_item import MutationSpec

from tests.mutation.changes import KILLED, SURVIVED, TIMED_OUT
from tests.mutation.looked_at import KINDS, lines_of, looked_at

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
# Nobody changes frozen data, and a cache changes the time that it takes.
_IDLE_AT: Final = (
    ("core/ReplaceTrueWithFalse", re.compile(r"@dataclass\(")),
    ("core/RemoveDecorator", re.compile(r"@(lru_)?cache\b")),
    ("core/NumberReplacer", re.compile(r"@lru_cache\b")),
)
# Scripts that fetch data from elsewhere.
_NOT_MUTATED: Final = re.compile(r"refresh_\w+\.py$")
# The properties repeat what the examples say, on many more inputs: too slow for each mutant.
_NOT_RUN: Final = "services/test_properties.py"
# A pack that runs in a process of its own calls nothing that is noted here. Its tests are run
# where the module is what answers from there; else a process for each test is too slow.
_AT_THE_DOOR: Final = "test_analyzer.py"
_DOORS: Final = (
    (re.compile(r"/(analyzer|analyzer_messages|record|remediation)\.py$"), _AT_THE_DOOR),
    (re.compile(r"/waivers/\w+\.py$"), "waivers/*.py"),
)


@dataclass(frozen=True)
class Outcome:
    """What became of one mutant: killed (by which test), survived, or timed out.

    `occurrence` is the how-manieth change of this operator in the module; `difference` is a
    unified diff, empty for those that were killed.
    """

    module: str
    operator: str
    occurrence: int
    line: int
    fate: str
    by: str
    difference: str


def mutants(modules: Iterable[Path]) -> list[MutationSpec]:
    """Every change that can be made in the modules (paths from the root of the work tree)."""
    with tempfile.TemporaryDirectory() as folder, use_db(str(Path(folder) / "all.sqlite")) as found:
        init(modules, found, {})
        specs = [item.mutations[0] for item in found.work_items]
    specs = [each for each in specs if not _is_idle(each)]
    return sorted(specs, key=lambda each: (each.module_path, each.start_pos, each.operator_name))


def _is_idle(spec: MutationSpec) -> bool:
    if _IDLE.match(spec.operator_name):
        return True
    line = _lines(spec.module_path)[spec.start_pos[0] - 1].strip()
    return any(spec.operator_name == name and found.match(line) for name, found in _IDLE_AT)


@cache
def _lines(module: Path) -> list[str]:
    return (ROOT / module).read_text("utf-8").splitlines()


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
    named = {
        path
        for path in (ROOT / TESTS).rglob("test_*.py")
        if not str(path).endswith((_NOT_RUN, _AT_THE_DOOR))
        and any(name in path.read_text("utf-8") for name in names)
    }
    doors = (files for found, files in _DOORS if found.search(str(module)))
    near = named.union(*((ROOT / TESTS).glob(files) for files in doors))
    return tuple(sorted(str(path.relative_to(ROOT)) for path in near))


class Workbench:
    """A copy of the work tree, and the tests of the pack that wait there for changes."""

    def __init__(self, folder: Path, number: int) -> None:
        self._copy = folder / str(number)
        _copy_work_tree(self._copy)
        self._tests = subprocess.Popen(
            [
                *(ROOT / ".venv" / "bin" / "python", "-m", "tests.mutation.forks"),
                *(folder / "measured", "-q", "-pno:cacheprovider", TESTS),
                f"--ignore={TESTS / _NOT_RUN}",
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=self._copy,
            env={**os.environ, "HYPOTHESIS_PROFILE": "quick"},
        )
        self.complaint = str(self._answer()["complaint"])
        """What the tests say of code that nobody changed; empty where they pass."""

    def judge(self, spec: MutationSpec) -> Outcome | None:
        """Run the tests on one mutant; None where there is nothing to change."""
        operator = get_operator(spec.operator_name)(**(spec.operator_args or {}))
        path = spec.module_path
        with ExitStack() as stack:
            mutation = use_mutation(self._copy / path, operator, spec.occurrence)
            # Of some places Cosmic Ray finds that it cannot change them only when it does.
            try:
                before, after = stack.enter_context(mutation)
            except AttributeError:
                return None
            if after is None:
                return None
            request = {
                "module": str(self._copy / path),
                "before": before,
                "after": after,
                "near": nearest_tests(path),
            }
            assert self._tests.stdin is not None
            self._tests.stdin.write(json.dumps(request) + "\n")
            self._tests.stdin.flush()
            answer = self._answer()
        difference = unified_diff(before.splitlines(), after.splitlines(), n=2, lineterm="")
        return Outcome(
            *key_of(spec),
            spec.start_pos[0],
            answer["fate"],
            answer["by"],
            "" if answer["fate"] == KILLED else "\n".join(difference),
        )

    def close(self) -> None:
        """End the tests."""
        assert self._tests.stdin is not None
        self._tests.stdin.close()
        self._tests.wait()

    def _answer(self) -> dict[str, str]:
        assert self._tests.stdout is not None
        line = self._tests.stdout.readline()
        answer: dict[str, str] = json.loads(line) if line else {"complaint": "no tests ran"}
        return answer


def key_of(spec: MutationSpec) -> tuple[str, str, int]:
    """What a mutant is known by: module, operator, occurrence."""
    return str(spec.module_path.relative_to(PACKAGE)), spec.operator_name, spec.occurrence


def _copy_work_tree(copy: Path) -> None:
    copy.mkdir()
    for name in (*COPIED, *COPIED_MORE):
        source, target = ROOT / name, copy / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=NOT_COPIED)
        elif source.exists():
            shutil.copy2(source, target)


def judged(specs: list[MutationSpec], workers: int) -> Iterator[Outcome]:
    """What became of each mutant, as it becomes known; ends the process where none can be told."""
    with (
        tempfile.TemporaryDirectory(prefix="mutants-") as name,
        ExitStack() as benches,
        ThreadPoolExecutor(workers) as pool,
    ):
        free: SimpleQueue[Workbench] = SimpleQueue()
        # The first measures what the tests call, for all.
        for number in range(workers):
            made = benches.enter_context(closing(Workbench(Path(name), number)))
            if made.complaint:
                sys.exit(f"before anything is changed: {made.complaint}")
            free.put(made)

        def judge(spec: MutationSpec) -> Outcome | None:
            bench = free.get()
            try:
                return bench.judge(spec)
            finally:
                free.put(bench)

        for number, outcome in enumerate(pool.map(judge, specs), start=1):
            if sys.stderr.isatty():
                print(f"\r{number} of {len(specs)}", end="", file=sys.stderr)
            if outcome is not None:
                yield outcome


def _known(file: Path) -> dict[tuple[str, str, int], Outcome]:
    if not file.exists():
        return {}
    found = (Outcome(**json.loads(line)) for line in file.read_text("utf-8").splitlines())
    return {(each.module, each.operator, each.occurrence): each for each in found}


def _print_survivors(outcomes: Iterable[Outcome]) -> None:
    """Say what is known of those that survived, and where those are that nobody looked at."""
    known = looked_at()
    kinds: Counter[str] = Counter()
    for each in outcomes:
        if each.fate == SURVIVED:
            kind = known.get(lines_of(each.module, each.difference))
            if kind is None:
                print(f"nobody looked at {each.module}:{each.line} ({each.operator})")
            else:
                kinds[kind] += 1
    for kind, count in kinds.most_common():
        print(f"{count:5} survived: {KINDS[kind]}")


def main() -> None:
    """Judge all mutants, or a sample of them, and print the score for each module."""
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("--module", default="", help="only modules whose path holds this text")
    parser.add_argument("--sample", type=int, default=0, help="so many of them, drawn; 0: all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("build/mutants.jsonl"))
    parser.add_argument("--resume", action="store_true", help="keep what --out holds already")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    out = (ROOT / options.out).resolve()
    out.parent.mkdir(parents=True, exist_ok=True)
    os.chdir(ROOT)
    specs = mutants(modules_of(options.module))
    total = len(specs)
    if not specs:
        parser.error(f"--module {options.module}: no module with a change has this in its path")
    if 0 < options.sample < total:
        specs = random.Random(options.seed).sample(specs, options.sample)  # noqa: S311
    print(f"{len(specs)} of {total} mutants", flush=True)
    known = _known(out) if options.resume else {}
    found: list[Outcome] = []
    with out.open("w", encoding="utf-8") as outcomes:
        remaining = [each for each in specs if key_of(each) not in known]
        kept = (known[key_of(each)] for each in specs if key_of(each) in known)
        for outcome in chain(kept, judged(remaining, options.workers) if remaining else ()):
            found.append(outcome)
            outcomes.write(json.dumps(asdict(outcome)) + "\n")
            outcomes.flush()
    _print_scores(found)


def _print_scores(outcomes: list[Outcome]) -> None:
    fates: dict[str, Counter[str]] = defaultdict(Counter)
    for each in outcomes:
        fates[each.module][each.fate] += 1
    for module, found in sorted(fates.items()):
        print(f"{found[KILLED]:5} of {found.total():5}  {module}")
    _print_survivors(outcomes)
    whole = sum(fates.values(), Counter[str]())
    print(
        f"{whole[KILLED]} of {whole.total()} killed ({whole[KILLED] / whole.total():.1%}), "
        f"{whole[TIMED_OUT]} timed out"
    )


if __name__ == "__main__":
    main()
