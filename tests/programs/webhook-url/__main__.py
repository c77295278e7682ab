"""A webhook for everybody and a tool for colleagues, each at the URL of a function."""

import json

import pulumi
import pulumi_aws as aws

stack = pulumi.get_stack()
tags = {"Project": "hooks", "Environment": stack, "ManagedBy": "pulumi"}

WAYS_IN = {
    # How the sender identifies itself is up to the code.
    "hook": aws.lambda_.FunctionUrlArgs(authorization_type="NONE", function_name=""),
    "tool": aws.lambda_.FunctionUrlArgs(authorization_type="AWS_IAM", function_name=""),
}

trust = aws.iam.get_policy_document(
    version="2012-10-17",
    statements=[
        {
            "effect": "Allow",
            "actions": ["sts:AssumeRole"],
            "principals": [{"type": "Service", "identifiers": ["lambda.amazonaws.com"]}],
        }
    ],
).json

for name, way in WAYS_IN.items():
    role = aws.iam.Role(f"{name}-role", assume_role_policy=trust, tags=tags)
    logs = aws.cloudwatch.LogGroup(
        f"{name}-logs",
        retention_in_days=7,
        kms_key_id=f"arn:aws:kms:us-east-1:123456789012:alias/logs-{stack}",
        tags=tags,
    )
    aws.iam.RolePolicy(
        f"{name}-policy",
        role=role.id,
        policy=aws.iam.get_policy_document_output(
            statements=[
                {
                    "actions": ["logs:CreateLogStream", "logs:PutLogEvents"],
                    "resources": [pulumi.Output.concat(logs.arn, ":*")],
                },
                {
                    "actions": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
                    "resources": ["*"],
                },
            ]
        ).json,
    )
    function = aws.lambda_.Function(
        name,
        runtime=aws.lambda_.Runtime.NODE_JS22D_X,
        architectures=["arm64"],
        handler="index.handler",
        role=role.arn,
        memory_size=3072,
        reserved_concurrent_executions=2,
        tracing_config={"mode": "Active"},
        logging_config={"log_format": "Text", "log_group": logs.name},
        code=pulumi.AssetArchive(
            {"index.mjs": pulumi.StringAsset("export const handler = async () => 'ok'\n")}
        ),
        tags=tags,
    )
    url = aws.lambda_.FunctionUrl(
        f"{name}-url",
        function_name=function.name,
        authorization_type=way.authorization_type,
        cors={"allow_origins": ["*"], "allow_methods": ["POST"]},
    )
    pulumi.export(f"{name}_url", url.function_url)
