"""What partners see. Names, keys and policies come from the stack of the platform team."""

import json

import pulumi
import pulumi_aws as aws

config = pulumi.Config()
stack = pulumi.get_stack()
platform = pulumi.StackReference("platform", stack_name=f"acme/base/{stack}")

tags = platform.require_output("tags")
network = platform.get_output("network")

reports = aws.dynamodb.Table(
    "reports",
    name=platform.get_output("tableName"),
    billing_mode="PAY_PER_REQUEST",
    hash_key="report",
    attributes=[{"name": "report", "type": "S"}],
    point_in_time_recovery={"enabled": True},
    server_side_encryption={"enabled": platform.get_output("encrypted")},
    tags=tags,
)

requests = aws.sqs.Queue(
    "requests",
    name=f"partner-requests-{stack}.fifo",
    fifo_queue=True,
    content_based_deduplication=True,
    policy=platform.get_output("queuePolicy"),
    tags={**{"Project": "portal", "Environment": stack}, "ManagedBy": "pulumi"},
)

group = aws.cloudwatch.LogGroup(
    "portal-logs",
    retention_in_days=7,
    kms_key_id=platform.get_output("logsKeyArn"),
    tags=tags,
)

security_group = aws.ec2.SecurityGroup(
    "portal",
    vpc_id=network["vpcId"],
    description="what the portal may reach",
    tags={"Project": "portal", "Environment": stack, "ManagedBy": "pulumi"},
)

api = aws.apigateway.RestApi(
    "portal-api",
    description="What partners call",
    tags={"Project": "portal", "Environment": stack, "ManagedBy": "pulumi"},
)
aws.apigateway.Response(
    "portal-errors",
    rest_api_id=api.id,
    response_type=platform.get_output("errorType"),
    response_templates={"application/json": json.dumps({"error": "$context.error.message"})},
)
aws.apigateway.Response(
    "portal-server-errors",
    rest_api_id=api.id,
    response_type="DEFAULT_5XX",
    response_templates={"application/json": json.dumps({"error": "internal"})},
)

pulumi.export("reports", reports.name)
pulumi.export("queue", requests.url)
pulumi.export("security_group", security_group.id)
