"""The stack from which the other tests start: every service rule accepts all of it."""

from __future__ import annotations

import inspect

import pytest
from payment_guardrails.finding import Status
from payment_guardrails.rule import Level, Rule
from payment_guardrails.rules import registered

from tests.policypack.services.compliant import compliant, findings

SERVICE_RULES = [
    "any-resource-no-hardcoded-secret",
    "any-resource-tagged",
    "apigateway-deployment-redeploys",
    "apigateway-errors-shaped",
    "apigateway-key-usable",
    "apigateway-method-authorized",
    "apigateway-method-validated",
    "apigateway-stage-access-logs",
    "apigateway-stage-no-body-logging",
    "apigateway-stage-throttled",
    "apigateway-stage-tracing",
    "dynamodb-table-encrypted",
    "dynamodb-table-on-demand",
    "dynamodb-table-point-in-time-recovery",
    "iam-policy-no-privilege-escalation",
    "iam-policy-valid-actions",
    "lambda-function-arm64",
    "lambda-function-memory",
    "lambda-function-no-plain-secrets",
    "lambda-function-runtime-supported",
    "lambda-function-timeout",
    "lambda-function-has-log-group",
    "lambda-function-reserved-concurrency",
    "lambda-function-tracing",
    "lambda-mapping-concurrency",
    "lambda-mapping-fifo-limits",
    "lambda-mapping-partial-failures",
    "logs-group-encrypted",
    "logs-group-retention",
    "resource-policy-not-public",
    "sqs-queue-consumed",
    "sqs-queue-content-based-deduplication",
    "sqs-queue-dead-letter",
    "sqs-queue-encrypted",
    "sqs-queue-visibility-timeout",
    "sqs-queue-fifo",
    "sqs-queue-retention",
    "sqs-queue-tls-only",
    "ssm-parameter-secret-encrypted",
]

ADVISORY = {
    "apigateway-errors-shaped",
    "dynamodb-table-encrypted",
    "lambda-function-memory",
    "logs-group-encrypted",
    "sqs-queue-tls-only",
}


@pytest.mark.parametrize("name", SERVICE_RULES)
def test_the_compliant_stack_passes(name: str) -> None:
    statuses = [finding.status for finding in findings(name, compliant())]
    assert Status.PASS in statuses
    assert set(statuses) <= {Status.PASS, Status.NOT_APPLICABLE}


@pytest.mark.parametrize("name", SERVICE_RULES)
def test_a_first_preview_of_the_compliant_stack_decides_everything(name: str) -> None:
    at_preview = {
        (finding.urn, finding.status) for finding in findings(name, compliant().at_preview())
    }
    offline = {(finding.urn, finding.status) for finding in findings(name, compliant())}
    assert at_preview == offline


@pytest.mark.parametrize("name", SERVICE_RULES)
def test_every_resource_of_the_rules_types_gets_a_verdict(name: str) -> None:
    stack = compliant().stack
    judged = {finding.urn for finding in findings(name, compliant())}
    assert judged == {resource.urn for resource in registered()[name].resources(stack)}


@pytest.mark.parametrize("name", SERVICE_RULES)
def test_the_card_is_complete(name: str) -> None:
    rule: Rule = registered()[name]
    assert rule.level is (Level.ADVISORY if name in ADVISORY else Level.MANDATORY)
    assert rule.rationale
    assert "aws." in rule.fix
    compile(inspect.cleandoc(rule.fix), name, "exec")
