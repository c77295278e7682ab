"""What persons state of the controls that no rule tests."""

from __future__ import annotations

from typing import Any

from compliance.evidence import AttestationEntry, Evidence
from compliance.reports.oscal.document import NAMESPACE, line, properties, prose
from compliance.reports.oscal.identity import Identity


def attestations(evidence: Evidence) -> list[dict[str, Any]]:
    """A statement for each attestation; `status` says whether it stands on the date judged on."""
    uuids = Identity.of(evidence.subject).of_each(
        "attestation", ((each.framework, each.control) for each in evidence.attestations)
    )
    return [
        {"parts": [_part(uuid, each)]}
        for uuid, each in zip(uuids, evidence.attestations, strict=True)
    ]


def _part(uuid: str, entry: AttestationEntry) -> dict[str, Any]:
    why = f" ({entry.explanation})" if entry.explanation else ""
    return {
        "uuid": uuid,
        "name": "attestation",
        "ns": NAMESPACE,
        "title": line(f"{entry.framework} {entry.control}: {entry.status}"),
        "props": properties(
            {
                "status": entry.status,
                "owner": entry.owner,
                "date": entry.date,
                "valid-until": entry.valid_until,
                "evidence-file": entry.evidence_file,
                "evidence-digest": entry.evidence_digest,
            }
        ),
        "prose": prose(f"{entry.statement}{why}"),
    }
