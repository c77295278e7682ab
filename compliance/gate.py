"""From a running program to evidence: evaluate, map to controls, sum up."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import payment_guardrails
from payment_guardrails import PACK_NAME
from payment_guardrails.configuration import RuleConfiguration
from payment_guardrails.finding import Status
from payment_guardrails.rule import ANY, Level, Rule
from payment_guardrails.waivers.waiving import Waiving

from compliance.controls import Framework, judge_controls, load_frameworks
from compliance.data_stores import stored_by
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
from compliance.proof.files import read_proof
from compliance.waived import confirm_waived, waiver_entries, waiver_file_entry


def gather(
    run: EngineRun,
    rules: Mapping[str, Rule],
    configuration: Mapping[str, RuleConfiguration],
    as_of: date,
    evaluated_at: str | None,
    waiving: Waiving | None = None,
    frameworks: Sequence[Framework] | None = None,
) -> Evidence:
    """The evidence for a stack, with the waivers that count.

    `frameworks` are the gate's own ones where none are given.

    Raises :class:`EngineError` where the stack holds nothing that any rule is for: nothing
    was tested then, and that is no pass.
    """
    active = {
        name: rule
        for name, rule in rules.items()
        if configuration[name].level is not Level.DISABLED
    }
    types = frozenset(type_ for rule in active.values() for type_ in rule.types) - ANY
    judgement = (
        judge(run.stacks, rules, configuration, deployed=run.deployed)
        if run.record is None
        else Judgement.of_record(run.record)
    )
    judged = _judged_as_any(judgement, active)
    entries = tuple(
        ResourceEntry(
            urn=resource.urn,
            type=resource.type,
            name=resource.name,
            inputs_digest=resource.digest,
            tested=resource.type in types or resource.urn in judged,
            parent=resource.parent,
            location=resource.location,
            links=resource.links,
            classification=resource.classification,
            stores=stored_by(resource.type),
        )
        for resource in judgement.resources
    )
    if not any(entry.tested for entry in entries):
        raise EngineError(
            f"nothing was tested: there are {len(entries)} resources, and none is of a "
            "type that a rule of the pack is for; `compliance rules` lists them",
            run.printed,
        )
    found = results(judgement.findings, rules, configuration, waiving)
    if run.record is not None:
        confirm_waived(run.record, found)
    controls = judge_controls(load_frameworks() if frameworks is None else frameworks, found)
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
            folder=run.folder,
            sources=run.sources,
        ),
        pack=pack_of(configuration),
        summary=summarize(entries, found, controls),
        resources=entries,
        results=found,
        controls=controls,
        rules=tuple(
            RuleCard(rule.name, rule.title, rule.rationale) for _, rule in sorted(active.items())
        ),
        # An engine tells of resources in no order.
        remediations=tuple(sorted(judgement.remediations, key=lambda each: (each.urn, each.path))),
        waiver_file=waiver_file_entry(waiving),
        waivers=waiver_entries(waiving, found),
        grants=judgement.grants.grants,
        grants_incomplete=judgement.grants.incomplete,
    )


def _judged_as_any(judgement: Judgement, active: Mapping[str, Rule]) -> frozenset[str]:
    """The resources of AWS on which a rule for any type gave a verdict.

    Of others such a rule knows nothing but their texts: that proves nothing of a stack.
    """
    of_aws = {each.urn for each in judgement.resources if each.type.startswith("aws:")}
    return frozenset(
        finding.urn
        for name, findings in judgement.findings.items()
        if name in active and active[name].types == ANY
        for finding in findings
        if finding.urn in of_aws and finding.status is not Status.NOT_APPLICABLE
    )


def pack_of(configuration: Mapping[str, RuleConfiguration]) -> Pack:
    """The rules that judge, and the configuration they run with."""
    return Pack(
        name=PACK_NAME,
        version=payment_guardrails.__version__,
        digest=_pack_digest(),
        configuration={
            name: {
                "level": configured.level.value,
                "undecided": configured.undecided.value,
                **({"remediate": True} if configured.remediate else {}),
                **configured.shown,
            }
            for name, configured in sorted(configuration.items())
        },
    )


def with_proof(evidence: Evidence, folder: Path) -> Evidence:
    """The evidence with the proof of the rules in a folder, or a note that it is left out."""
    effectiveness, remark = read_proof(
        folder, evidence.subject, evidence.pack.digest, evidence.pack.configuration
    )
    if remark:
        notes = (*evidence.subject.notes, remark)
        return replace(evidence, subject=replace(evidence.subject, notes=notes))
    return replace(evidence, effectiveness=effectiveness)


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
