"""Where the pack and Checkov differ on our stack and on all whole programs: `make checkov`."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from payment_guardrails.configuration import configure, dated
from payment_guardrails.rules import registered
from payment_guardrails.stack import Stack

from compliance.checkov.agreement import agreement
from compliance.checkov.environment import CheckovError
from compliance.checkov.opinion import opinion
from compliance.checkov.report import checked, version_in
from compliance.checkov.run import CheckovRun
from compliance.engines.engine import EngineError, Request
from compliance.engines.offline import start
from compliance.evaluation import judge, results
from compliance.evidence import AgreementEntry, Result
from compliance.terraform.plan import plan
from tests.whole_programs import AS_OF, PROGRAMS, ROOT, folders


@dataclass(frozen=True)
class Comparison:
    """Both opinions of one stack: all results of the pack, all of Checkov's, where they meet."""

    pack: tuple[Result, ...]
    checkov: tuple[Result, ...]
    met: tuple[AgreementEntry, ...]
    unseen: tuple[str, ...]


def compare(
    stacks: Mapping[str, Stack], policy: Mapping[str, Path] | None = None
) -> dict[str, Comparison]:
    """The comparison for each stack, in one run of Checkov; `policy` configures the pack."""
    plans = {name: plan(stack) for name, stack in stacks.items()}
    running = CheckovRun()
    try:
        running.ask({name: each.document for name, each in plans.items()})
        pack = {name: _pack(stack, (policy or {}).get(name)) for name, stack in stacks.items()}
        answer = running.answer()
    finally:
        running.stop()
    found = checked(answer.report, answer.unknown)
    compared = {}
    for name, each in plans.items():
        own = (one for one in found if one.plan == name)
        theirs = opinion(own, {name: each}, frozenset(), version_in(answer.report)).results
        compared[name] = Comparison(pack[name], theirs, agreement(pack[name], theirs), each.unseen)
    return compared


def _pack(stack: Stack, policy: Path | None) -> tuple[Result, ...]:
    given = None if policy is None else json.loads(policy.read_text("utf-8"))
    configuration = configure(registered(), dated(registered(), given, date.fromisoformat(AS_OF)))
    judgement = judge([stack], registered(), configuration, deployed=False)
    return results(judgement.findings, registered(), configuration)


def stack_of(program: Path) -> Stack:
    """The stack that a program makes, offline."""
    return start(Request(program)).result(lambda _: None).stacks[0]


def subjects() -> dict[str, Path]:
    """Our own program, and every whole program that runs, by name."""
    return {"payments": ROOT, **{each.name: each for each in folders(PROGRAMS)}}


def everything() -> dict[str, Comparison]:
    """The comparison on every subject."""
    programs = subjects()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        stacks = dict(zip(programs, pool.map(stack_of, programs.values()), strict=True))
    policies = {
        name: folder / "policy.json"
        for name, folder in programs.items()
        if (folder / "policy.json").is_file()
    }
    own = ROOT / "compliance" / "policy-config.json"
    return compare(stacks, {**policies, **({"payments": own} if own.is_file() else {})})


def unexplained(compared: Mapping[str, Comparison]) -> list[str]:
    """The differences that `themes.yaml` does not explain, as lines."""
    return [
        f"{name}: {each.theme}: the pack says {each.pack}, Checkov {each.checkov} "
        f"({', '.join(each.checks)}) of {each.resource}"
        for name, comparison in compared.items()
        for each in comparison.met
        if each.verdict == "differ" and not each.reading
    ]


def line(compared: Mapping[str, Comparison]) -> str:
    """All of it in one line."""
    met = [each for comparison in compared.values() for each in comparison.met]
    counts = Counter(each.verdict for each in met)
    only = sum(each.verdict == "differ" and each.pack == "fail" for each in met)
    return (
        f"{len(compared)} programs: the pack and Checkov agree on {counts['agree']} of "
        f"{len(met)} shared verdicts; {counts['differ']} differ ({only} faults only the pack "
        f"finds, {counts['differ'] - only} only Checkov), {counts['open']} open, "
        f"{len(unexplained(compared))} unexplained"
    )


def _print(lines: Iterable[str]) -> None:
    sys.stdout.write("".join(f"{each}\n" for each in lines))


def main() -> int:
    """Compare; 0 where every difference is explained, 1 where one is not, 2 without Checkov."""
    try:
        compared = everything()
    except (CheckovError, EngineError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    open_ = unexplained(compared)
    _print([*open_, line(compared)])
    return 1 if open_ else 0


if __name__ == "__main__":
    sys.exit(main())
