"""Prints how long rules, and rules with grants and links, take on 100, 1,000 and 10,000 resources.

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
    print(f"{'resources':>9} {'all rules':>10} {'grants, links too':>18} {'memory':>9}")
    for size in _SIZES:
        command = [sys.executable, "-m", "tests.benchmarks.evaluation", str(size)]
        rules, whole, kibibytes = subprocess.check_output(command, text=True).split()
        times = f"{float(rules):8.2f} s {float(whole):16.2f} s"
        print(f"{size:9} {times} {int(kibibytes) / 1024:5.0f} MiB")


def measured(size: int) -> str:
    """The seconds of the rules, and of a whole evaluation, and this process's peak KiB.

    Each of the two has a stack of its own, that remembers nothing of the other.
    """
    unit = evaluate(_PROGRAM, None, {"resources": "10"}, 60).stacks[0]
    rules = registered()
    configuration = configure(rules)
    alone, stack = (
        Stack.of(unit.project, unit.name, _units(unit, size // len(unit.resources))) for _ in "12"
    )
    begun = time.perf_counter()
    for name, rule in rules.items():
        rule.judge(alone, configuration[name].settings)
    of_rules = time.perf_counter() - begun
    begun = time.perf_counter()
    judgement = judge([stack], rules, configuration, deployed=False)
    found = results(judgement.findings, rules, configuration)
    whole = time.perf_counter() - begun
    failed = sorted(
        {each.rule for each in found if each.status == "fail" and each.level == "mandatory"}
    )
    assert not failed, f"the units fail {failed}"
    return f"{of_rules} {whole} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}"


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
