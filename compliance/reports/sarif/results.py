"""Results as SARIF result objects (3.27)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from compliance.evidence import Result
from compliance.reports.characters import encodable, one_line
from compliance.reports.places import Place
from compliance.reports.sarif.rules import level_of
from compliance.wording import acceptance, name_of

SOURCE_ROOT: Final = "SRCROOT"
# `[text](1)` is a link in a message (3.11.6).
_LINK: Final = re.compile(r"\](?=\()")


def result_object(result: Result, rule_index: int, place: Place) -> dict[str, Any]:
    """A failed, undecided or waived result at its place."""
    undecided = result.status == "undecided"
    return {
        "ruleId": encodable(result.rule),
        "ruleIndex": rule_index,
        "kind": "review" if undecided else "fail",
        "level": "none" if undecided else level_of(result),
        "message": {"text": message_text(result, place)},
        "locations": [location_object(result, place)],
        "partialFingerprints": {"complianceResult/v1": fingerprint(result)},
        **({"suppressions": [_suppression(result.waiver)]} if result.waiver is not None else {}),
        "properties": {
            "resultId": encodable(result.id),
            "severity": result.severity,
            "enforcement": result.level,
            "property": encodable(result.property_path),
        },
    }


def message_text(result: Result, place: Place) -> str:
    """Which resource, what is wrong with it, and where it is if that is not known."""
    said = f"{name_of(result.resource)}: {result.message}"
    if result.status == "undecided":
        said = f"Undecided: {said}"
    if result.waiver_note:
        said = f"{said}; {result.waiver_note}"
    if not place.known:
        said = f"{said} (the line that creates it is not known)"
    return _LINK.sub(r"\\]", one_line(said))


def location_object(result: Result, place: Place) -> dict[str, Any]:
    """The line of the program, and the resource by its URN as a logical location (3.33)."""
    region = {"startLine": place.line, "startColumn": 1, "endLine": place.line}
    urn = encodable(result.resource or "")
    logical = {"name": one_line(name_of(result.resource)), "fullyQualifiedName": urn}
    return {
        "physicalLocation": {
            "artifactLocation": {
                "uri": quote(encodable(place.file)),
                "uriBaseId": SOURCE_ROOT,
            },
            "region": region,
        },
        **({"logicalLocations": [{**logical, "kind": "resource"}]} if urn else {}),
    }


def fingerprint(result: Result) -> str:
    """The same for the same result of another run, wherever its line has moved to."""
    told = "\n".join((result.rule, result.resource or "", result.id))
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _suppression(waiver: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "kind": "external",
        "status": "accepted",
        "justification": one_line(acceptance(waiver)),
    }
