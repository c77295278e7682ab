"""What the observations say of each objective: a finding for each control that rules serve.

OSCAL knows two states, and `not-satisfied` is every one that is not shown to be satisfied:

| status of the control | state         | reason | why                                         |
|-----------------------|---------------|--------|---------------------------------------------|
| satisfied             | satisfied     | pass   | every rule of it was tested and none failed |
| not_satisfied         | not-satisfied | fail   | a rule of it failed                         |
| undecided             | not-satisfied | other  | a value that decides it is not known        |
| waived                | not-satisfied | other  | a failure is accepted: see the risk         |
| not_tested            | not-satisfied | other  | nothing in the stack for a rule to judge    |

Controls that only a person can answer for have no finding; attestations speak of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from compliance.evidence import ControlResult, Evidence
from compliance.reports.oscal.document import line, listed, properties, prose
from compliance.reports.oscal.identity import Identity
from compliance.reports.oscal.objectives import objective_id
from compliance.reports.oscal.observations import Observed
from compliance.reports.oscal.requirements import Framework
from compliance.wording import BASIS, MEANING

_REASON: Final[Mapping[str, str]] = {"satisfied": "pass", "not_satisfied": "fail"}


def findings(
    evidence: Evidence,
    frameworks: list[Framework],
    observed: Observed,
    risks: Mapping[str, list[str]],
) -> list[dict[str, Any]]:
    """The findings; `risks` are the UUIDs of the risks by the rule that they are about."""
    seen: dict[str, list[dict[str, str]]] = {}
    for uuid, result in observed:
        seen.setdefault(result.rule, []).append({"observation-uuid": uuid})
    controls = [control for framework in frameworks for control in framework.controls]
    uuids = Identity.of(evidence.subject).of_each(
        "finding", ((each.framework, each.version, each.id) for each in controls)
    )
    return [
        {
            **_finding(uuid, control),
            **listed(
                "related-observations",
                [each for rule in control.rules for each in seen.get(rule, ())],
            ),
            **listed(
                "related-risks",
                [{"risk-uuid": each} for rule in control.rules for each in risks.get(rule, ())],
            ),
        }
        for uuid, control in zip(uuids, controls, strict=True)
    ]


def _finding(uuid: str, control: ControlResult) -> dict[str, Any]:
    meaning = MEANING[control.status]
    note = f"\n\nNot assessed: {control.note}" if control.note else ""
    return {
        "uuid": uuid,
        "title": line(f"{control.framework} {control.id}: {meaning.short}"),
        "description": prose(f"{control.title}. {meaning.long}{note}"),
        "props": properties(
            {
                "control-status": control.status,
                "coverage": control.kind,
                "basis": BASIS.get(control.basis, control.basis),
            }
        ),
        "target": {
            "type": "objective-id",
            "target-id": objective_id(control),
            "status": {
                "state": "satisfied" if control.status == "satisfied" else "not-satisfied",
                "reason": _REASON.get(control.status, "other"),
                "remarks": meaning.long,
            },
        },
    }
