"""The component definition: which controls the program implements, and by which rules that is held.

A control that only a person can answer for is in none: this says what the program does.
`implementation-status` is NIST's: `implemented` where every rule of a control passes and rules
show all of it, `partial` where they show a part of it or a failure is accepted, and left out
where the evidence says neither.
"""

from __future__ import annotations

from typing import Any

from compliance.evidence import ControlResult, Evidence
from compliance.reports.oscal.components import (
    pack_component,
    program_component,
    rule_properties,
)
from compliance.reports.oscal.document import (
    COMPASS,
    line,
    listed,
    metadata,
    properties,
    prose,
)
from compliance.reports.oscal.identity import Identity
from compliance.reports.oscal.requirements import (
    Framework,
    back_matter_resources,
    control_id,
    tested_frameworks,
)


def component_definition(evidence: Evidence) -> dict[str, Any]:
    """The body of the document, without its UUID."""
    frameworks = tested_frameworks(evidence)
    titles = {card.name: card.title for card in evidence.rules}
    implementations = [_implementation(evidence, each, titles) for each in frameworks]
    resources = back_matter_resources(frameworks)
    return {
        "metadata": metadata(evidence, "Component definition"),
        "components": [
            {
                **program_component(evidence),
                **listed("props", rule_properties(evidence, checks=False)),
                **listed("control-implementations", implementations),
            },
            {
                **pack_component(evidence),
                **listed("props", rule_properties(evidence, checks=True)),
            },
        ],
        **({"back-matter": {"resources": resources}} if resources else {}),
    }


def _implementation(
    evidence: Evidence, framework: Framework, titles: dict[str, str]
) -> dict[str, Any]:
    identity = Identity.of(evidence.subject)
    key = (framework.name, framework.version)
    uuids = identity.of_each("requirement", ((*key, each.id) for each in framework.controls))
    return {
        "uuid": identity.of_thing("implementation", *key),
        "source": framework.source,
        "description": f"Controls of {framework.title} that rules test on the program.",
        "implemented-requirements": [
            _requirement(uuid, control, titles)
            for uuid, control in zip(uuids, framework.controls, strict=True)
        ],
    }


def _requirement(uuid: str, control: ControlResult, titles: dict[str, str]) -> dict[str, Any]:
    rules = [prop for rule in control.rules for prop in properties({"Rule_Id": rule}, COMPASS)]
    status = _implementation_status(control)
    stated = [{"name": "implementation-status", "value": status}] if status else []
    held = "\n".join(f"- {line(titles.get(rule, rule))}" for rule in control.rules)
    not_shown = f"\n\nNot shown: {control.note}" if control.note else ""
    return {
        "uuid": uuid,
        "control-id": control_id(control),
        "description": prose(f"{control.title}. The program is held to:\n\n{held}{not_shown}"),
        **listed("props", stated + rules),
    }


def _implementation_status(control: ControlResult) -> str | None:
    if control.status == "satisfied":
        return "implemented" if control.kind == "automated" else "partial"
    return "partial" if control.status == "waived" else None
