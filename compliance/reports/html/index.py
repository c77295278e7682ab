"""The evidence, indexed for a page: what is asked for often is found at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from compliance.evidence import (
    SEVERITIES,
    STATUSES,
    AttestationEntry,
    ControlResult,
    Evidence,
    ResourceEntry,
    Result,
    RuleCard,
)

COUNTING_ATTESTATIONS: Final = ("valid", "expiring")
"""The statuses of attestations that count."""
FINDINGS: Final = ("fail", "undecided")


@dataclass(frozen=True)
class Index:
    """The evidence, and what of it belongs to a rule, a resource or a control."""

    evidence: Evidence

    @cached_property
    def resources(self) -> Mapping[str, ResourceEntry]:
        """Every resource that the page has a section for, by URN."""
        known = {entry.urn: entry for entry in reversed(self.evidence.resources)}
        for result in self.evidence.results:
            if result.resource is not None and result.resource not in known:
                known[result.resource] = _unlisted(result.resource)
        return dict(sorted(known.items()))

    @cached_property
    def cards(self) -> Mapping[str, RuleCard]:
        """Every rule that the page has a section for, by name."""
        cards = {card.name: card for card in self.evidence.rules}
        for result in self.evidence.results:
            cards.setdefault(result.rule, RuleCard(result.rule, "", ""))
        return dict(sorted(cards.items()))

    @cached_property
    def by_rule(self) -> Mapping[str, tuple[Result, ...]]:
        """The results of each rule that has any, findings first."""
        return _grouped((result.rule, result) for result in self.evidence.results)

    @cached_property
    def by_resource(self) -> Mapping[str, tuple[Result, ...]]:
        """The results of each resource that has any, findings first."""
        return _grouped(
            (result.resource, result)
            for result in self.evidence.results
            if result.resource is not None
        )

    @cached_property
    def findings(self) -> Mapping[str, tuple[Result, ...]]:
        """The findings of each rule that has any, by how grave they are."""
        found = _grouped(
            (result.rule, result) for result in self.evidence.results if result.status in FINDINGS
        )
        return dict(sorted(found.items(), key=lambda item: (gravity(item[1][0]), item[0])))

    @cached_property
    def waived(self) -> tuple[Result, ...]:
        """The findings that a waiver accepts."""
        return tuple(each for each in self.evidence.results if each.status == "waived")

    @cached_property
    def advisory_findings(self) -> int:
        """How many findings stop no deployment."""
        found = (each for each in self.evidence.results if each.status in FINDINGS)
        return sum(each.level != "mandatory" for each in found)

    @cached_property
    def controls_of(self) -> Mapping[str, tuple[ControlResult, ...]]:
        """The controls that each rule serves."""
        serving: dict[str, list[ControlResult]] = {}
        for control in self.evidence.controls:
            for rule in dict.fromkeys(control.rules):
                serving.setdefault(rule, []).append(control)
        return {rule: tuple(controls) for rule, controls in serving.items()}

    @cached_property
    def _attestations(self) -> Mapping[tuple[str, str], tuple[AttestationEntry, ...]]:
        by_control: dict[tuple[str, str], list[AttestationEntry]] = {}
        for each in self.evidence.attestations:
            by_control.setdefault((each.framework, each.control), []).append(each)
        return {control: tuple(found) for control, found in by_control.items()}

    def attestations_of(self, control: ControlResult) -> tuple[AttestationEntry, ...]:
        """What people state of a control."""
        return self._attestations.get((control.framework, control.id), ())

    def is_attested(self, control: ControlResult) -> bool:
        """Whether a statement that counts is there for a control."""
        return any(each.status in COUNTING_ATTESTATIONS for each in self.attestations_of(control))

    def typed(self, urns: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
        """Some of the resources by type, in the order of types."""
        types: dict[str, list[str]] = {}
        for urn in urns:
            types.setdefault(self.resources[urn].type, []).append(urn)
        return {type_: tuple(found) for type_, found in sorted(types.items())}

    def by_status(self, results: Iterable[Result]) -> Mapping[str, tuple[Result, ...]]:
        """Some results by status, in the order that they come in."""
        found: dict[str, list[Result]] = {}
        for result in results:
            found.setdefault(result.status, []).append(result)
        return {status: tuple(each) for status, each in found.items()}

    @cached_property
    def rule_counts(self) -> Mapping[str, Mapping[str, int]]:
        """How many results of each rule have each status, gravest first."""
        return {rule: counts_of(found) for rule, found in self.by_rule.items()}

    @cached_property
    def exceptional(self) -> Mapping[str, tuple[Result, ...]]:
        """The results of each rule that neither passed nor are not applicable."""
        return {
            rule: tuple(each for each in found if each.status not in ("pass", "not_applicable"))
            for rule, found in self.by_rule.items()
        }


def counts_of(results: Iterable[Result]) -> Mapping[str, int]:
    """How many results have each status, of those that occur, gravest first."""
    counted = dict.fromkeys(STATUSES, 0)
    for result in results:
        counted[result.status] += 1
    return {status: count for status, count in counted.items() if count}


def gravity(result: Result) -> tuple[int, bool, int]:
    """An order of results: failed before passed, mandatory before advisory, critical before low."""
    return (
        STATUSES.index(result.status),
        result.level != "mandatory",
        SEVERITIES.index(result.severity),
    )


def _grouped(pairs: Iterable[tuple[str, Result]]) -> Mapping[str, tuple[Result, ...]]:
    groups: dict[str, list[Result]] = {}
    for key, result in pairs:
        groups.setdefault(key, []).append(result)
    return {key: tuple(sorted(found, key=gravity)) for key, found in groups.items()}


def _unlisted(urn: str) -> ResourceEntry:
    """A resource that only results speak of."""
    type_ = urn.rpartition("::")[0].rpartition("::")[2].rpartition("$")[2]
    return ResourceEntry(urn, type_ or "unknown", urn.rpartition("::")[2], "", tested=True)
