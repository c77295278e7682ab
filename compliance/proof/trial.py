"""Puts one change before all rules and tells which of them noticed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from payment_guardrails.configuration import RuleConfiguration
from payment_guardrails.finding import Finding, Status
from payment_guardrails.rule import Level, Rule, by_resource, worst
from payment_guardrails.stack import Stack

from compliance.proof.change import Change

_ALARMS: Final = (Status.FAIL, Status.UNDECIDED)


@dataclass(frozen=True)
class Outcome:
    """A change, the rules that now fail, and those that now cannot decide."""

    change: Change
    failed: tuple[str, ...]
    undecided: tuple[str, ...]

    @property
    def caught(self) -> bool:
        """True where at least one rule noticed."""
        return bool(self.failed or self.undecided)


class Trial:
    """All rules that are not disabled, over one stack and its changes.

    A resource rule judges only the resources that a change touches; a stack rule judges the
    whole stack anew. A rule that already failed on a resource, or could not decide, does not
    catch a change there by saying so again: only a worse status counts. Rules at level
    `remediate` judge what they are given, and mend nothing.
    """

    def __init__(
        self,
        stack: Stack,
        rules: Mapping[str, Rule],
        configuration: Mapping[str, RuleConfiguration],
    ) -> None:
        self._stack = stack
        self._configuration = configuration
        self._rules = {
            name: rule
            for name, rule in rules.items()
            if configuration[name].level is not Level.DISABLED
        }
        self._before = {name: self._statuses(name, stack) for name in self._rules}

    @property
    def rules(self) -> tuple[str, ...]:
        """The names of the rules that judge."""
        return tuple(self._rules)

    def mandatory_faults(self) -> tuple[tuple[str, str | None], ...]:
        """The rules, with the resource, that are broken or undecided before any change."""
        return tuple(
            (name, urn)
            for name, statuses in self._before.items()
            for urn, status in statuses.items()
            if status in _ALARMS and self._configuration[name].level_of(status) is Level.MANDATORY
        )

    def of(self, change: Change) -> Outcome:
        """What the rules say of the stack after a change."""
        after = change.applied(self._stack)
        alarms: dict[Status, list[str]] = {status: [] for status in _ALARMS}
        for name, rule in self._rules.items():
            if rule.resource_check is not None:
                touched = [
                    each for each in change.edits.values() if each and rule.is_for(each.type)
                ]
                settings = self._configuration[name].settings
                findings = [
                    finding for each in touched for finding in rule.judge_resource(each, settings)
                ]
                statuses = _worst_by_resource(findings)
            else:
                statuses = self._statuses(name, after)
            noticed = {
                status for urn, status in statuses.items() if self._is_worse(name, urn, status)
            }
            for status in _ALARMS:
                if status in noticed:
                    alarms[status].append(name)
                    break
        return Outcome(change, tuple(alarms[Status.FAIL]), tuple(alarms[Status.UNDECIDED]))

    def _statuses(self, name: str, stack: Stack) -> Mapping[str | None, Status]:
        return _worst_by_resource(
            self._rules[name].judge(stack, self._configuration[name].settings)
        )

    def _is_worse(self, name: str, urn: str | None, status: Status) -> bool:
        before = self._before[name].get(urn, Status.PASS)
        order = list(Status)
        return status in _ALARMS and order.index(status) < order.index(before)


def _worst_by_resource(findings: Iterable[Finding]) -> Mapping[str | None, Status]:
    return {urn: worst(group) for urn, group in by_resource(findings)}
