"""The status of each control, from the results of its rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from compliance.controls.framework import Control, Framework
from compliance.evidence import ControlResult, Result


def judge_controls(
    frameworks: Iterable[Framework], results: Iterable[Result]
) -> tuple[ControlResult, ...]:
    """The status of every control from the results of its rules."""
    by_rule: dict[str, list[Result]] = {}
    for result in results:
        by_rule.setdefault(result.rule, []).append(result)
    return tuple(
        _judge(framework, control, by_rule)
        for framework in frameworks
        for control in framework.controls
    )


def _judge(
    framework: Framework, control: Control, by_rule: Mapping[str, list[Result]]
) -> ControlResult:
    tested = {
        rule: [item for item in by_rule.get(rule, ()) if item.status != "not_applicable"]
        for rule in control.rules
    }
    urns = {item.resource for found in tested.values() for item in found if item.resource}
    return ControlResult(
        framework=framework.name,
        version=framework.version,
        id=control.id,
        title=control.title,
        kind=control.kind,
        status=_status(control, tested),
        basis=control.basis,
        rules=control.rules,
        resources=tuple(sorted(urns)),
        note=control.note,
        evidence_wanted=control.evidence,
    )


def _status(control: Control, tested: Mapping[str, list[Result]]) -> str:
    """The first status that applies, in the order that the design gives."""
    statuses = {item.status for found in tested.values() for item in found}
    if control.kind == "manual":
        return "manual"
    if "fail" in statuses:
        return "not_satisfied"
    if "undecided" in statuses:
        return "undecided"
    if "waived" in statuses:
        return "waived"
    if not all(tested.values()):
        return "not_tested"
    return "satisfied"
