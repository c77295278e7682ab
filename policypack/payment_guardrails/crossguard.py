"""The rules as a CrossGuard policy pack: what `pulumi preview --policy-pack` runs.

Each rule becomes one policy of the same name. The SDK hides unknown values behind an
exception that turns a policy into an advisory note; here they are read as data, so that
a rule says `undecided`, and that is a violation at the rule's level.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import pulumi
from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyConfigSchema,
    PolicyResource,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy import Severity as PolicySeverity
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, UnknownValueError

from payment_guardrails.configuration import RuleConfiguration, configure_rule, options_of
from payment_guardrails.finding import Finding, Status
from payment_guardrails.resource import Resource
from payment_guardrails.rule import Level, Rule
from payment_guardrails.stack import Stack
from payment_guardrails.values import UNKNOWN, Asset, from_wire

_HOW_TO_DECIDE: Final = (
    "make the value known at preview: build names and ARNs from configuration, "
    "get_caller_identity() and get_partition(), instead of from another resource's outputs"
)


def policies(rules: Mapping[str, Rule]) -> list[Policy]:
    """One CrossGuard policy for each rule, in the order of the rules' names."""
    return [_policy(rule) for _, rule in sorted(rules.items())]


def _policy(rule: Rule) -> Policy:
    schema = PolicyConfigSchema({name: dict(option) for name, option in options_of(rule).items()})
    level = EnforcementLevel(rule.level.value)
    severity = PolicySeverity(rule.severity.value)
    if rule.resource_check is not None:
        return ResourceValidationPolicy(
            rule.name, rule.title, _resource_validation(rule), level, schema,
            severity=severity, remediation_steps=rule.fix,
        )  # fmt: skip
    return StackValidationPolicy(
        rule.name, rule.title, _stack_validation(rule), level, schema,
        severity=severity, remediation_steps=rule.fix,
    )  # fmt: skip


def _resource_validation(rule: Rule) -> Callable[[ResourceValidationArgs, ReportViolation], None]:
    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        if args.resource_type not in rule.types:
            args.not_applicable(f"{rule.name} is for {', '.join(sorted(rule.types))}")
        configuration = configure_rule(rule, args.get_config())
        resource = Resource(args.urn, args.resource_type, args.name, plain(args.props))
        findings = rule.judge_resource(resource, configuration.settings)
        _tell(rule, configuration, findings, report, args.not_applicable)

    return validate


def _stack_validation(rule: Rule) -> Callable[[StackValidationArgs, ReportViolation], None]:
    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        configuration = configure_rule(rule, args.get_config())
        stack = Stack.of(
            pulumi.get_project(),
            pulumi.get_stack(),
            (_resource(resource) for resource in args.resources),
        )
        findings = rule.judge(stack, configuration.settings)
        _tell(rule, configuration, findings, report, args.not_applicable)

    return validate


def _resource(resource: PolicyResource) -> Resource:
    return Resource(
        urn=resource.urn,
        type=resource.resource_type,
        name=resource.name,
        inputs=plain(resource.props),
        parent=resource.parent.urn if resource.parent else None,
        provider=resource.provider.urn if resource.provider else None,
        dependencies=tuple(dependency.urn for dependency in resource.dependencies),
        property_dependencies={
            name: tuple(dependency.urn for dependency in dependencies)
            for name, dependencies in resource.property_dependencies.items()
        },
    )


def plain(props: Any) -> Any:
    """The SDK's proxies as plain data, with `Unknown` where reading them would raise."""
    if isinstance(props, Mapping):
        return {str(key): _read(props, key) for key in props}
    if isinstance(props, Sequence) and not isinstance(props, str | bytes):
        return [_read(props, index) for index in range(len(props))]
    if isinstance(props, pulumi.Archive):
        return Asset("archive", getattr(props, "path", None) or getattr(props, "uri", None))
    if isinstance(props, pulumi.Asset):
        where = getattr(props, "path", None) or getattr(props, "uri", None)
        return Asset("asset", where, getattr(props, "text", None))
    return from_wire(props)


def _read(props: Any, key: Any) -> Any:
    try:
        return plain(props[key])
    except UnknownValueError:
        return UNKNOWN


def _tell(
    rule: Rule,
    configuration: RuleConfiguration,
    findings: Iterable[Finding],
    report: ReportViolation,
    not_applicable: Callable[[str], None],
) -> None:
    """Report failures and undecided findings; say so where the rule spoke of nothing."""
    findings = tuple(findings)
    if all(finding.status is Status.NOT_APPLICABLE for finding in findings):
        reasons = {finding.message for finding in findings}
        not_applicable("; ".join(sorted(reasons)) or f"no resource that {rule.name} is for")
    tolerated: list[str] = []
    for finding in findings:
        if finding.status not in (Status.FAIL, Status.UNDECIDED):
            continue
        level = configuration.level_of(finding.status)
        message = _message(rule, finding)
        if configuration.level is Level.MANDATORY and level is Level.ADVISORY:
            tolerated.append(message)
        else:
            report(message, finding.urn)
    if tolerated:
        raise _advisory("\n".join(tolerated))


def _advisory(message: str) -> UnknownValueError:
    # A policy has one level for all that it reports. The SDK reports this exception as
    # advisory, whatever that level is, and it is what the SDK itself raises on unknowns.
    error = UnknownValueError(UNKNOWN_STRING_VALUE, [])
    error.message = message
    return error


def _message(rule: Rule, finding: Finding) -> str:
    lines = [f"{finding.status.value}: {finding.message}"]
    if finding.path and finding.path not in finding.message:
        lines.append(f"property: {finding.path}")
    if finding.status is Status.UNDECIDED:
        lines.append(f"to decide it: {_HOW_TO_DECIDE}")
    lines.append(f"fix: {rule.fix}")
    return "\n".join(lines)
