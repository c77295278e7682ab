"""The page: the parts made from the evidence, shown by the templates, in one file.

The style and the script are written into the page, and its Content-Security-Policy allows these
two by their digests and nothing else: whatever a report quotes, it cannot run or load anything.
https://www.w3.org/TR/CSP3/#framework-directive-source-list
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from compliance.evidence import SEVERITIES, STATUSES, Evidence
from compliance.proof.page import effectiveness_line
from compliance.reports.html import anchors, links, results, statuses
from compliance.reports.html.access_matrix import AccessMatrix, access_matrix
from compliance.reports.html.architecture.graph import architecture_of
from compliance.reports.html.architecture.nodes import Diagram, diagram_of
from compliance.reports.html.architecture.picture import legend, picture, said_of
from compliance.reports.html.data_access import DataHolder, data_classes, data_holders
from compliance.reports.html.gaps import Gaps, gaps_of
from compliance.reports.html.glossary import GLOSSARY
from compliance.reports.html.heat_map import FrameworkMap, heat_maps, shown_status
from compliance.reports.html.index import COUNTING_ATTESTATIONS, Index, counts_of
from compliance.reports.html.prose import printable, prose, shortened
from compliance.reports.second_opinion import (
    differences,
    opinion_line,
    reading_of,
    theme_counts,
)
from compliance.wording import BASIS, acceptance, name_of, plural, subject_of, verdict_line

_FOLDER: Final = Path(__file__).parent
MOST_REPEATED: Final = 3_000
"""With more results than this, each is written once, at its resource, and linked to."""


@dataclass(frozen=True)
class Page:
    """What the templates show. `whole` is True where results stand at rules and controls too."""

    evidence: Evidence
    index: Index
    frameworks: tuple[FrameworkMap, ...]
    gaps: Gaps
    holders: tuple[DataHolder, ...]
    access: AccessMatrix
    diagram: Diagram
    whole: bool


def page_of(evidence: Evidence) -> Page:
    """The parts of the page."""
    index = Index(evidence)
    return Page(
        evidence,
        index,
        heat_maps(index),
        gaps_of(index),
        data_holders(index),
        access_matrix(evidence.grants, evidence.grants_incomplete),
        diagram_of(index, architecture_of(index.resources, evidence.grants)),
        whole=len(evidence.results) <= MOST_REPEATED,
    )


def render(page: Page) -> str:
    """The page as HTML. The same evidence gives the same text."""
    linked = links.Links(page.index)
    text = _templates().get_template("page.html.j2").render(
        page=page,
        evidence=page.evidence,
        index=page.index,
        subject=page.evidence.subject,
        summary=page.evidence.summary,
        linked=linked,
        link_resource=linked.resource,
        link_rule=linked.rule,
        link_control=linked.control,
        classes=data_classes(page.holders),
        picture=picture(page.diagram),
        proof=page.evidence.effectiveness,
        style=_inlined("page.css"),
        script=_inlined("page.js"),
    )  # fmt: skip
    return printable(text) + "\n"


def load() -> None:
    """Compile the templates, which is a good part of the time that a small page takes."""
    for name in _templates().list_templates():
        _templates().get_template(name)


@dataclass(frozen=True)
class _Inlined:
    """A file that is written into the page, and the source expression that allows it."""

    text: Markup
    digest: str


@cache
def _inlined(name: str) -> _Inlined:
    text = (_FOLDER / name).read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return _Inlined(Markup(text), f"'sha256-{digest}'")  # noqa: S704 - a file of this package


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(_FILTERS)
    environment.globals.update(_GLOBALS)
    return environment


_FILTERS: Final[dict[str, Any]] = {
    "acceptance": acceptance,
    "control_id": links.control_id,
    "counted": counts_of,
    "counts": statuses.counts_mark,
    "differences": differences,
    "finding_anchor": anchors.finding_anchor,
    "name_of": name_of,
    "opinion_line": opinion_line,
    "place": links.place,
    "plural": plural,
    "prose": prose,
    "reading_of": reading_of,
    "resource_anchor": anchors.resource_anchor,
    "rule_anchor": anchors.rule_anchor,
    "said_of": said_of,
    "seen": results.seen,
    "seen_in": results.seen_in,
    "shortened": shortened,
    "standing": statuses.attestation_mark,
    "status": statuses.status_mark,
    "statuses": statuses.statuses_of,
    "subject_of": subject_of,
    "theme_counts": theme_counts,
    "type_anchor": anchors.type_anchor,
}
_GLOBALS: Final[dict[str, Any]] = {
    "basis": BASIS,
    "counting": COUNTING_ATTESTATIONS,
    "effectiveness_line": effectiveness_line,
    "framework_anchor": anchors.framework_anchor,
    "glossary": GLOSSARY,
    "legend": legend(),
    "meaning": statuses.SHOWN,
    "severities": SEVERITIES,
    "shown_status": shown_status,
    "statuses": STATUSES,
    "verdict_line": verdict_line,
}
