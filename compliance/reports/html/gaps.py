"""What nobody tested: everything that the evidence is silent on, in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from compliance.evidence import ControlResult, ResourceEntry
from compliance.reports.html.index import Index


@dataclass(frozen=True)
class Gaps:
    """What the evidence does not tell.

    `unanswered` are manual controls without a statement that counts, `untested` controls of
    which a rule found nothing to judge, `partial` those of which only a part is tested.
    `resources` are without any rule for their type, by type. `silent_rules` ran and found
    nothing to judge, `disabled_rules` did not run.
    """

    unanswered: tuple[ControlResult, ...]
    untested: tuple[ControlResult, ...]
    partial: tuple[ControlResult, ...]
    resources: Mapping[str, tuple[ResourceEntry, ...]]
    silent_rules: tuple[str, ...]
    disabled_rules: tuple[str, ...]

    @property
    def untested_resources(self) -> int:
        """How many resources no rule is for."""
        return sum(len(found) for found in self.resources.values())


def gaps_of(index: Index) -> Gaps:
    """The gaps in the evidence."""
    controls = index.evidence.controls
    return Gaps(
        unanswered=tuple(
            each for each in controls if each.status == "manual" and not index.is_attested(each)
        ),
        untested=tuple(each for each in controls if each.status == "not_tested"),
        partial=tuple(
            each for each in controls if each.kind == "partial" and each.status != "not_tested"
        ),
        resources=_by_type(index),
        silent_rules=tuple(
            name
            for name in index.cards
            if all(each.status == "not_applicable" for each in index.by_rule.get(name, ()))
        ),
        disabled_rules=tuple(
            sorted(
                name
                for name, options in index.evidence.pack.configuration.items()
                if options.get("level") == "disabled"
            )
        ),
    )


def _by_type(index: Index) -> Mapping[str, tuple[ResourceEntry, ...]]:
    found: dict[str, list[ResourceEntry]] = {}
    for entry in index.resources.values():
        if not entry.tested:
            found.setdefault(entry.type, []).append(entry)
    return {type_: tuple(entries) for type_, entries in sorted(found.items())}
