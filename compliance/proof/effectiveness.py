"""What the test of the rules found, as data: `effectiveness.json`, and a part of the report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

FORMAT: Final = "1.0"


class EffectivenessError(Exception):
    """A file is no effectiveness.json that this version can read."""


@dataclass(frozen=True)
class TestedChange:
    """A weakening change, and the rules that caught it: by failing, or by not deciding."""

    kind: str
    resource: str
    path: str
    change: str
    failed: tuple[str, ...]
    undecided: tuple[str, ...]


@dataclass(frozen=True)
class RuleEffect:
    """How many changes a rule caught, and how many of them no other rule did."""

    rule: str
    level: str
    caught: int
    alone: int


@dataclass(frozen=True)
class NotCovered:
    """A weakening that no rule is meant to catch: a property of a type ("" the whole), and why."""

    type: str
    property: str
    reason: str
    resources: int


@dataclass(frozen=True)
class Unclassed:
    """A type of the stack that nothing is said of: none of its properties was changed."""

    type: str
    resources: int


@dataclass(frozen=True)
class Effectiveness:
    """The operating effectiveness of the rules on one stack.

    The digests and `configuration` tell what was tested: program, pack, and its settings
    without the day. `caught_undecided` are the changes that no rule failed and some rule could
    not decide. `not_exercised` names the rules that caught nothing.
    """

    project: str
    stack: str
    program_digest: str
    pack_digest: str
    configuration: Mapping[str, Mapping[str, Any]]
    as_of: str
    changes: int
    caught: int
    caught_undecided: int
    kinds: Mapping[str, int]
    rules: tuple[RuleEffect, ...]
    not_exercised: tuple[str, ...]
    survivors: tuple[TestedChange, ...]
    unclaimed: tuple[NotCovered, ...]
    unclassed: tuple[Unclassed, ...]

    def as_json(self) -> dict[str, Any]:
        """The content for a report, every field of it."""
        return asdict(self)

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Effectiveness:
        """What `as_json` gave; newer fields are ignored.

        Raises :class:`EffectivenessError` where a field is missing.
        """
        try:
            made: Effectiveness = _make(
                Effectiveness,
                data,
                rules=tuple(_make(RuleEffect, item) for item in data["rules"]),
                not_exercised=tuple(data["not_exercised"]),
                survivors=tuple(_tested(item) for item in data["survivors"]),
                unclaimed=tuple(_make(NotCovered, item) for item in data["unclaimed"]),
                unclassed=tuple(_make(Unclassed, item) for item in data["unclassed"]),
            )
        except (KeyError, TypeError) as error:
            raise EffectivenessError(f"misses or mistakes {error}") from error
        return made

    @property
    def subject(self) -> tuple[Any, ...]:
        """What was tested with what."""
        return subject_of(
            self.project, self.stack, self.program_digest, self.pack_digest, self.configuration
        )


def subject_of(
    project: str,
    stack: str,
    program_digest: str,
    pack_digest: str,
    configuration: Mapping[str, Mapping[str, Any]],
) -> tuple[Any, ...]:
    """What is tested with what; the day on which dates are judged is no part of it."""
    settled = {
        rule: {name: _plain(value) for name, value in options.items() if name != "asOf"}
        for rule, options in configuration.items()
    }
    return project, stack, program_digest, pack_digest, settled


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, list | tuple) else value


def _tested(data: Mapping[str, Any]) -> TestedChange:
    made: TestedChange = _make(
        TestedChange, data, failed=tuple(data["failed"]), undecided=tuple(data["undecided"])
    )
    return made


def _make(kind: type[Any], data: Mapping[str, Any], **changed: Any) -> Any:
    names = kind.__dataclass_fields__
    return kind(**{**{name: data[name] for name in names if name in data}, **changed})
