"""What was assessed of each control: an objective of our own, as far as rules test it.

NIST's objectives ask for more than a program shows. An assessment may define its own (the
local objectives of OSCAL), so `satisfied` is claimed of exactly what the rules test, and the
objective says what they leave open.
"""

from __future__ import annotations

from typing import Any, Final

from compliance.evidence import ControlResult, Evidence
from compliance.reports.oscal.document import line, listed, prose
from compliance.reports.oscal.requirements import Framework, control_id
from compliance.wording import plural

# OSCAL has no empty selection; all of none is none.
_NOTHING_REVIEWED: Final[dict[str, Any]] = {
    "description": "All controls that a rule serves: there are none.",
    "include-all": {},
}


def objective_id(control: ControlResult) -> str:
    """The id of the objective for a control."""
    return f"{control_id(control)}_obj.rules"


def local_objectives(evidence: Evidence, frameworks: list[Framework]) -> list[dict[str, Any]]:
    """An objective for each control that rules serve."""
    titles = {card.name: card.title for card in evidence.rules}
    return [
        {"control-id": control_id(control), "parts": [_part(control, titles)]}
        for framework in frameworks
        for control in framework.controls
    ]


def reviewed_controls(evidence: Evidence, frameworks: list[Framework]) -> dict[str, Any]:
    """The controls that rules serve; those that only a person can answer for were not reviewed."""
    manual = sum(control.kind == "manual" for control in evidence.controls)
    selections = [
        {
            "description": each.title,
            "include-controls": [{"control-id": control_id(one)} for one in each.controls],
        }
        for each in frameworks
    ]
    objectives = [
        {"include-objectives": [{"objective-id": objective_id(one)} for one in each.controls]}
        for each in frameworks
    ]
    return {
        "control-selections": selections or [_NOTHING_REVIEWED],
        **listed("control-objective-selections", objectives),
        "remarks": f"{plural(manual, 'further control')} not reviewed: a person answers for them.",
    }


def _part(control: ControlResult, titles: dict[str, str]) -> dict[str, Any]:
    held = "\n".join(f"- {line(titles.get(rule, rule))}" for rule in control.rules)
    not_shown = f"\n\nNot assessed: {control.note}" if control.note else ""
    return {
        "id": objective_id(control),
        "name": "assessment-objective",
        "title": line(control.title),
        "prose": prose(f"Each of these holds wherever it applies:\n\n{held}{not_shown}"),
        "parts": [
            {
                "name": "assessment-method",
                "props": [{"name": "method", "value": "TEST"}],
                "prose": "The rules are run on the inputs of every resource.",
            }
        ],
    }
