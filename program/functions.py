"""The Lambda functions: each with its own role, policy and log group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pulumi
import pulumi_aws as aws

from program.configuration import Settings
from program.grants import policy_document, trust_document
from program.logs import create_log_group
from program.naming import Naming

_MEMORY_MB: Final = 3072


@dataclass(frozen=True)
class Specification:
    """What makes one function differ from the others. `timeout` is in seconds."""

    purpose: str
    handler: str
    timeout: int
    reserved_concurrency: int
    environment: Mapping[str, pulumi.Input[str]]
    uses: Sequence[pulumi.Resource]


@dataclass(frozen=True)
class Function:
    """A function and the attachment without which it may do nothing."""

    purpose: str
    function: aws.lambda_.Function
    attachment: aws.iam.RolePolicyAttachment


def create_function(
    settings: Settings,
    naming: Naming,
    archive: Path,
    log_key: aws.kms.Key,
    specification: Specification,
) -> Function:
    """Create a function with its log group, role, policy and attachment."""
    purpose = specification.purpose
    log_group = create_log_group(settings, log_key, purpose, naming.function_log_group(purpose))
    role = aws.iam.Role(
        purpose,
        name=naming.name("role", purpose),
        assume_role_policy=trust_document("lambda"),
        tags=settings.tags,
    )
    policy = aws.iam.Policy(
        purpose,
        name=naming.name("policy", purpose),
        policy=policy_document(naming, purpose),
        tags=settings.tags,
        opts=pulumi.ResourceOptions(depends_on=[log_group, *specification.uses]),
    )
    attachment = aws.iam.RolePolicyAttachment(purpose, role=role.name, policy_arn=policy.arn)
    function = aws.lambda_.Function(
        purpose,
        name=naming.function(purpose),
        role=naming.role_arn(purpose),
        runtime="python3.13",
        architectures=["arm64"],
        handler=specification.handler,
        code=pulumi.FileArchive(str(archive)),
        memory_size=_MEMORY_MB,
        timeout=specification.timeout,
        reserved_concurrent_executions=specification.reserved_concurrency,
        tracing_config=aws.lambda_.FunctionTracingConfigArgs(mode="Active"),
        environment=aws.lambda_.FunctionEnvironmentArgs(variables=specification.environment),
        tags=settings.tags,
        opts=pulumi.ResourceOptions(depends_on=[log_group, role, attachment, *specification.uses]),
    )
    return Function(purpose, function, attachment)


def consume(
    settings: Settings,
    naming: Naming,
    consumer: Function,
    queue_purpose: str,
    queue: aws.sqs.Queue,
    maximum_concurrency: int,
) -> aws.lambda_.EventSourceMapping:
    """Let a function read a queue, with partial batch responses and a bounded concurrency."""
    return aws.lambda_.EventSourceMapping(
        queue_purpose,
        event_source_arn=naming.queue_arn(queue_purpose),
        function_name=consumer.function.arn,
        batch_size=10,
        function_response_types=["ReportBatchItemFailures"],
        scaling_config=aws.lambda_.EventSourceMappingScalingConfigArgs(
            maximum_concurrency=maximum_concurrency
        ),
        tags=settings.tags,
        opts=pulumi.ResourceOptions(depends_on=[queue, consumer.attachment]),
    )
