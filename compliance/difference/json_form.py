"""`difference.json`: a difference for machines, by `difference.schema.json`."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from compliance.difference import SCHEMA_VERSION, Difference
from compliance.difference.counts import counts_of
from compliance.difference.entries import FindingChange, GrantChange, ResourceChange, Side
from compliance.difference.verdict import FailOn, fails
from compliance.evidence import Result


def write_json(difference: Difference, fail_on: FailOn) -> str:
    """The difference as JSON, one field a line, always in the same order."""
    return json.dumps(as_json(difference, fail_on), indent=1, ensure_ascii=True) + "\n"


def as_json(difference: Difference, fail_on: FailOn) -> dict[str, Any]:
    """The content of difference.json."""
    return {
        "schema_version": SCHEMA_VERSION,
        "base": _side(difference.base),
        "head": _side(difference.head),
        "fail_on": fail_on.value,
        "fails": fails(difference, fail_on),
        "counts": asdict(counts_of(difference)),
        "basis": asdict(difference.basis),
        "findings": [_finding(each) for each in difference.findings],
        "controls": [asdict(each) for each in difference.controls],
        "resources": [_resource(each) for each in difference.resources],
        "grants": [_grant(each) for each in difference.grants],
        "grants_incomplete": list(difference.grants_incomplete),
    }


def _side(side: Side) -> dict[str, Any]:
    subject, pack = side.subject, side.pack
    return {
        "project": subject.project,
        "stack": subject.stack,
        "engine": subject.engine,
        "program_digest": subject.program_digest,
        "as_of": subject.as_of,
        "evaluated_at": subject.evaluated_at,
        "pack": {"name": pack.name, "version": pack.version, "digest": pack.digest},
        "verdict": side.verdict,
        "mandatory_failed": side.mandatory_failed,
        "mandatory_undecided": side.mandatory_undecided,
    }


def _finding(change: FindingChange) -> dict[str, Any]:
    return {
        "section": change.section.value,
        "newly_blocks": change.newly_blocks,
        "rule": change.rule,
        "place": change.place,
        "location": change.location or None,
        "renamed": change.renamed or None,
        "before": _result(change.before),
        "after": _result(change.after),
    }


def _result(result: Result | None) -> dict[str, Any] | None:
    if result is None:
        return None
    return {
        "id": result.id,
        "resource": result.resource,
        "status": result.status,
        "level": result.level,
        "severity": result.severity,
        "message": result.message,
        "property_path": result.property_path,
        "waiver": None if result.waiver is None else dict(result.waiver),
        "waiver_note": result.waiver_note,
    }


def _resource(change: ResourceChange) -> dict[str, Any]:
    return {
        "turn": change.turn.value,
        "place": change.place,
        "type": change.shown.type,
        "name": change.shown.name,
        "urn_before": change.before.urn if change.before else None,
        "urn_after": change.after.urn if change.after else None,
        "inputs_digest_before": change.before.inputs_digest if change.before else None,
        "inputs_digest_after": change.after.inputs_digest if change.after else None,
    }


def _grant(change: GrantChange) -> dict[str, Any]:
    grant = change.shown
    return {
        "reach": change.reach.value,
        "principal": change.principal,
        "action": grant.action,
        "resource": grant.resource,
        "access": list(grant.access),
        "conditional_before": change.before.conditional if change.before else None,
        "conditional_after": change.after.conditional if change.after else None,
        "covers": list(change.covers),
    }
