"""`report.html`: one self-contained page that an auditor can read, offline and printed."""

from __future__ import annotations

from compliance.evidence import Evidence
from compliance.reports import report_format


@report_format("html", "report.html")
def write_html(evidence: Evidence) -> str:
    """The page. Everything in it comes from the evidence, and all of it is escaped."""
    # What makes the page is loaded where one is made: other formats are written without it.
    from compliance.reports.html.page import page_of, render  # noqa: PLC0415

    return render(page_of(evidence))
