"""Runs the rules over a stack and gives one result for each thing that was judged."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from itertools import groupby

from payment_guardrails.configuration import RuleConfiguration
from payment_guardrails.finding import Finding, Status
from payment_guardrails.rule import Level, Rule, by_resource, worst
from payment_guardrails.stack import Stack

from compliance.evidence import Result

_DIGITS = 12


def evaluate(
    stack: Stack, rules: Mapping[str, Rule], configuration: Mapping[str, RuleConfiguration]
) -> tuple[Result, ...]:
    """The results of all rules that are not disabled, ordered by rule and resource.

    Where a rule fails on a resource, or cannot decide, there is a result for each such
    finding; else there is one result for the pair.
    """
    return tuple(
        result
        for name, rule in sorted(rules.items())
        if configuration[name].level is not Level.DISABLED
        for urn, findings in by_resource(rule.judge(stack, configuration[name].settings))
        for result in _results(rule, configuration[name], urn, findings)
    )


def _results(
    rule: Rule, configuration: RuleConfiguration, urn: str | None, findings: tuple[Finding, ...]
) -> Iterator[Result]:
    status = worst(findings)
    if status in (Status.FAIL, Status.UNDECIDED):
        open_findings = sorted(
            (item for item in findings if item.status in (Status.FAIL, Status.UNDECIDED)),
            key=lambda item: (item.detail, item.path, item.message),
        )
        # The same fault twice in one resource: a number keeps the ids apart.
        for detail, group in groupby(open_findings, key=lambda item: item.detail):
            for number, finding in enumerate(group):
                key = f"{detail}~{number}" if number else detail
                yield _result(rule, configuration, urn, finding, key)
        return
    decisive = [item for item in findings if item.status is status]
    messages = dict.fromkeys(item.message for item in decisive)
    paths = dict.fromkeys(item.path for item in decisive if item.path)
    merged = Finding(status, urn, "; ".join(messages), ", ".join(paths))
    yield _result(rule, configuration, urn, merged, "")


def _result(
    rule: Rule, configuration: RuleConfiguration, urn: str | None, finding: Finding, key: str
) -> Result:
    return Result(
        id=result_id(rule.name, urn, key),
        rule=rule.name,
        level=configuration.level_of(finding.status).value,
        resource=urn,
        status=finding.status.value,
        severity=rule.severity.value,
        message=finding.message,
        property_path=finding.path,
        fix=rule.fix,
        waiver=None,
    )


def result_id(rule: str, urn: str | None, detail: str) -> str:
    """The id of a result: the rule's name and a digest of resource and detail.

    It does not depend on where in a document a fault stands, nor on other results.
    """
    digest = hashlib.sha256(f"{urn or ''}\n{detail}".encode()).hexdigest()
    return f"{rule}:{digest[:_DIGITS]}"
