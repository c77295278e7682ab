"""Compares the evidence of two reports."""

from __future__ import annotations

from compliance.difference import Difference
from compliance.difference.basis import compare_basis
from compliance.difference.controls import compare_controls
from compliance.difference.entries import Side
from compliance.difference.findings import compare_findings
from compliance.difference.grants import compare_grants, incomplete
from compliance.difference.resources import compare_resources
from compliance.evidence import Evidence


def compare(base: Evidence, head: Evidence) -> Difference:
    """What differs between an earlier report, `base`, and a later one, `head`.

    The order of anything in the reports does not matter. Reports of other stacks, projects,
    engines or rules are compared as well; `basis` says what they differ in.
    """
    return Difference(
        base=_side(base),
        head=_side(head),
        basis=compare_basis(base, head),
        findings=compare_findings(base, head),
        controls=compare_controls(base, head),
        resources=compare_resources(base, head),
        grants=compare_grants(base, head),
        grants_incomplete=incomplete(base, head),
    )


def _side(evidence: Evidence) -> Side:
    return Side(
        subject=evidence.subject,
        pack=evidence.pack,
        verdict=evidence.summary.verdict,
        mandatory_failed=evidence.summary.mandatory_failed,
        mandatory_undecided=evidence.summary.mandatory_undecided,
    )
