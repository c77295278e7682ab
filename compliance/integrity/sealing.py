"""Closing a report folder: its manifest, written last, and its signature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from compliance.evidence import Evidence
from compliance.integrity import folder as own
from compliance.integrity.manifest import LARGEST_MANIFEST, FileDigest, Manifest, claims_of
from compliance.integrity.names import (
    ENVELOPE,
    MANIFEST,
    OF_THE_SEAL,
    REPORT,
    is_file_name,
)
from compliance.integrity.report_file import ReportFileError, read_evidence
from compliance.integrity.strict_json import JsonError, parse
from compliance.proof.files import DATA, PAGE, read_proof
from compliance.reports import write_files
from compliance.reports.json_report import write_json

if TYPE_CHECKING:  # signing loads the library, and only signing
    from compliance.integrity.keys import SigningKey

_OF_A_PROOF: Final = (DATA, PAGE)


@dataclass(frozen=True)
class Seal:
    """What closing a folder wrote, and which files of an earlier run it removed."""

    written: tuple[Path, ...]
    removed: tuple[Path, ...]


def seal(
    evidence: Evidence,
    written: Sequence[Path],
    folder: Path,
    key: SigningKey | None = None,
) -> Seal:
    """Close a report folder: its manifest lists the files of this report, and no others.

    These are the files `written` now, and those of an earlier run that are of the same report
    (see :func:`_of_the_same_report`); others of an earlier run are removed first (see
    :func:`_remove`). With a key, the manifest is signed, and nothing of an earlier run
    is listed: its manifest may have no signature, and would get one here.
    Raises what :func:`write_manifest` does.
    """
    earlier = _earlier(folder)
    same = _of_the_same_report(evidence, earlier, written, folder) if key is None else ()
    files = (*written, *same)
    removed = _remove(earlier, files, folder)
    manifest = write_manifest(evidence, files, folder)
    if key is None:
        return Seal((manifest,), removed)
    return Seal((manifest, sign(manifest, key)), removed)


def write_manifest(evidence: Evidence, written: Sequence[Path], folder: Path) -> Path:
    """Write the manifest of the files `written` into a folder; the signature there was, goes.

    The files of a proof (`compliance prove`) that the evidence took in are listed, too, where
    they are in the folder.

    Raises `ValueError` where a file is not of the folder, `OSError` where one cannot be read.
    """
    names = {_name(path, folder) for path in written} | _proof(evidence, folder)
    files = tuple(FileDigest(name, _digest(folder, name)) for name in sorted(names))
    text = Manifest(files, claims_of(evidence)).text()
    # It signs another manifest, and would be taken for the signature of this one.
    (folder / ENVELOPE).unlink(missing_ok=True)
    (manifest,) = write_files([(MANIFEST, text)], folder)
    return manifest


def sign(manifest: Path, key: SigningKey) -> Path:
    """Write the signature of a manifest beside it."""
    from compliance.integrity.envelope import signed  # noqa: PLC0415 - loads the library

    (envelope,) = write_files([(ENVELOPE, signed(manifest.read_bytes(), key))], manifest.parent)
    return envelope


def _of_the_same_report(
    evidence: Evidence, earlier: Sequence[str], written: Sequence[Path], folder: Path
) -> tuple[Path, ...]:
    """The files that an earlier run made of this very evidence: its report.json says so."""
    names = {path.name for path in written}
    if REPORT not in earlier or not (REPORT in names or _holds(folder, evidence)):
        return ()
    return tuple(folder / name for name in earlier if name not in names)


def _holds(folder: Path, evidence: Evidence) -> bool:
    """Whether the folder's report.json is this evidence; an older one may have fewer fields."""
    try:
        found = read_evidence(folder)
    except ReportFileError:
        return False
    return write_json(found) == write_json(evidence)


def _remove(earlier: Sequence[str], kept: Sequence[Path], folder: Path) -> tuple[Path, ...]:
    """Remove the reports of an earlier run, but those to be kept.

    A reader would take them for this run's. Removed is only what the folder's own manifest
    lists, with the very bytes that it lists: what anybody edited or added stays, and
    `compliance verify` names it. A report.json stays, too: others can be made of it again, it
    cannot be made of them.
    """
    names = {path.name for path in kept} | {REPORT}
    removed = tuple(folder / name for name in earlier if name not in names)
    for path in removed:
        path.unlink()
    return removed


def _earlier(folder: Path) -> tuple[str, ...]:
    """The reports that the folder's manifest lists, where they are as it lists them.

    The files of a proof are none: they are for many runs, and may count again.
    """
    return tuple(
        file.name
        for file in _listed(folder)
        if is_file_name(file.name)
        and file.name not in OF_THE_SEAL.union(_OF_A_PROOF)
        and _is_as_listed(folder, file)
    )


def _is_as_listed(folder: Path, file: FileDigest) -> bool:
    try:
        return own.digest(folder, file.name) == file.digest
    except own.FolderError:
        return False


def _listed(folder: Path) -> tuple[FileDigest, ...]:
    """What the manifest of an earlier run lists; nothing where it is not one that we wrote."""
    try:
        content = own.read(folder, MANIFEST, LARGEST_MANIFEST)
        manifest = Manifest.from_json(parse(content))
        ours = manifest.text().encode("ascii") == content
    except (own.FolderError, JsonError, LookupError, TypeError, RecursionError):
        return ()
    return manifest.files if ours else ()


def _proof(evidence: Evidence, folder: Path) -> frozenset[str]:
    """The files of the proof in a folder, where it is the one that the evidence took in."""
    pack = evidence.pack
    found, _ = read_proof(folder, evidence.subject, pack.digest, pack.configuration)
    if found is None or found != evidence.effectiveness:
        return frozenset()
    return frozenset(name for name in _OF_A_PROOF if (folder / name).is_file())


def _name(path: Path, folder: Path) -> str:
    if path.parent != folder or path.name in OF_THE_SEAL:
        raise ValueError(f"{path} is no report in {folder}")
    return path.name


def _digest(folder: Path, name: str) -> str:
    try:
        return own.digest(folder, name)
    except own.FolderError as error:
        raise OSError(None, f"{name} {error}", str(folder)) from None
