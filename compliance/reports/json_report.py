"""`report.json`: the evidence itself."""

from __future__ import annotations

from compliance.evidence import Evidence
from compliance.reports import report_format
from compliance.reports.json_layout import json_text


@report_format("json", "report.json")
def write_json(evidence: Evidence) -> str:
    """The evidence as JSON, an entry a line, always in the same order.

    Lone surrogates cannot be written as UTF-8; JSON's own escapes keep them.
    """
    return json_text(evidence.as_json(), depth=2)
