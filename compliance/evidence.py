"""The evidence: all that a report may say. `report.json` is this, written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from payment_guardrails.remediation import Remediation

from compliance.proof.effectiveness import Effectiveness

SCHEMA_VERSION: Final = "1.0"
STATUSES: Final = ("fail", "undecided", "waived", "pass", "not_applicable")
SEVERITIES: Final = ("critical", "high", "medium", "low")


@dataclass(frozen=True)
class Subject:
    """What was evaluated, how and when. Dates are ISO 8601; digests are `sha256:...`."""

    project: str
    stack: str
    engine: str
    program_digest: str
    as_of: str
    evaluated_at: str | None
    engine_note: str
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Pack:
    """The rules that judged: the pack, the digest of its files, its configuration."""

    name: str
    version: str
    digest: str
    configuration: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class ResourceEntry:
    """A resource of the stack. `tested` is False where no rule is for its type."""

    urn: str
    type: str
    name: str
    inputs_digest: str
    tested: bool


@dataclass(frozen=True)
class Result:
    """What one rule says of one resource, or of one fault in it.

    `waiver` is the one that counts for it; `waiver_note` says why none does though one
    speaks of it, or is empty.
    """

    id: str
    rule: str
    level: str
    resource: str | None
    status: str
    severity: str
    message: str
    property_path: str
    fix: str
    waiver: Mapping[str, Any] | None
    waiver_note: str = ""


@dataclass(frozen=True)
class ControlResult:
    """A requirement of a framework and what the results say of it.

    `kind` is automated, partial or manual; `evidence_wanted` is what a person must bring
    for a manual one. `resources` are the URNs on which its rules gave a verdict.
    """

    framework: str
    version: str
    id: str
    title: str
    kind: str
    status: str
    basis: str
    rules: tuple[str, ...]
    resources: tuple[str, ...]
    note: str
    evidence_wanted: str


@dataclass(frozen=True)
class RuleCard:
    """What a reader of the report needs to know of a rule."""

    name: str
    title: str
    rationale: str


@dataclass(frozen=True)
class Summary:
    """The verdict, and counts of pairs of rule and resource by status and severity."""

    verdict: str
    mandatory_failed: int
    mandatory_undecided: int
    resources: int
    resources_tested: int
    statuses: Mapping[str, int]
    severities: Mapping[str, Mapping[str, int]]
    requirements_total: int
    requirements_with_evidence: int


@dataclass(frozen=True)
class WaiverFileEntry:
    """The file of waivers that was used: its place in the project, and its digest."""

    path: str
    digest: str


@dataclass(frozen=True)
class WaiverEntry:
    """A waiver and what became of it.

    `status` is active, expiring, unused, expired or malformed, `explanation` says why in
    words; the last two did not count. `results` are the ids of the results that it speaks of.
    """

    id: str
    status: str
    explanation: str
    results: tuple[str, ...]
    rule: str
    finding: str | None
    resource: str
    reason: str
    owner: str
    expires: str
    ticket: str | None
    line: int


@dataclass(frozen=True)
class Evidence:
    """Everything that a report says."""

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
    schema_version: str = field(default=SCHEMA_VERSION)

    def as_json(self) -> dict[str, Any]:
        """The content of report.json."""
        data = asdict(self)
        version = data.pop("schema_version")
        return {"schema_version": version, **data}

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Evidence:
        """The evidence in a report.json that is valid by its schema; newer fields are ignored."""
        return Evidence(
            subject=_make(Subject, data["subject"], notes=tuple(data["subject"]["notes"])),
            pack=_make(Pack, data["pack"]),
            summary=_make(Summary, data["summary"]),
            resources=tuple(_make(ResourceEntry, item) for item in data["resources"]),
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
            schema_version=data["schema_version"],
        )


def _effectiveness(data: Mapping[str, Any] | None) -> Effectiveness | None:
    return None if data is None else Effectiveness.from_json(data)


def _make(kind: type[Any], data: Mapping[str, Any], **changed: Any) -> Any:
    names = kind.__dataclass_fields__
    return kind(**{**{name: data[name] for name in names if name in data}, **changed})


def summarize(
    resources: tuple[ResourceEntry, ...],
    results: tuple[Result, ...],
    controls: tuple[ControlResult, ...],
) -> Summary:
    """The counts and the verdict: `fail` where a mandatory result failed or is undecided."""
    pairs: dict[tuple[str, str | None], Result] = {}
    for result in results:
        pair = (result.rule, result.resource)
        known = pairs.get(pair)
        if known is None or STATUSES.index(result.status) < STATUSES.index(known.status):
            pairs[pair] = result
    judged = list(pairs.values())

    def count(status: str, **wanted: str) -> int:
        return sum(
            result.status == status
            and all(getattr(result, name) == value for name, value in wanted.items())
            for result in judged
        )

    failed, undecided = (
        sum(result.status == status and result.level == "mandatory" for result in results)
        for status in ("fail", "undecided")
    )
    return Summary(
        verdict="fail" if failed or undecided else "pass",
        mandatory_failed=failed,
        mandatory_undecided=undecided,
        resources=len(resources),
        resources_tested=sum(resource.tested for resource in resources),
        statuses={status: count(status) for status in STATUSES},
        severities={
            severity: {status: count(status, severity=severity) for status in STATUSES}
            for severity in SEVERITIES
        },
        requirements_total=len(controls),
        requirements_with_evidence=sum(
            control.status not in ("manual", "not_tested") for control in controls
        ),
    )
