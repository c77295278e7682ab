"""`report.sarif`: what is wrong, at its lines, for editors and viewers that read SARIF 2.1.0.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html. Failed results are of
kind `fail`; undecided ones of kind `review`, whose level must be `none` (3.27.10); waived ones
are failures with an accepted suppression (3.35). What passed is in `report.json`: readers that
know no kinds would show it as a problem. GitHub is one: it gets a file of its own, see
`compliance.reports.code_scanning`.
"""

from __future__ import annotations

from compliance.evidence import Evidence
from compliance.reports import report_format
from compliance.reports.places import place_of, resources_by_urn
from compliance.reports.ranking import worst_first
from compliance.reports.sarif.log import log_text
from compliance.reports.sarif.results import result_object
from compliance.reports.sarif.rules import rule_indexes

_TOLD = ("fail", "undecided", "waived")


@report_format("sarif", "report.sarif")
def write_sarif(evidence: Evidence) -> str:
    """A log of one run: the rules, the frameworks they serve, and what is wrong, worst first."""
    indexes, resources = rule_indexes(evidence), resources_by_urn(evidence)
    return log_text(
        evidence,
        [
            result_object(
                each, indexes[each.rule], place_of(each, resources, evidence.subject.folder)
            )
            for each in worst_first(each for each in evidence.results if each.status in _TOLD)
        ],
    )
