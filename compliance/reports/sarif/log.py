"""The SARIF log around the results: the tool, the run, the frameworks as taxonomies."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from compliance.evidence import Evidence
from compliance.reports.characters import encodable, one_line
from compliance.reports.json_layout import json_text
from compliance.reports.moments import utc_moment
from compliance.reports.sarif.results import SOURCE_ROOT
from compliance.reports.sarif.rules import rule_objects, taxonomies
from compliance.wording import verdict_line

_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
# https://semver.org/#backusnaur-form-grammar-for-valid-semver-versions, without build metadata
_SEMANTIC_VERSION: Final = re.compile(r"(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}(-[0-9A-Za-z.-]+)?")


def log_text(
    evidence: Evidence, results: Sequence[dict[str, Any]], notes: Sequence[str] = ()
) -> str:
    """The whole log with these result objects; `notes` are about the file itself."""
    subject = evidence.subject
    frameworks = taxonomies(evidence)
    run = {
        "tool": {"driver": _driver(evidence, frameworks)},
        "automationDetails": {"id": encodable(f"compliance/{subject.project}/{subject.stack}/")},
        "invocations": [_invocation(evidence, notes)],
        "originalUriBaseIds": {
            SOURCE_ROOT: {"description": {"text": "The root of the repository."}}
        },
        "columnKind": "unicodeCodePoints",
        **({"taxonomies": frameworks} if frameworks else {}),
        "results": results,
        "properties": {
            "engine": subject.engine,
            "engineNote": encodable(subject.engine_note),
            "asOf": subject.as_of,
            "programDigest": subject.program_digest,
            "packDigest": evidence.pack.digest,
            "verdict": evidence.summary.verdict,
            "statuses": dict(evidence.summary.statuses),
        },
    }
    return json_text({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, depth=6)


def _driver(evidence: Evidence, frameworks: Sequence[dict[str, Any]]) -> dict[str, Any]:
    pack = evidence.pack
    version = one_line(pack.version) or "unknown"
    kind = "semanticVersion" if _SEMANTIC_VERSION.fullmatch(version) else "version"
    supported = [{"name": each["name"], "index": index} for index, each in enumerate(frameworks)]
    return {
        "name": one_line(pack.name) or "compliance",
        kind: version,
        **({"supportedTaxonomies": supported} if supported else {}),
        "rules": rule_objects(evidence),
    }


def _invocation(evidence: Evidence, notes: Sequence[str]) -> dict[str, Any]:
    """The evaluation itself went well whatever it found (3.20.14)."""
    told = (verdict_line(evidence), *notes, *evidence.subject.notes)
    end = utc_moment(evidence.subject.evaluated_at)
    return {
        "executionSuccessful": True,
        **({"endTimeUtc": end} if end else {}),
        "toolExecutionNotifications": [
            {"level": "note", "message": {"text": encodable(note)}} for note in told if note
        ],
    }
