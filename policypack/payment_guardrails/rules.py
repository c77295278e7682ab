"""Every rule of the pack: importing this module registers them all."""

from payment_guardrails import (  # noqa: F401 - importing a module registers its rules
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

__all__ = ["registered"]
