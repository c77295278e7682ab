"""The attestations of a run of the gate: which file, and what became of each of them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Final

from payment_guardrails.waivers.place import named

from compliance.attestations.attestation import Attestation, judged
from compliance.attestations.attestation_file import AttestationFileError, read_attestations
from compliance.attestations.evidence_files import OutsideProjectError, evidence_fault
from compliance.controls.framework import Framework
from compliance.evidence import AttestationEntry, AttestationFileEntry
from compliance.project_folder import project_folder

USUAL: Final = Path("compliance/attestations.yaml")
"""The file's place in a project."""


def find_attestations(
    program: Path, given: Path | None, frameworks: Iterable[Framework], as_of: date
) -> tuple[AttestationFileEntry | None, tuple[AttestationEntry, ...]]:
    """The attestations for a program, judged on a day, in the order of their file.

    The file is the one `given`, else the one in the program's project, else there is none.
    Evidence files are looked for in the project's folder in either case.

    Raises :class:`AttestationFileError` where the file is not valid.
    """
    project = project_folder(program)
    found = _located(project, given)
    if found is None:
        return None, ()
    file, shown = found
    read = read_attestations(file, frameworks, shown)
    return (
        AttestationFileEntry(shown, read.digest),
        tuple(_entry(each, project, shown, as_of) for each in read.attestations),
    )


def _located(project: Path, given: Path | None) -> tuple[Path, str] | None:
    if given is not None:
        return given, named(given, project, str(given))
    # A link that leads nowhere was meant to lead somewhere: reading it says so.
    if os.path.lexists(project / USUAL):
        return project / USUAL, USUAL.as_posix()
    return None


def _entry(attestation: Attestation, project: Path, shown: str, as_of: date) -> AttestationEntry:
    evidence = attestation.evidence
    try:
        fault = evidence_fault(evidence, project) if evidence else ""
    except OutsideProjectError as error:
        raise AttestationFileError(
            f"{shown}:{attestation.line}: {error}; copy the file into it"
        ) from error
    standing, explanation = judged(attestation, as_of, fault)
    return AttestationEntry(
        framework=attestation.framework,
        control=attestation.control,
        status=standing.value,
        explanation=explanation,
        statement=attestation.statement,
        owner=attestation.owner,
        date=attestation.date,
        valid_until=attestation.valid_until,
        evidence_file=evidence.path if evidence else "",
        evidence_digest=evidence.digest if evidence else "",
        line=attestation.line,
        version=attestation.version,
    )
