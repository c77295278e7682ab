"""What was seen: an observation for each result, with the resource as its subject."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from compliance.evidence import Evidence, ResourceEntry, Result
from compliance.reports.moments import collected_at
from compliance.reports.oscal.components import pack_uuid
from compliance.reports.oscal.document import line, listed, properties, prose
from compliance.reports.oscal.identity import Identity
from compliance.reports.places import place_of, resources_by_urn
from compliance.wording import acceptance, name_of

_METHOD: Final = "TEST"


Observed = Sequence[tuple[str, Result]]
"""The results that are observations, each after its UUID."""


def observed_results(evidence: Evidence) -> Observed:
    """The results that show something; where a rule does not apply, nothing was seen."""
    results = [each for each in evidence.results if each.status != "not_applicable"]
    uuids = Identity.of(evidence.subject).of_each(
        "observation", ((each.rule, each.resource or "", each.id) for each in results)
    )
    return list(zip(uuids, results, strict=True))


def observations(
    evidence: Evidence, observed: Observed, items: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The observations; `items` are the UUIDs of resources by URN."""
    resources = resources_by_urn(evidence)
    stack = {
        "subject-uuid": Identity.of(evidence.subject).of_thing("program"),
        "type": "component",
    }
    origin = {"actors": [{"type": "tool", "actor-uuid": pack_uuid(evidence)}]}
    collected = collected_at(evidence.subject)
    made = []
    for uuid, result in observed:
        item = items.get(result.resource or "")
        subject = stack if item is None else {"subject-uuid": item, "type": "inventory-item"}
        name = line(name_of(result.resource))
        made.append(
            {
                "uuid": uuid,
                "title": f"{line(result.rule)} on {name}",
                "description": prose(result.message, result.status),
                "props": _properties(result),
                "methods": [_METHOD],
                "types": ["control-objective" if result.status == "pass" else "finding"],
                "origins": [origin],
                "subjects": [{**subject, "title": name}],
                **_evidence(result, resources.get(result.resource or ""), evidence),
                "collected": collected,
                **_remarks(result),
            }
        )
    return made


def _properties(result: Result) -> list[dict[str, str]]:
    return properties(
        {
            "result": result.status,
            "result-id": result.id,
            "rule": result.rule,
            "severity": result.severity,
            "enforcement": result.level,
            "property": result.property_path,
        }
    )


def _evidence(result: Result, resource: ResourceEntry | None, evidence: Evidence) -> dict[str, Any]:
    """What was read: the inputs of the resource, and where the program gives them."""
    if resource is None:
        return {}
    place = place_of(result, {resource.urn: resource}, evidence.subject.folder)
    return listed(
        "relevant-evidence",
        [
            {
                "description": prose(
                    f"The inputs that {place} gives the resource, {resource.inputs_digest}."
                )
            }
        ],
    )


def _remarks(result: Result) -> dict[str, str]:
    told = acceptance(result.waiver) or result.waiver_note
    return {"remarks": prose(told)} if told else {}
