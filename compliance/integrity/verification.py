"""Verifying a report folder: every file against the manifest, the manifest against the report.

`compliance verify` prints what this finds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from compliance.integrity import folder as own
from compliance.integrity.manifest import (
    LARGEST_MANIFEST,
    Claims,
    FileDigest,
    Manifest,
)
from compliance.integrity.manifest_file import ManifestError, read_manifest
from compliance.integrity.names import (
    ENVELOPE,
    MANIFEST,
    OF_THE_SEAL,
    REPORT,
    shown,
)
from compliance.integrity.report_file import ReportFileError, read_claims
from compliance.project import digest_of

if TYPE_CHECKING:  # the library is loaded where there is a signature
    from compliance.integrity.keys import PublicKey

# Base64 takes a third more than what it encodes.
_LARGEST_ENVELOPE: Final = 2 * LARGEST_MANIFEST


class NotVerifiableError(Exception):
    """There is nothing to verify against; the message names the place and the remedy."""


class Signature(Enum):
    """What is known of a folder's signature."""

    NONE = "there is none"
    NOT_CHECKED = "there is one, and no key was given to check it with"
    GOOD = "it was made with the key that was given"
    BAD = "it proves nothing, see the problems"


@dataclass(frozen=True)
class Problem:
    """Why a folder is not whole: `kind` is one word for the eye, `text` says it of `file`."""

    kind: str
    file: str
    text: str


@dataclass(frozen=True)
class Verification:
    """What was found. A folder without problems is whole.

    `key` is the id of the key that the signature names, or empty. `compared` is False where
    the folder has no report.json that the manifest could be compared with.
    """

    manifest: Manifest
    problems: tuple[Problem, ...]
    signature: Signature
    key: str
    compared: bool


def verify(folder: Path, key: PublicKey | None = None) -> Verification:
    """Hold a report folder against its manifest, and the manifest against the signature.

    Raises :class:`NotVerifiableError` where there is no folder or no manifest to go by.
    """
    content, manifest = _manifest(folder)
    problems = [
        *_rewritten(manifest, content),
        *_files(folder, manifest),
        *_sources(manifest.claims),
    ]
    differing = {problem.file for problem in problems}
    compared = any(file.name == REPORT for file in manifest.files)
    if compared and REPORT not in differing:
        problems.extend(_disagreements(folder, manifest.claims))
    signature, key_id, complaint = _signature(folder, content, key)
    if complaint:
        problems.append(Problem("signature", ENVELOPE, complaint))
    return Verification(manifest, tuple(problems), signature, key_id, compared)


def _manifest(folder: Path) -> tuple[bytes, Manifest]:
    if not folder.is_dir():
        what = "is no folder" if folder.exists() else "no such folder"
        raise NotVerifiableError(f"{folder}: {what}; name the folder that the gate wrote")
    try:
        content = own.read(folder, MANIFEST, LARGEST_MANIFEST)
        return content, read_manifest(content)
    except own.MissingFileError:
        raise NotVerifiableError(
            f"{folder / MANIFEST}: is missing, so nothing tells what the folder should hold; "
            "get the report again from where it was made"
        ) from None
    except (own.FolderError, ManifestError) as error:
        raise NotVerifiableError(
            f"{folder / MANIFEST}: {shown(str(error))}; get the report again from where it was made"
        ) from None


def _rewritten(manifest: Manifest, content: bytes) -> Iterator[Problem]:
    # One way to write it: no bit of it is without a meaning, and so without a check.
    if manifest.text().encode("ascii") != content:
        yield Problem(
            "differs", MANIFEST, "is not written as `compliance` writes it: it was edited"
        )


def _files(folder: Path, manifest: Manifest) -> Iterator[Problem]:
    for file in manifest.files:
        try:
            found = own.digest(folder, file.name)
        except own.MissingFileError:
            yield Problem("missing", file.name, "the manifest lists it, and it is not here")
        except own.FolderError as error:
            yield Problem("differs", file.name, str(error))
        else:
            if found != file.digest:
                text = f"its content is not what was listed: {found}, listed {file.digest}"
                yield Problem("differs", file.name, text)
    listed = {file.name for file in manifest.files} | OF_THE_SEAL
    try:
        present = own.entries(folder)
    except OSError as error:
        raise NotVerifiableError(f"{folder}: cannot be read ({error.strerror})") from None
    for name in present:
        if name not in listed:
            text = "the manifest does not list it: it is no part of this report"
            yield Problem("extra", name, text)


def _sources(claims: Claims) -> Iterator[Problem]:
    sources, program = claims.sources, claims.program
    # The digest of a state in one file is that of the file.
    alone = len(sources) == 1 and sources[0].digest == program
    if sources and not alone and digest_of({each.name: each.digest for each in sources}) != program:
        yield Problem(
            "differs", MANIFEST, "its list of the program's sources does not give their digest"
        )


def _disagreements(folder: Path, claims: Claims) -> Iterator[Problem]:
    try:
        told = read_claims(folder)
    except ReportFileError as error:
        yield Problem("differs", REPORT, shown(str(error)))
        return
    for each in fields(Claims):
        ours, theirs = getattr(claims, each.name), getattr(told, each.name)
        if ours != theirs:
            yield Problem(
                "differs",
                MANIFEST,
                f"says of {each.name.replace('_', ' ')}: {_said(ours)}, "
                f"but {REPORT} says: {_said(theirs)}",
            )


def _said(value: object) -> str:
    if isinstance(value, FileDigest):
        value = f"{value.name} ({value.digest})"
    if isinstance(value, tuple):
        value = ", ".join(map(_said, value))
    return shown(str(value or "none"))[:200]


def _signature(folder: Path, manifest: bytes, key: PublicKey | None) -> tuple[Signature, str, str]:
    """What is known of the signature, which key it names, and what is wrong with it, or ""."""
    try:
        content = own.read(folder, ENVELOPE, _LARGEST_ENVELOPE)
    except own.MissingFileError:
        if key is None:
            return Signature.NONE, "", ""
        return Signature.NONE, "", "is missing: the report is not signed, or no longer"
    except own.FolderError as error:
        return Signature.BAD, "", str(error)

    from compliance.integrity.envelope import (  # noqa: PLC0415 - loads the library
        EnvelopeError,
        check_signature,
        key_id,
        read_envelope,
    )

    try:
        envelope = read_envelope(content)
    except EnvelopeError as error:
        return Signature.BAD, "", shown(str(error))
    if envelope.payload != manifest:
        return Signature.BAD, key_id(envelope), f"is the signature of another {MANIFEST}"
    if key is None:
        return Signature.NOT_CHECKED, key_id(envelope), ""
    try:
        check_signature(envelope, key)
    except EnvelopeError as error:
        return Signature.BAD, key_id(envelope), str(error)
    return Signature.GOOD, key_id(envelope), ""
