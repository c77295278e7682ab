"""The two components that both documents speak of: the program, and the rule pack."""

from __future__ import annotations

from typing import Any

from compliance.evidence import Evidence, RuleCard
from compliance.reports.oscal.document import COMPASS, line, properties, prose
from compliance.reports.oscal.identity import Identity, uuid_of


def program_component(evidence: Evidence) -> dict[str, Any]:
    """The stack that was evaluated, as software."""
    subject = evidence.subject
    return {
        "uuid": Identity.of(subject).of_thing("program"),
        "type": "software",
        "title": line(f"{subject.project} ({subject.stack})"),
        "description": prose(
            f"The Pulumi program {subject.project}, stack {subject.stack}: "
            f"{evidence.summary.resources} resources."
        ),
    }


def pack_uuid(evidence: Evidence) -> str:
    """The UUID of the rule pack in its version."""
    return uuid_of("pack", evidence.pack.name, evidence.pack.version)


def pack_component(evidence: Evidence) -> dict[str, Any]:
    """The rule pack, as what validates the other."""
    pack = evidence.pack
    return {
        "uuid": pack_uuid(evidence),
        "type": "validation",
        "title": line(f"{pack.name} {pack.version}"),
        "description": prose(
            f"The policy pack {pack.name}: {len(evidence.rules)} rules on the inputs of resources."
        ),
    }


def rule_properties(evidence: Evidence, *, checks: bool) -> list[dict[str, Any]]:
    """The rules by OSCAL Compass's convention: properties of one rule share their remarks.

    `checks` adds the check of each rule, which is the rule itself.
    """
    return [
        {**prop, "remarks": f"rule_set_{number:03d}"}
        for number, card in enumerate(evidence.rules)
        for prop in properties(_rule(card, checks=checks), COMPASS)
    ]


def _rule(card: RuleCard, *, checks: bool) -> dict[str, str]:
    rule = {"Rule_Id": card.name, "Rule_Description": card.title}
    check = {"Check_Id": card.name, "Check_Description": card.title}
    return {**rule, **check} if checks else rule
