"""The assessment results: what was tested, what was seen, and what follows for each control."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from compliance.evidence import Evidence
from compliance.reports.moments import collected_at
from compliance.reports.oscal.attestations import attestations
from compliance.reports.oscal.components import pack_component, pack_uuid, program_component
from compliance.reports.oscal.document import line, listed, metadata, properties, prose
from compliance.reports.oscal.findings import findings
from compliance.reports.oscal.identity import Identity
from compliance.reports.oscal.inventory import inventory_items, item_uuids
from compliance.reports.oscal.objectives import local_objectives, reviewed_controls
from compliance.reports.oscal.observations import observations, observed_results
from compliance.reports.oscal.requirements import back_matter_resources, tested_frameworks
from compliance.reports.oscal.risks import risks
from compliance.wording import verdict_line


def assessment_results(evidence: Evidence) -> dict[str, Any]:
    """The body of the document, without its UUID."""
    frameworks = tested_frameworks(evidence)
    identity = Identity.of(evidence.subject)
    plan = identity.of_thing("plan", evidence.pack.digest)
    items, observed = item_uuids(evidence), observed_results(evidence)
    found_risks, risks_by_rule = risks(evidence, observed)
    objectives = local_objectives(evidence, frameworks)
    collected = collected_at(evidence.subject)
    result = {
        "uuid": identity.of_thing("evaluation", collected, evidence.subject.program_digest),
        "title": line(f"Evaluation of {evidence.subject.project} ({evidence.subject.stack})"),
        "description": prose(verdict_line(evidence)),
        "start": collected,
        "end": collected,
        "props": properties({"verdict": evidence.summary.verdict}),
        "local-definitions": _definitions(evidence, items),
        "reviewed-controls": reviewed_controls(evidence, frameworks),
        **listed("attestations", attestations(evidence)),
        **listed("observations", observations(evidence, observed, items)),
        **listed("risks", found_risks),
        **listed("findings", findings(evidence, frameworks, observed, risks_by_rule)),
        **_remarks(evidence),
    }
    return {
        "metadata": metadata(evidence, "Assessment results"),
        "import-ap": {"href": f"#{plan}"},
        **({"local-definitions": {"objectives-and-methods": objectives}} if objectives else {}),
        "results": [result],
        "back-matter": {"resources": [_plan(evidence, plan), *back_matter_resources(frameworks)]},
    }


def _definitions(evidence: Evidence, items: Mapping[str, str]) -> dict[str, Any]:
    """The program, its resources, and the pack as the tool. A state that is exported is live."""
    deployed = evidence.subject.engine == "state"
    status = {"state": "operational" if deployed else "under-development"}
    tool = {**pack_component(evidence), "status": {"state": "operational"}}
    return {
        "components": [{**program_component(evidence), "status": status}, tool],
        **listed("inventory-items", inventory_items(evidence, items)),
        "assessment-assets": {
            "assessment-platforms": [
                {
                    "uuid": Identity.of(evidence.subject).of_thing("platform"),
                    "title": line(f"The engine {evidence.subject.engine}"),
                    "uses-components": [{"component-uuid": pack_uuid(evidence)}],
                }
            ]
        },
    }


def _plan(evidence: Evidence, uuid: str) -> dict[str, Any]:
    """There is no plan as an OSCAL document: the pack as it is configured is the plan."""
    pack = evidence.pack
    return {
        "uuid": uuid,
        "title": line(f"The rules of {pack.name} {pack.version}, as configured"),
        "description": prose(
            f"Every rule of the pack ({pack.digest}) on every resource it is for. Its "
            "configuration is in report.json."
        ),
    }


def _remarks(evidence: Evidence) -> dict[str, str]:
    notes = "\n".join(f"- {note}" for note in evidence.subject.notes)
    return {"remarks": prose(notes)} if notes.strip() else {}
