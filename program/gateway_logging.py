"""API Gateway's account-wide logging role: one for each account and region.

It carries no environment suffix and stays when the stack is destroyed, because other
stacks may use it. AWS documents a managed policy here that covers every log group; this
one covers the access log group of the stack that manages it.
"""

from __future__ import annotations

import json
from typing import Final

import pulumi
import pulumi_aws as aws

from program.configuration import Settings
from program.grants import trust_document
from program.naming import Naming

_NAME: Final = "payment-processing-api-gateway-logging"


def manage_logging_role(
    settings: Settings, naming: Naming, log_group: aws.cloudwatch.LogGroup
) -> aws.apigateway.Account:
    """Create the role and make it the account's."""
    kept = pulumi.ResourceOptions(retain_on_delete=True)
    role = aws.iam.Role(
        "api-gateway-logging",
        name=f"role-{_NAME}",
        assume_role_policy=trust_document("apigateway"),
        tags=settings.tags,
        opts=kept,
    )
    policy = aws.iam.Policy(
        "api-gateway-logging",
        name=f"policy-{_NAME}",
        policy=_document(naming),
        tags=settings.tags,
        opts=pulumi.ResourceOptions(retain_on_delete=True, depends_on=[log_group]),
    )
    attachment = aws.iam.RolePolicyAttachment(
        "api-gateway-logging", role=role.name, policy_arn=policy.arn, opts=kept
    )
    return aws.apigateway.Account(
        "api-gateway-logging",
        cloudwatch_role_arn=role.arn,
        opts=pulumi.ResourceOptions(retain_on_delete=True, depends_on=[attachment]),
    )


def _document(naming: Naming) -> str:
    statement = {
        "Effect": "Allow",
        "Action": [
            "logs:CreateLogStream",
            "logs:DescribeLogGroups",
            "logs:DescribeLogStreams",
            "logs:PutLogEvents",
        ],
        "Resource": f"{naming.log_group_arn(naming.access_log_group)}:*",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
