"""Every rule of the pack: importing this module registers them all."""

from payment_guardrails import (
    apigateway,
    apigateway_validation,
    dynamodb,
    functions,
    functions_mappings,
    iam,
    logs,
    sqs,
    sqs_consumers,
    sqs_dead_letter,
    ssm,
)
from payment_guardrails.rule import registered

RULE_MODULES = (
    apigateway,
    apigateway_validation,
    dynamodb,
    functions,
    functions_mappings,
    iam,
    logs,
    sqs,
    sqs_consumers,
    sqs_dead_letter,
    ssm,
)

__all__ = ["RULE_MODULES", "registered"]
