"""When a difference stops a pipeline."""

from __future__ import annotations

from enum import StrEnum

from compliance.difference import Difference


class FailOn(StrEnum):
    """What makes the exit status 1."""

    NEW = "new"
    """A mandatory finding that is open now and did not stop a pipeline before."""
    ANY = "any"
    """Any mandatory finding that is open now: the verdict of the later report itself."""
    NEVER = "never"


def fails(difference: Difference, fail_on: FailOn) -> bool:
    """Whether the exit status is 1.

    `NEW` lets a finding pass that stopped the earlier report too, also where it was undecided
    then and failed now. It does not let one pass whose waiver is gone, or that was advisory.
    """
    if fail_on is FailOn.NEW:
        return bool(difference.newly_blocking)
    return fail_on is FailOn.ANY and difference.head.verdict == "fail"
