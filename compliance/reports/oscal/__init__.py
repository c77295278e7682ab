"""OSCAL 1.2.1, NIST's language for assessments: how a program meets controls, and what was found.

Two documents: `oscal-component-definition.json` (the program as a component that implements
controls, the rule pack as one that checks it) and `oscal-assessment-results.json` (what was
tested, on what, with what result). Models: https://pages.nist.gov/OSCAL/resources/concepts/layer/.

Every UUID is made from what it names (RFC 4122 section 4.3, version 5), so that the same
thing has the same one in every run of a stack; a document's own is made from its content.
Times are those of the evidence. Only NIST publishes its controls as an OSCAL catalog; for
another framework, controls point to a resource of the back matter that names it.
"""

from __future__ import annotations

from compliance.evidence import Evidence
from compliance.reports import report_format
from compliance.reports.oscal.assessment_results import assessment_results
from compliance.reports.oscal.component_definition import component_definition
from compliance.reports.oscal.document import document_text


@report_format("oscal", "oscal-assessment-results.json")
def write_assessment_results(evidence: Evidence) -> str:
    """The assessment results: observations, findings, risks and attestations."""
    return document_text("assessment-results", assessment_results(evidence))


@report_format("oscal-component", "oscal-component-definition.json", part_of="oscal")
def write_component_definition(evidence: Evidence) -> str:
    """The component definition: the controls that the program implements and the checks of it."""
    return document_text("component-definition", component_definition(evidence))
