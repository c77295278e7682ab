"""Every rule of the pack: importing this module registers them all."""

from payment_guardrails import apigateway, dynamodb, functions, iam, logs, redrive, sqs, ssm
from payment_guardrails.rule import registered

RULE_MODULES = (apigateway, dynamodb, functions, iam, logs, redrive, sqs, ssm)

__all__ = ["RULE_MODULES", "registered"]
