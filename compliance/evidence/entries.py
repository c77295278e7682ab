"""The parts of the evidence: what each entry of a report is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from payment_guardrails.links import Link
from payment_guardrails.resource import Location

PACK: Final = "pack"
CHECKOV: Final = "checkov"
"""Whose rule a result is of."""


@dataclass(frozen=True)
class Subject:
    """What was evaluated, how and when. Dates are ISO 8601; digests are `sha256:...`.

    `folder` is the project's folder in its repository, with slashes; empty where it is the
    root of one, or in none. `sources` are the files of which `program_digest` is made:
    `sha256:...` of each by its path.
    """

    project: str
    stack: str
    engine: str
    program_digest: str
    as_of: str
    evaluated_at: str | None
    engine_note: str
    notes: tuple[str, ...]
    folder: str = ""
    sources: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Pack:
    """The rules that judged: the pack, the digest of its files, its configuration."""

    name: str
    version: str
    digest: str
    configuration: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class ResourceEntry:
    """A resource of the stack. `tested` is False where no rule is for its type.

    `parent` is a URN. `location` is where the program creates it, None where the engine
    cannot know. `links` are the resources that its properties speak of. `classification` is
    the class of data that its tags declare, `stores` what it keeps (`items`, `messages`, ...);
    both are empty where there is none.
    """

    urn: str
    type: str
    name: str
    inputs_digest: str
    tested: bool
    parent: str | None = None
    location: Location | None = None
    links: tuple[Link, ...] = ()
    classification: str = ""
    stores: str = ""


@dataclass(frozen=True)
class Result:
    """What one rule says of one resource, or of one fault in it.

    `waiver` is the one that counts for it; `waiver_note` says why none does though one
    speaks of it, or is empty. `tool` is `pack`, or `checkov` for a check of Checkov's (`rule`
    is its id then).
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
    tool: str = PACK


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
class AttestationFileEntry:
    """The file of attestations that was used: its place in the project, and its digest."""

    path: str
    digest: str


@dataclass(frozen=True)
class AttestationEntry:
    """What a person states of a manual control, and whether it stands on the date judged on.

    `status` is `valid`, `expiring` (within 14 days), `expired` or `malformed` (the last two do
    not count), `explanation` says why in words. Dates are ISO 8601. `evidence_file` is a path
    from the project's folder, `evidence_digest` the `sha256:...` that the attestation gives
    for it; both are empty where it names none. `line` is where it is written. `version` is the
    framework's.
    """

    framework: str
    control: str
    status: str
    explanation: str
    statement: str
    owner: str
    date: str
    valid_until: str
    evidence_file: str
    evidence_digest: str
    line: int
    version: str = ""


@dataclass(frozen=True)
class AgreementEntry:
    """A theme that the pack and Checkov both judged on a resource (a URN).

    `pack` and `checkov` are `pass`, `fail` (waived or not) or `undecided`. `verdict` is
    `agree`, `differ`, or `open` where one of them could not decide. `reading` says what a
    difference means; it is empty where nobody has explained it.
    """

    theme: str
    rule: str
    checks: tuple[str, ...]
    resource: str
    pack: str
    checkov: str
    verdict: str
    reading: str


@dataclass(frozen=True)
class SecondOpinion:
    """What Checkov was asked, beside its results, which stand among the others.

    `version` is Checkov's. `judged` is the number of resources on which it gave a result,
    `unseen` are those (URNs) that it was not shown, because Terraform has no such type.
    """

    version: str
    judged: int
    unseen: tuple[str, ...]
    agreement: tuple[AgreementEntry, ...]
