"""Waivers for checks of another tool, which the gate asks beside this pack."""

from __future__ import annotations

import re
from typing import Final

# Checkov's ids, and those that its users give to checks of their own: CKV_AWS_28, CKV2_ACME_1.
_ID: Final = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")


def is_foreign(rule: str) -> bool:
    """Whether a waiver's rule is a check of another tool: this pack's names are lower case."""
    return _ID.fullmatch(rule) is not None
