"""Attestations: what persons state of controls that no rule can test.

A control that is manual by its framework's file stays `manual`; the attestation is shown
beside it, for as long as its dates allow and its evidence is the file that was attested.
"""

from __future__ import annotations

from compliance.attestations.attestation_file import AttestationFileError
from compliance.attestations.attested import find_attestations

__all__ = ["AttestationFileError", "find_attestations"]
