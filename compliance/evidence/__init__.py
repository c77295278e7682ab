"""The evidence: all that a report may say. `report.json` is this, written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any, Final

from payment_guardrails.iam.grant import Grant
from payment_guardrails.links import Link
from payment_guardrails.remediation import Remediation
from payment_guardrails.resource import Location

from compliance.evidence.entries import (
    CHECKOV,
    PACK,
    AgreementEntry,
    AttestationEntry,
    AttestationFileEntry,
    ControlResult,
    Pack,
    ResourceEntry,
    Result,
    RuleCard,
    SecondOpinion,
    Subject,
    Summary,
    WaiverEntry,
    WaiverFileEntry,
)
from compliance.evidence.summary import SEVERITIES, STATUSES, summarize
from compliance.proof.effectiveness import Effectiveness

__all__ = [
    "CHECKOV",
    "PACK",
    "SCHEMA_VERSION",
    "SEVERITIES",
    "STATUSES",
    "AgreementEntry",
    "AttestationEntry",
    "AttestationFileEntry",
    "ControlResult",
    "Evidence",
    "Grant",
    "Link",
    "Location",
    "Pack",
    "ResourceEntry",
    "Result",
    "RuleCard",
    "SecondOpinion",
    "Subject",
    "Summary",
    "WaiverEntry",
    "WaiverFileEntry",
    "summarize",
]

SCHEMA_VERSION: Final = "1.0"
_ATOMS: Final = frozenset({str, int, float, bool, type(None)})


@dataclass(frozen=True)
class Evidence:
    """Everything that a report says.

    `grants_incomplete` are the principals (URNs) whose grants cannot all be told.
    """

    subject: Subject
    pack: Pack
    summary: Summary
    resources: tuple[ResourceEntry, ...]
    results: tuple[Result, ...]
    controls: tuple[ControlResult, ...]
    rules: tuple[RuleCard, ...]
    remediations: tuple[Remediation, ...] = ()
    effectiveness: Effectiveness | None = None
    waiver_file: WaiverFileEntry | None = None
    waivers: tuple[WaiverEntry, ...] = ()
    grants: tuple[Grant, ...] = ()
    grants_incomplete: tuple[str, ...] = ()
    attestation_file: AttestationFileEntry | None = None
    attestations: tuple[AttestationEntry, ...] = ()
    second_opinion: SecondOpinion | None = None
    schema_version: str = field(default=SCHEMA_VERSION)

    def as_json(self) -> dict[str, Any]:
        """The content of report.json."""
        data = _plain(self)
        version = data.pop("schema_version")
        return {"schema_version": version, **data}

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Evidence:
        """The evidence in a report.json that is valid by its schema; newer fields are ignored."""
        return Evidence(
            subject=_make(Subject, data["subject"], notes=tuple(data["subject"]["notes"])),
            pack=_make(Pack, data["pack"]),
            summary=_make(Summary, data["summary"]),
            resources=tuple(_resource(item) for item in data["resources"]),
            results=tuple(_make(Result, item) for item in data["results"]),
            controls=tuple(
                _make(
                    ControlResult,
                    item,
                    rules=tuple(item["rules"]),
                    resources=tuple(item["resources"]),
                )
                for item in data["controls"]
            ),
            rules=tuple(_make(RuleCard, item) for item in data["rules"]),
            remediations=tuple(_make(Remediation, item) for item in data.get("remediations", ())),
            effectiveness=_effectiveness(data.get("effectiveness")),
            waiver_file=(
                _make(WaiverFileEntry, data["waiver_file"]) if data.get("waiver_file") else None
            ),
            waivers=tuple(
                _make(WaiverEntry, item, results=tuple(item["results"]))
                for item in data.get("waivers", ())
            ),
            grants=tuple(Grant.from_json(item) for item in data.get("grants", ())),
            grants_incomplete=tuple(data.get("grants_incomplete", ())),
            attestation_file=(
                _make(AttestationFileEntry, data["attestation_file"])
                if data.get("attestation_file")
                else None
            ),
            attestations=tuple(
                _make(AttestationEntry, item) for item in data.get("attestations", ())
            ),
            second_opinion=_second_opinion(data.get("second_opinion")),
            schema_version=data["schema_version"],
        )


def _plain(value: Any) -> Any:
    """What `dataclasses.asdict` gives, in a third of its time: a report has many entries."""
    kind: Any = type(value)
    if kind in _ATOMS:
        return value
    if kind in (tuple, list):
        return [_plain(each) for each in value]
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    return {name: _plain(getattr(value, name)) for name in _names(kind)}


@cache
def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind))


def _resource(data: Mapping[str, Any]) -> ResourceEntry:
    location = data.get("location")
    entry: ResourceEntry = _make(
        ResourceEntry,
        data,
        location=_make(Location, location) if location else None,
        links=tuple(_make(Link, each) for each in data.get("links", ())),
    )
    return entry


def _second_opinion(data: Mapping[str, Any] | None) -> SecondOpinion | None:
    if data is None:
        return None
    found: SecondOpinion = _make(
        SecondOpinion,
        data,
        unseen=tuple(data["unseen"]),
        agreement=tuple(
            _make(AgreementEntry, each, checks=tuple(each["checks"])) for each in data["agreement"]
        ),
    )
    return found


def _effectiveness(data: Mapping[str, Any] | None) -> Effectiveness | None:
    return None if data is None else Effectiveness.from_json(data)


def _make(kind: type[Any], data: Mapping[str, Any], **changed: Any) -> Any:
    names = kind.__dataclass_fields__
    return kind(**{**{name: data[name] for name in names if name in data}, **changed})
