"""The manifest of a report folder as data: which files, and what they say of which inputs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from compliance.evidence import Evidence

STATEMENT_TYPE: Final = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE: Final = "urn:payment-processing-compliance:report-manifest:v1"
"""What manifest.schema.json describes. Other fields or meanings are another version."""

LARGEST_MANIFEST: Final = 16 * 1024 * 1024
"""The most bytes that are read of a manifest: a hundred thousand files have fewer."""

_PREFIX: Final = "sha256:"


@dataclass(frozen=True)
class FileDigest:
    """A file and the SHA-256 of its bytes, `sha256:` and 64 hexadecimal digits."""

    name: str
    digest: str


@dataclass(frozen=True)
class Claims:
    """What a manifest says of the evaluation; report.json must say the same.

    The fields are those of the evidence. `sources` are the files of the program, in the order
    in which its digest, `program`, is made of them; none where they are not known.
    `configuration` is the digest of the pack's configuration (see
    :func:`configuration_digest`); `waivers` and `attestations` are the files that were used,
    None where there was none.
    """

    report_version: str
    project: str
    stack: str
    engine: str
    as_of: str
    evaluated_at: str | None
    verdict: str
    program: str
    sources: tuple[FileDigest, ...]
    pack_name: str
    pack_version: str
    pack: str
    configuration: str
    waivers: FileDigest | None
    attestations: FileDigest | None


@dataclass(frozen=True)
class Manifest:
    """The files of a report folder by name, and the claims."""

    files: tuple[FileDigest, ...]
    claims: Claims

    def text(self) -> str:
        """The content of manifest.json: the same for the same manifest, ASCII alone."""
        statement = {
            "_type": STATEMENT_TYPE,
            "subject": _descriptors(sorted(self.files, key=lambda each: each.name)),
            "predicateType": PREDICATE_TYPE,
            "predicate": _predicate(self.claims),
        }
        return json.dumps(statement, indent=1, ensure_ascii=True) + "\n"

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Manifest:
        """The manifest in a Statement that is valid by manifest.schema.json."""
        predicate = data["predicate"]
        pack = predicate["pack"]
        claims = Claims(
            report_version=predicate["reportVersion"],
            project=predicate["project"],
            stack=predicate["stack"],
            engine=predicate["engine"],
            as_of=predicate["asOf"],
            evaluated_at=predicate["evaluatedAt"],
            verdict=predicate["verdict"],
            program=_digest(predicate["program"]),
            sources=_files(predicate["program"]["files"]),
            pack_name=pack["name"],
            pack_version=pack["version"],
            pack=_digest(pack),
            configuration=_digest(predicate["configuration"]),
            waivers=_file(predicate["waivers"]),
            attestations=_file(predicate["attestations"]),
        )
        return Manifest(_files(data["subject"]), claims)


def claims_of(evidence: Evidence) -> Claims:
    """What the manifest of a report on this evidence says of it."""
    waivers, attestations = evidence.waiver_file, evidence.attestation_file
    return Claims(
        report_version=evidence.schema_version,
        project=evidence.subject.project,
        stack=evidence.subject.stack,
        engine=evidence.subject.engine,
        as_of=evidence.subject.as_of,
        evaluated_at=evidence.subject.evaluated_at,
        verdict=evidence.summary.verdict,
        program=evidence.subject.program_digest,
        sources=tuple(FileDigest(*each) for each in evidence.subject.sources.items()),
        pack_name=evidence.pack.name,
        pack_version=evidence.pack.version,
        pack=evidence.pack.digest,
        configuration=configuration_digest(evidence.pack.configuration),
        waivers=None if waivers is None else FileDigest(waivers.path, waivers.digest),
        attestations=(
            None if attestations is None else FileDigest(attestations.path, attestations.digest)
        ),
    )


def configuration_digest(configuration: Mapping[str, Any]) -> str:
    """The digest of a configuration: of its JSON with sorted keys, no spaces, ASCII alone."""
    text = json.dumps(configuration, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return _PREFIX + hashlib.sha256(text.encode("ascii")).hexdigest()


def _predicate(claims: Claims) -> dict[str, Any]:
    return {
        "reportVersion": claims.report_version,
        "project": claims.project,
        "stack": claims.stack,
        "engine": claims.engine,
        "asOf": claims.as_of,
        "evaluatedAt": claims.evaluated_at,
        "verdict": claims.verdict,
        "program": {
            "digest": _digest_set(claims.program),
            "files": _descriptors(claims.sources),
        },
        "pack": {
            "name": claims.pack_name,
            "version": claims.pack_version,
            "digest": _digest_set(claims.pack),
        },
        "configuration": {"digest": _digest_set(claims.configuration)},
        "waivers": None if claims.waivers is None else _descriptor(claims.waivers),
        "attestations": None if claims.attestations is None else _descriptor(claims.attestations),
    }


def _descriptors(files: Iterable[FileDigest]) -> list[dict[str, Any]]:
    return [_descriptor(each) for each in files]


def _descriptor(file: FileDigest) -> dict[str, Any]:
    # https://github.com/in-toto/attestation/blob/main/spec/v1/resource_descriptor.md
    return {"name": file.name, "digest": _digest_set(file.digest)}


def _digest_set(digest: str) -> dict[str, str]:
    # https://github.com/in-toto/attestation/blob/main/spec/v1/digest_set.md
    return {"sha256": digest.removeprefix(_PREFIX)}


def _digest(described: Mapping[str, Any]) -> str:
    return f"{_PREFIX}{described['digest']['sha256']}"


def _file(descriptor: Mapping[str, Any] | None) -> FileDigest | None:
    return None if descriptor is None else FileDigest(descriptor["name"], _digest(descriptor))


def _files(descriptors: Iterable[Mapping[str, Any]]) -> tuple[FileDigest, ...]:
    return tuple(FileDigest(each["name"], _digest(each)) for each in descriptors)
