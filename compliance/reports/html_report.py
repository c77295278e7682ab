"""`report.html`: one self-contained page that an auditor can read, offline and printed."""

from __future__ import annotations

from compliance.evidence import Evidence
from compliance.reports import report_format


def _load() -> None:
    from compliance.reports.html.page import load  # noqa: PLC0415 - see `write_html`

    load()


@report_format("html", "report.html", loader=_load)
def write_html(evidence: Evidence) -> str:
    """The page. Everything in it comes from the evidence, and all of it is escaped."""
    # What makes the page is loaded where one is made: other formats are written without it.
    from compliance.reports.html.page import page_of, render  # noqa: PLC0415

    return render(page_of(evidence))
