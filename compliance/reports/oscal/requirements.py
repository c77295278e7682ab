"""Controls of frameworks in OSCAL: their ids, and the catalogs that hold them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from compliance.evidence import ControlResult, Evidence
from compliance.reports.oscal.document import line, prose, token
from compliance.reports.oscal.identity import uuid_of

_NIST: Final = ("NIST SP 800-53", "r5")
_NIST_CATALOG: Final = (
    "https://raw.githubusercontent.com/usnistgov/oscal-content/main/nist.gov/SP800-53/rev5/json/"
    "NIST_SP-800-53_rev5_catalog.json"
)
# `AC-2(1)` is `ac-2.1` in NIST's catalog.
_NIST_ID: Final = re.compile(r"([A-Z]{2})-([0-9]+)(?:\(([0-9]+)\))?")


@dataclass(frozen=True)
class Framework:
    """A framework and its controls that rules serve; `source` is where OSCAL finds them."""

    name: str
    version: str
    source: str
    controls: tuple[ControlResult, ...]

    @property
    def title(self) -> str:
        """`PCI DSS v4.0.1`."""
        return line(f"{self.name} {self.version}")


def control_id(control: ControlResult) -> str:
    """The id of a control: NIST's own in its catalog, else one with the framework in it."""
    match = _NIST_ID.fullmatch(control.id)
    if (control.framework, control.version) == _NIST and match:
        family, number, enhancement = match.groups()
        return f"{family.lower()}-{number}{f'.{enhancement}' if enhancement else ''}"
    return token(f"{control.framework} {control.version} {control.id}")


def tested_frameworks(evidence: Evidence) -> list[Framework]:
    """The frameworks with the controls that rules serve; those without any are left out."""
    grouped: dict[tuple[str, str], list[ControlResult]] = {}
    for control in evidence.controls:
        if control.kind != "manual":
            grouped.setdefault((control.framework, control.version), []).append(control)
    return [
        Framework(name, version, _source(name, version), tuple(controls))
        for (name, version), controls in grouped.items()
    ]


def back_matter_resources(frameworks: Iterable[Framework]) -> list[dict[str, Any]]:
    """A resource for each framework that has no OSCAL catalog."""
    return [
        {
            "uuid": each.source.removeprefix("#"),
            "title": each.title,
            "description": prose(
                f"{each.title} is not published as an OSCAL catalog. Ids of its controls are its "
                "own, with its name before them."
            ),
        }
        for each in frameworks
        if each.source.startswith("#")
    ]


def _source(name: str, version: str) -> str:
    if (name, version) == _NIST:
        return _NIST_CATALOG
    return f"#{uuid_of('framework', name, version)}"
