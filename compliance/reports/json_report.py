"""`report.json`: the evidence itself."""

from __future__ import annotations

import json

from compliance.evidence import Evidence
from compliance.reports import report_format


@report_format("json", "report.json")
def write_json(evidence: Evidence) -> str:
    """The evidence as JSON, one field a line, always in the same order."""
    # Lone surrogates cannot be written as UTF-8; JSON's own escapes keep them.
    return json.dumps(evidence.as_json(), indent=1, ensure_ascii=True) + "\n"
