"""What the pack tells the engine: what its policies are, and what it says of a finding."""

from __future__ import annotations

from pulumi.runtime.proto import analyzer_pb2 as protocol

from payment_guardrails import PACK_NAME, __version__
from payment_guardrails.configuration import RuleConfiguration, options_of
from payment_guardrails.finding import Finding, Status, how_to_decide
from payment_guardrails.rule import Level, Rule


def policy_of(rule: Rule) -> protocol.PolicyInfo:
    """The rule as one policy of the pack, with its options."""
    policy = protocol.PolicyInfo(
        name=rule.name,
        description=rule.title,
        enforcementLevel=protocol.EnforcementLevel.Value(rule.level.name),
        severity=_severity(rule),
        remediation_steps=rule.fix,
        policy_type=(
            protocol.POLICY_TYPE_RESOURCE if rule.resource_check else protocol.POLICY_TYPE_STACK
        ),
    )
    options = {name: dict(option) for name, option in options_of(rule).items()}
    policy.configSchema.properties.update(options)
    return policy


def _severity(rule: Rule) -> protocol.PolicySeverity.ValueType:
    return protocol.PolicySeverity.Value(f"POLICY_SEVERITY_{rule.severity.name}")


def diagnostic(
    rule: Rule,
    configuration: RuleConfiguration,
    finding: Finding,
    of_waivers: str = "",
    *,
    waived: bool = False,
) -> protocol.AnalyzeDiagnostic:
    """A finding that is open, at the level that its status has; for a person to read.

    `of_waivers` is what waivers have to do with it. One that is waived stops nothing.
    """
    level = Level.ADVISORY if waived else configuration.level_of(finding.status)
    return protocol.AnalyzeDiagnostic(
        policyName=rule.name,
        policyPackName=PACK_NAME,
        policyPackVersion=__version__,
        description=rule.title,
        message=_message(rule, finding, of_waivers),
        urn=finding.urn or "",
        enforcementLevel=protocol.EnforcementLevel.Value(level.name),
        severity=_severity(rule),
    )


def _message(rule: Rule, finding: Finding, of_waivers: str) -> str:
    lines = [rule.title, f"{finding.status.value}: {finding.message}"]
    if of_waivers:
        lines.append(of_waivers)
    if finding.path and finding.path not in finding.message:
        lines.append(f"property: {finding.path}")
    if finding.status is Status.UNDECIDED and (remedy := how_to_decide(finding.message)):
        lines.append(f"to decide it: {remedy}")
    lines.append(f"fix: {rule.fix}")
    return "\n".join(lines)
