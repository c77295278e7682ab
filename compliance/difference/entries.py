"""The parts of a difference: what each entry of a comparison is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from compliance.evidence import Grant, Pack, ResourceEntry, Result, Subject


class Section(StrEnum):
    """What became of a finding, in the order in which a reader wants to know it."""

    NEW = "new"
    """Open now, and not there before."""
    BACK = "back"
    """Open now, and waived before."""
    CHANGED = "changed"
    """On both sides and not alike: failed or undecided, its level, or who accepts it until when."""
    WAIVED = "waived"
    """Accepted by a waiver now, and not accepted, or not there, before."""
    FIXED = "fixed"
    """There before, and not now."""
    UNCHANGED = "unchanged"


class Turn(StrEnum):
    """What became of a resource, or of the status of a control."""

    CAME = "came"
    WENT = "went"
    CHANGED = "changed"


class Reach(StrEnum):
    """What became of a grant, more access first."""

    WIDENED = "widened"
    """It covers a grant that the principal had before, or lost its condition."""
    ADDED = "added"
    NARROWED = "narrowed"
    """It is gone and covered a grant that the principal has now, or got a condition."""
    REMOVED = "removed"


@dataclass(frozen=True)
class Side:
    """What one of the two reports says of its own origin, and its verdict."""

    subject: Subject
    pack: Pack
    verdict: str
    mandatory_failed: int
    mandatory_undecided: int


@dataclass(frozen=True)
class FieldChange:
    """Something of the reports' origin that differs; a side that has none of it is empty."""

    field: str
    before: str
    after: str


@dataclass(frozen=True)
class Basis:
    """What differs between the reports beside the program itself.

    `subject` is what was evaluated, on which day and under which waivers (project, stack,
    engine, as_of, the digest of the waivers); the others are what judged it.
    Where one of those is not empty, a difference may come from the rules and not from the
    program. `configuration` has a change for each rule that both sides have, with its
    configuration as JSON. The last four name what only one side has.
    """

    subject: tuple[FieldChange, ...] = ()
    pack: tuple[FieldChange, ...] = ()
    configuration: tuple[FieldChange, ...] = ()
    rules_gone: tuple[str, ...] = ()
    rules_come: tuple[str, ...] = ()
    frameworks_gone: tuple[str, ...] = ()
    frameworks_come: tuple[str, ...] = ()

    @property
    def same_rules(self) -> bool:
        """Whether both sides were judged by the same rules, configured alike."""
        return not any(
            (
                self.pack,
                self.configuration,
                self.rules_gone,
                self.rules_come,
                self.frameworks_gone,
                self.frameworks_come,
            )
        )


@dataclass(frozen=True)
class FindingChange:
    """A finding on both sides, None where a side does not have it.

    `place` is the resource without the names of stack and project (None for the stack).
    `location` is the file and line that makes the resource, by the side that `shown` is of.
    `renamed` is the URN of a resource of the other side that may be this one under another
    name. Both are empty where there is none.
    """

    section: Section
    rule: str
    place: str | None
    before: Result | None
    after: Result | None
    location: str = ""
    renamed: str = ""

    @property
    def shown(self) -> Result:
        """The side that tells more of it now: the later one, where it is there."""
        result = self.after or self.before
        assert result is not None  # noqa: S101 - a finding is of one side at least
        return result

    @property
    def newly_blocks(self) -> bool:
        """Whether it stops a pipeline now and did not before."""
        return blocks(self.after) and not blocks(self.before)


@dataclass(frozen=True)
class ControlChange:
    """A requirement whose status is another one now; None where a side does not have it."""

    framework: str
    version: str
    id: str
    title: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class ResourceChange:
    """A resource that came, went, or has other inputs now; `place` is as in a finding."""

    turn: Turn
    place: str
    before: ResourceEntry | None
    after: ResourceEntry | None

    @property
    def shown(self) -> ResourceEntry:
        """The later side of it, where it is there."""
        entry = self.after or self.before
        assert entry is not None  # noqa: S101 - a resource is of one side at least
        return entry


@dataclass(frozen=True)
class GrantChange:
    """What a principal may do now and could not before, or the other way.

    `principal` is as the place of a finding. `covers` are the grants of the other side, as
    `action on resource`, that a widened or narrowed one covers.
    """

    reach: Reach
    principal: str
    before: Grant | None
    after: Grant | None
    covers: tuple[str, ...] = ()

    @property
    def shown(self) -> Grant:
        """The later side of it, where it is there."""
        grant = self.after or self.before
        assert grant is not None  # noqa: S101 - a grant is of one side at least
        return grant


def is_open(result: Result | None) -> bool:
    """Whether something has to be done about it: failed or undecided, and not waived."""
    return result is not None and result.status in ("fail", "undecided")


def blocks(result: Result | None) -> bool:
    """Whether it makes the verdict of its report a failure."""
    return is_open(result) and result is not None and result.level == "mandatory"
