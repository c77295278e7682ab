"""Prints how long all rules take on stacks of 100, 1,000 and 10,000 resources, and the memory.

A part of `make bench`. The stacks are units of the program in `programs/mixed`, ten resources
each, made as data: running a program is not measured here. Each size is a process of its own.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, Final

from payment_guardrails.configuration import configure
from payment_guardrails.resource import Resource
from payment_guardrails.rules import registered
from payment_guardrails.stack import Stack

from compliance.evaluation import judge, results
from tests.offline import evaluate

_PROGRAM: Final = Path(__file__).with_name("programs") / "mixed"
_UNIT: Final = "unit0"
_SIZES: Final = (100, 1_000, 10_000)


def main() -> None:
    """Measure and print."""
    print(f"{'resources':>9} {'all rules':>10} {'memory':>9}")
    for size in _SIZES:
        command = [sys.executable, "-m", "tests.benchmarks.evaluation", str(size)]
        seconds, kibibytes = subprocess.check_output(command, text=True).split()
        print(f"{size:9} {float(seconds):8.2f} s {int(kibibytes) / 1024:5.0f} MiB")


def measured(size: int) -> str:
    """The seconds that judging `size` resources takes, and this process's peak KiB."""
    unit = evaluate(_PROGRAM, None, {"resources": "10"}, 60).stacks[0]
    stack = Stack.of(unit.project, unit.name, _units(unit, size // len(unit.resources)))
    rules = registered()
    configuration = configure(rules)
    begun = time.perf_counter()
    judgement = judge([stack], rules, configuration, deployed=False)
    found = results(judgement.findings, rules, configuration)
    seconds = time.perf_counter() - begun
    failed = sorted(
        {each.rule for each in found if each.status == "fail" and each.level == "mandatory"}
    )
    assert not failed, f"the units fail {failed}"
    return f"{seconds} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}"


def _units(unit: Stack, count: int) -> list[Resource]:
    return [_renamed(each, f"unit{number}") for number in range(count) for each in unit.resources]


def _renamed(given: Resource, name: str) -> Resource:
    changed = {
        field.name: _named(getattr(given, field.name), name)
        for field in fields(given)
        if field.init
    }
    return replace(given, **changed)


def _named(value: Any, name: str) -> Any:
    if isinstance(value, str):
        return value.replace(_UNIT, name)
    if isinstance(value, Mapping):
        return {key: _named(item, name) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_named(item, name) for item in value)
    return value


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(measured(int(sys.argv[1])))
    else:
        main()
