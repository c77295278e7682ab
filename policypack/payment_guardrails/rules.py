"""Every rule of the pack: importing this module registers them all."""

from payment_guardrails import (  # noqa: F401 - importing a module registers its rules
    any_resource_names,
    any_resource_secrets,
    apigateway,
    apigateway_deployments,
    apigateway_errors,
    apigateway_keys,
    apigateway_logs,
    apigateway_throttling,
    apigateway_validation,
    dynamodb,
    dynamodb_encryption,
    functions,
    functions_limits,
    functions_mappings,
    functions_mappings_limits,
    functions_runtimes,
    functions_secrets,
    logs,
    public_access,
    regions,
    sqs,
    sqs_consumers,
    sqs_dead_letter,
    sqs_encryption,
    sqs_transport,
    sqs_visibility,
    ssm,
    tags,
)
from payment_guardrails.iam import (  # noqa: F401 - the same
    grants_used,
    permissions,
    policies,
    privilege_escalation,
    roles,
)
from payment_guardrails.rule import registered

__all__ = ["registered"]
