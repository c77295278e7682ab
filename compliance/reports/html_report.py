"""`report.html`: one self-contained page that an auditor can read, offline and printed."""

from __future__ import annotations

from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, StrictUndefined, Template

from compliance.evidence import SEVERITIES, STATUSES, Evidence, Result
from compliance.proof.page import effectiveness_line
from compliance.reports import report_format
from compliance.wording import (
    BASIS,
    MEANING,
    acceptance,
    name_of,
    plural,
    subject_of,
    verdict_line,
)

_TEMPLATE: Final = Path(__file__).with_name("report.html.j2")


@cache
def _template() -> Template:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["name_of"] = name_of
    environment.filters["plural"] = plural
    environment.filters["acceptance"] = acceptance
    environment.filters["subject_of"] = subject_of
    return environment.from_string(_TEMPLATE.read_text("utf-8"))


@report_format("html", "report.html")
def write_html(evidence: Evidence) -> str:
    """The page. Everything in it comes from the evidence, and all of it is escaped."""
    text = _template().render(
        evidence=evidence,
        subject=evidence.subject,
        summary=evidence.summary,
        verdict=verdict_line(evidence),
        frameworks=_frameworks(evidence),
        results=_by_rule(evidence),
        cards={card.name: card for card in evidence.rules},
        findings=[item for item in evidence.results if item.status in ("fail", "undecided")],
        waived=[item for item in evidence.results if item.status == "waived"],
        untested=[item for item in evidence.resources if not item.tested],
        by_resource=_by_resource(evidence),
        meaning=MEANING,
        basis=BASIS,
        proof=evidence.effectiveness,
        proof_line=evidence.effectiveness and effectiveness_line(evidence.effectiveness),
        statuses=STATUSES,
        severities=SEVERITIES,
    )
    return text.encode("utf-8", "replace").decode() + "\n"


def _frameworks(evidence: Evidence) -> list[dict[str, Any]]:
    frameworks = []
    for (name, version), rows in groupby(
        evidence.controls, key=lambda row: (row.framework, row.version)
    ):
        controls = list(rows)
        counts = {
            status: sum(control.status == status for control in controls)
            for status in MEANING
            if any(control.status == status for control in controls)
        }
        frameworks.append(
            {"name": name, "version": version, "controls": controls, "counts": counts}
        )
    return frameworks


def _by_rule(evidence: Evidence) -> dict[str, list[Result]]:
    grouped: dict[str, list[Result]] = {card.name: [] for card in evidence.rules}
    for result in evidence.results:
        grouped.setdefault(result.rule, []).append(result)
    return grouped


def _by_resource(evidence: Evidence) -> dict[str, list[Result]]:
    grouped: dict[str, list[Result]] = {}
    for result in evidence.results:
        if result.resource is not None:
            grouped.setdefault(result.resource, []).append(result)
    return dict(sorted(grouped.items()))
