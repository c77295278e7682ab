"""Runs the rules over a stack and gives one result for each thing that was judged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from payment_guardrails.configuration import RuleConfiguration
from payment_guardrails.finding import Finding, Status
from payment_guardrails.finding_ids import OPEN, finding_id, identified
from payment_guardrails.iam.grant import GrantTable
from payment_guardrails.iam.grant_table import grant_table
from payment_guardrails.iam.recording_file import recording_in
from payment_guardrails.record import Record, Recorded
from payment_guardrails.remediation import Remediation, described, mend
from payment_guardrails.resource import Resource
from payment_guardrails.rule import Level, Rule, by_resource, worst
from payment_guardrails.stack import Stack
from payment_guardrails.waivers.waiving import Waiving

from compliance.evidence import Result

Rules = Mapping[str, Rule]
Configuration = Mapping[str, RuleConfiguration]


@dataclass(frozen=True)
class Judgement:
    """What the rules said: the resources they saw, the findings by rule, what was changed.

    `grants` are those of the resources.
    """

    resources: tuple[Recorded, ...]
    findings: Mapping[str, tuple[Finding, ...]]
    remediations: tuple[Remediation, ...] = ()
    grants: GrantTable = field(default_factory=GrantTable)

    @staticmethod
    def of_record(record: Record) -> Judgement:
        """The judgement that a pack has recorded."""
        return Judgement(
            tuple(sorted(record.resources, key=lambda each: each.urn)),
            {rule: tuple(findings) for rule, findings in record.findings.items()},
            tuple(record.remediations),
            record.grants,
        )


def judge(
    stacks: Iterable[Stack], rules: Rules, configuration: Configuration, *, deployed: bool
) -> Judgement:
    """What all rules that are not disabled say of the stacks, each judged by itself.

    Where the stacks are not deployed yet, the rules at level `remediate` first change what
    they can, as the engine does.
    """
    resources: list[Recorded] = []
    findings: dict[str, list[Finding]] = defaultdict(list)
    remediations: list[Remediation] = []
    tables: list[GrantTable] = []
    for given in stacks:
        stack = given
        if not deployed:
            stack, changes = _mended(given, rules, configuration)
            remediations.extend(changes)
        resources.extend(Recorded.of(stack))
        tables.append(grant_table(stack, recording_in(configuration)))
        for name, rule in rules.items():
            if configuration[name].level is not Level.DISABLED:
                findings[name].extend(rule.judge(stack, configuration[name].settings))
    return Judgement(
        tuple(resources),
        {name: tuple(found) for name, found in findings.items()},
        tuple(remediations),
        GrantTable(
            tuple(grant for table in tables for grant in table.grants),
            tuple(urn for table in tables for urn in table.incomplete),
        ),
    )


def _mended(
    stack: Stack, rules: Rules, configuration: Configuration
) -> tuple[Stack, list[Remediation]]:
    if not any(each.remediate for each in configuration.values()):
        return stack, []
    changes: list[Remediation] = []
    resources: list[Resource] = []
    for given in stack.resources:
        resource = given
        for name, properties in mend(given, rules, configuration):
            changes.extend(described(resource, name, properties))
            resource = replace(resource, inputs={**resource.inputs, **properties})
        resources.append(resource)
    return replace(stack, resources=tuple(resources)), changes


def results(
    findings: Mapping[str, tuple[Finding, ...]],
    rules: Rules,
    configuration: Configuration,
    waiving: Waiving | None = None,
) -> tuple[Result, ...]:
    """The results of the findings, ordered by rule and resource.

    Where a rule fails on a resource, or cannot decide, there is a result for each such
    finding, `waived` where a waiver counts for it; else there is one result for the pair.
    """
    return tuple(
        result
        for name in sorted(findings)
        for urn, group in by_resource(findings[name])
        for result in _results(rules[name], configuration[name], urn, group, waiving)
    )


def _results(
    rule: Rule,
    configuration: RuleConfiguration,
    urn: str | None,
    findings: tuple[Finding, ...],
    waiving: Waiving | None,
) -> Iterator[Result]:
    if any(item.status in OPEN for item in findings):
        for id_, finding in identified(rule.name, findings):
            yield with_waiver(_result(rule, configuration, finding, id_), waiving)
    else:
        yield _result(rule, configuration, _merged(findings), finding_id(rule.name, urn, ""))


def _merged(findings: tuple[Finding, ...]) -> Finding:
    """The one finding that several of a rule on a resource, none of them open, come to."""
    if len(findings) == 1:
        return findings[0]
    status = worst(findings)
    decisive = [item for item in findings if item.status is status]
    messages = dict.fromkeys(item.message for item in decisive)
    paths = dict.fromkeys(item.path for item in decisive if item.path)
    return Finding(status, findings[0].urn, "; ".join(messages), ", ".join(paths))


def _result(rule: Rule, configuration: RuleConfiguration, finding: Finding, id_: str) -> Result:
    return Result(
        id=id_,
        rule=rule.name,
        level=configuration.level_of(finding.status).value,
        resource=finding.urn,
        status=finding.status.value,
        severity=rule.severity.value,
        message=finding.message,
        property_path=finding.path,
        fix=rule.fix,
        waiver=None,
    )


def with_waiver(result: Result, waiving: Waiving | None) -> Result:
    """An open result, waived where a waiver counts for it; else with the reason why none does."""
    if waiving is None or result.status not in {each.value for each in OPEN}:
        return result
    key = (result.rule, result.id, result.resource)
    waiver = waiving.counting(*key)
    if waiver is None:
        return replace(result, waiver_note=waiving.why_back(*key))
    return replace(result, status=Status.WAIVED.value, waiver=waiver.shown)
