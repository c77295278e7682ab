"""Whether the file that an attestation rests on is there, and is the one that was attested."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from compliance.attestations.attestation import EvidenceFile


class OutsideProjectError(ValueError):
    """A link leads from the project's folder to a file outside it; the message says so."""


def evidence_fault(evidence: EvidenceFile, project: Path) -> str:
    """What is wrong with an evidence file of a project, in words; empty where nothing is.

    Raises :class:`OutsideProjectError` where it is not in the project once links are followed.
    """
    # Unlike Path.resolve it takes links that go in a circle.
    file = Path(os.path.realpath(project / evidence.path))
    if not file.is_relative_to(os.path.realpath(project)):
        raise OutsideProjectError(f"evidence {evidence.path} leads out of the project's folder")
    try:
        # To open another thing than a file, a pipe say, might wait for ever.
        if not file.is_file():
            found = "is no file" if os.path.lexists(file) else "is not there"
            return f"its evidence {evidence.path} {found}"
        with file.open("rb") as opened:
            digest = f"sha256:{hashlib.file_digest(opened, 'sha256').hexdigest()}"
    except OSError as error:
        return f"its evidence {evidence.path} cannot be read: {error.strerror or error}"
    if digest == evidence.digest:
        return ""
    return (
        f"its evidence {evidence.path} is not the file that was attested: "
        f"it has {digest}, and {evidence.digest} was attested"
    )
