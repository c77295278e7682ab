"""The whole programs of `tests/programs/`: what each is to give, and what the gate gives.

`expected.yaml` beside a program names what the gate is to find in it, and nothing else is
to be found:

- `fail`, `undecided`: findings, each a `rule` with a `resource` or several `resources`;
- `pass`: near misses, which are to pass;
- `never_shown`: texts that no output may hold;
- `variants`: programs that one change makes of this one: a `name`, the `change` (`file`,
  `old`, `new`: a text that the file holds once, and what takes its place), and the findings
  that this adds, or whose status it changes;
- `not_deployed`: why the real engine cannot run the program here, where it cannot.

A program that is to be judged with other levels or options has a `policy.json`, in the form of
the CLI's `--policy-pack-config`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
PROGRAMS = Path(__file__).with_name("programs")
AS_OF = "2026-11-01"
"""The day of every check, so that what is found does not change with the calendar."""
SETTLED = ("pass", "not_applicable")

Verdicts = dict[tuple[str, str], str]
"""A status for each (rule, resource name)."""


@dataclass(frozen=True)
class Outcome:
    """What one run of the gate gave: its exit status, what it wrote, and its report or None."""

    status: int
    output: str
    report: str | None


@dataclass(frozen=True)
class Change:
    """A text that a file of a program holds once, and what takes its place."""

    file: str
    old: str
    new: str


@dataclass(frozen=True)
class Case:
    """A program as it is or with one change, and what the gate is to find in it."""

    name: str
    program: Path
    change: Change | None
    faults: Verdicts
    near_misses: tuple[tuple[str, str], ...]
    never_shown: tuple[str, ...]


def gate(program: Path, out: Path, *arguments: str) -> Outcome:
    """Run the gate on a program as its users do, with its `policy.json` where it has one."""
    policy = program / "policy.json"
    configured = ("--policy-config", str(policy)) if policy.is_file() else ()
    done = subprocess.run(
        [
            sys.executable, "-m", "compliance", "gate", "--program", str(program),
            "--out", str(out), "--format", "json", "--as-of", AS_OF, *configured, *arguments,
        ],
        cwd=ROOT,
        env={key: value for key, value in os.environ.items() if not key.startswith("AWS_")},
        capture_output=True,
        text=True,
        errors="replace",
        timeout=120,
        check=False,
    )  # fmt: skip
    report = out / "report.json"
    return Outcome(
        done.returncode,
        done.stdout + done.stderr,
        report.read_text("utf-8") if report.is_file() else None,
    )


def folders(place: Path) -> list[Path]:
    """The programs in a folder."""
    return sorted(file.parent for file in place.glob("*/expected.yaml"))


def expected(program: Path) -> dict[str, Any]:
    """What a program's `expected.yaml` says."""
    wanted: dict[str, Any] = yaml.safe_load((program / "expected.yaml").read_text("utf-8"))
    return wanted


def stack_name(program: Path) -> str:
    """The stack that the gate takes where none is named: the only one, or `dev`."""
    files = sorted(program.glob("Pulumi.*.yaml"))
    return files[0].name.split(".")[1] if len(files) == 1 else "dev"


def places(finding: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The rule with the `resource`, or each of the `resources`, of an expected finding."""
    names = finding["resources"] if "resources" in finding else [finding["resource"]]
    return [(finding["rule"], name) for name in names]


def faults(wanted: Mapping[str, Any]) -> Verdicts:
    """The findings of a program's expectations, or of one of its variants.

    Raises ValueError for a finding that is there twice.
    """
    found: Verdicts = {}
    for status in ("fail", "undecided"):
        for finding in wanted.get(status, ()):
            for key in places(finding):
                if key in found:
                    raise ValueError(f"{key} is expected twice")
                found[key] = status
    return found


def cases(program: Path) -> Iterator[Case]:
    """A program, and each of its variants."""
    wanted = expected(program)
    base = faults(wanted)
    passing = [key for item in wanted.get("pass", ()) for key in places(item)]
    shown = tuple(wanted.get("never_shown", ()))
    yield Case(program.name, program, None, base, tuple(passing), shown)
    for variant in wanted.get("variants", ()):
        added = faults(variant)
        yield Case(
            f"{program.name}/{variant['name']}",
            program,
            Change(**variant["change"]),
            {**base, **added},
            tuple(key for key in passing if key not in added),
            (*shown, *variant.get("never_shown", ())),
        )


def all_cases() -> list[Case]:
    """Every program and every variant."""
    return [case for program in folders(PROGRAMS) for case in cases(program)]


def written(case: Case, folder: Path) -> Path:
    """The folder of the case's program: a changed copy below `folder`, where it has a change.

    Raises ValueError where the text to change is not there exactly once.
    """
    if case.change is None:
        return case.program
    copy = folder / case.program.name
    shutil.copytree(case.program, copy, ignore=shutil.ignore_patterns("__pycache__"))
    file = copy / case.change.file
    text = file.read_text("utf-8")
    if text.count(case.change.old) != 1:
        raise ValueError(f"{case.name}: {case.change.file} does not hold the old text once")
    file.write_text(text.replace(case.change.old, case.change.new), "utf-8")
    return copy


def judged(case: Case, folder: Path) -> Outcome:
    """What the gate gives for a case; `folder` is for what is written on the way."""
    return gate(written(case, folder), folder / "out")


def verdicts(report: str) -> Verdicts:
    """The worst status that a report gives for each rule and resource."""
    worst = ("fail", "undecided", "waived", "pass", "not_applicable")
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for result in json.loads(report)["results"]:
        name = "the stack" if result["resource"] is None else result["resource"].split("::")[-1]
        found[result["rule"], name].append(result["status"])
    return {key: min(statuses, key=worst.index) for key, statuses in found.items()}


def findings(found: Verdicts) -> Verdicts:
    """The verdicts that somebody has to do something about."""
    return {key: status for key, status in found.items() if status not in SETTLED}
