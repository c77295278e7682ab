"""From a running program to evidence: evaluate, map to controls, sum up."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import payment_guardrails
from payment_guardrails import PACK_NAME
from payment_guardrails.configuration import RuleConfiguration
from payment_guardrails.rule import ANY, Level, Rule

from compliance.controls import judge_controls, load_frameworks
from compliance.engines.engine import EngineError, EngineRun
from compliance.evaluation import Judgement, judge, results
from compliance.evidence import (
    Evidence,
    Pack,
    ResourceEntry,
    RuleCard,
    Subject,
    summarize,
)


def gather(
    run: EngineRun,
    rules: Mapping[str, Rule],
    configuration: Mapping[str, RuleConfiguration],
    as_of: date,
    evaluated_at: str | None,
) -> Evidence:
    """The evidence for a stack.

    Raises :class:`EngineError` where the stack holds nothing that any rule is for: nothing
    was tested then, and that is no pass.
    """
    active = {
        name: rule
        for name, rule in rules.items()
        if configuration[name].level is not Level.DISABLED
    }
    # A rule for any type reads the texts in a resource and knows nothing of what it is.
    types = frozenset(type_ for rule in active.values() for type_ in rule.types) - ANY
    judgement = (
        judge(run.stacks, rules, configuration, deployed=run.deployed)
        if run.record is None
        else Judgement.of_record(run.record)
    )
    entries = tuple(
        ResourceEntry(
            urn=resource.urn,
            type=resource.type,
            name=resource.name,
            inputs_digest=resource.digest,
            tested=resource.type in types,
        )
        for resource in judgement.resources
    )
    if not any(entry.tested for entry in entries):
        raise EngineError(
            f"nothing was tested: there are {len(entries)} resources, and none is of a "
            "type that a rule of the pack is for; `compliance rules` lists them",
            run.printed,
        )
    found = results(judgement.findings, rules, configuration)
    controls = judge_controls(load_frameworks(), found)
    return Evidence(
        subject=Subject(
            project=run.project,
            stack=run.stack,
            engine=run.engine,
            program_digest=run.digest,
            as_of=as_of.isoformat(),
            evaluated_at=evaluated_at,
            engine_note=run.note,
            notes=run.notes,
        ),
        pack=Pack(
            name=PACK_NAME,
            version=payment_guardrails.__version__,
            digest=_pack_digest(),
            configuration={
                name: {
                    "level": configured.level.value,
                    "undecided": configured.undecided.value,
                    **({"remediate": True} if configured.remediate else {}),
                    **configured.settings,
                }
                for name, configured in sorted(configuration.items())
            },
        ),
        summary=summarize(entries, found, controls),
        resources=entries,
        results=found,
        controls=controls,
        rules=tuple(
            RuleCard(rule.name, rule.title, rule.rationale) for _, rule in sorted(active.items())
        ),
        # An engine tells of resources in no order.
        remediations=tuple(sorted(judgement.remediations, key=lambda each: (each.urn, each.path))),
    )


def _pack_digest() -> str:
    folder = Path(payment_guardrails.__file__).parent
    files = sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc"
    )
    digest = hashlib.sha256()
    for path in files:
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{content}  {path.relative_to(folder).as_posix()}\n".encode())
    return f"sha256:{digest.hexdigest()}"


def evaluation_time(folder: Path) -> str | None:
    """When the evaluation counts as made: SOURCE_DATE_EPOCH, else the commit time of HEAD.

    Both make two runs on the same sources agree. None where there is neither.
    """
    seconds = os.environ.get("SOURCE_DATE_EPOCH") or _commit_time(folder)
    try:
        moment = datetime.fromtimestamp(int(seconds), UTC) if seconds else None
    except (ValueError, OverflowError, OSError):
        return None
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


def _commit_time(folder: Path) -> str | None:
    try:
        done = subprocess.run(
            ["git", "log", "-1", "--format=%ct"],  # noqa: S607 - the user's own git
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=5,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
