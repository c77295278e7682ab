"""Every rule of the pack: importing this module registers them all."""

from payment_guardrails import (  # noqa: F401 - importing a module registers its rules
    apigateway,
    apigateway_deployments,
    apigateway_keys,
    apigateway_logs,
    apigateway_throttling,
    apigateway_validation,
    dynamodb,
    functions,
    functions_limits,
    functions_mappings,
    functions_mappings_limits,
    functions_runtimes,
    logs,
    public_access,
    sqs,
    sqs_consumers,
    sqs_dead_letter,
    sqs_encryption,
    sqs_visibility,
    ssm,
)
from payment_guardrails.iam import (  # noqa: F401 - the same
    permissions,
    policies,
    privilege_escalation,
    roles,
)
from payment_guardrails.rule import registered

__all__ = ["registered"]
