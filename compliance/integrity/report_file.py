"""The evidence in a report folder's own report.json."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from compliance.evidence import Evidence
from compliance.integrity.folder import FolderError, read
from compliance.integrity.manifest import Claims, claims_of
from compliance.integrity.names import REPORT
from compliance.integrity.strict_json import JsonError, parse
from compliance.proof.effectiveness import EffectivenessError

_LARGEST: Final = 1024 * 1024 * 1024
_MISTAKEN: Final = "is no report: a part of it is of another type"


class ReportFileError(Exception):
    """There is no evidence in a report.json; the message says why, without its name."""


def read_evidence(folder: Path) -> Evidence:
    """The evidence in a folder's report.json, which an older version may have written.

    It is not held against its schema, which takes a quarter of a minute for 5,000 resources:
    whoever needs a value of it compares it with what it should be.
    Raises :class:`ReportFileError` where a part of it is missing.
    """
    try:
        return Evidence.from_json(parse(read(folder, REPORT, _LARGEST)))
    except FolderError as error:
        raise ReportFileError(str(error)) from None
    except (JsonError, EffectivenessError) as error:
        raise ReportFileError(f"is no report: {error}") from None
    except KeyError as error:
        raise ReportFileError(f"is no report: {error} is missing") from None
    except (TypeError, ValueError, AttributeError):
        raise ReportFileError(_MISTAKEN) from None


def read_claims(folder: Path) -> Claims:
    """What a manifest of a folder's report.json has to say. Raises :class:`ReportFileError`."""
    evidence = read_evidence(folder)
    try:
        return claims_of(evidence)
    except (TypeError, AttributeError):
        raise ReportFileError(_MISTAKEN) from None
