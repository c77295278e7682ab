"""Rotates what must stay secret: secrets of the configuration, of the program, and made up."""

import json

import pulumi
import pulumi_aws as aws

config = pulumi.Config()
stack = pulumi.get_stack()
tags = config.require_object("tags")
user = config.require("databaseUser")
token = pulumi.Output.secret("tok_8fK2mQ9xVb3LpR7wZs5TnY")

# A secret of the program goes where secrets go.
aws.ssm.Parameter(
    "database-password",
    name=f"/rotator/{stack}/database-password",
    type="SecureString",
    value=pulumi.Output.secret("cannot-be-guessed-7"),
    tags=tags,
)
# And here it does not.
aws.ssm.Parameter(
    "api-token", name=f"/rotator/{stack}/api-token", type="String", value=token, tags=tags
)
connection = pulumi.Output.all(user, token).apply(lambda args: f"{args[0]}:{args[1]}@db:5432")
aws.secretsmanager.Secret("connection", name=f"rotator/{stack}/connection", tags=tags)

role = aws.iam.Role(
    "rotate-role",
    assume_role_policy=pulumi.Output.secret(
        json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "lambda.amazonaws.com"},
                        "Action": "sts:AssumeRole",
                    }
                ],
            }
        )
    ),
    tags=tags,
)
aws.iam.RolePolicy(
    "rotate-policy",
    role=role.id,
    policy=pulumi.Output.secret(
        json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Action": ["ssm:PutParameter"],
                        "Resource": "*",
                    },
                    {
                        "Effect": "Allow",
                        "Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
                        "Resource": "*",
                    },
                ],
            }
        )
    ),
)
rotate = aws.lambda_.Function(
    "rotate",
    name=f"rotate-{stack}",
    runtime="python3.13",
    architectures=["arm64"],
    handler="rotate.handler",
    role=role.arn,
    memory_size=3072,
    timeout=60,
    reserved_concurrent_executions=1,
    tracing_config={"mode": pulumi.Output.secret("Active")},
    environment={"variables": {"API_TOKEN": token, "DATABASE_USER": user}},
    code=pulumi.AssetArchive({"rotate.py": pulumi.StringAsset("def handler(e, c): ...\n")}),
    tags=tags,
)
aws.cloudwatch.LogGroup(
    "rotate-logs",
    name=f"/aws/lambda/rotate-{stack}",
    retention_in_days=7,
    kms_key_id=f"arn:aws:kms:eu-west-1:{aws.get_caller_identity().account_id}:key/logs",
    tags=tags,
)

pulumi.export("token", token)
pulumi.export("connection", connection)
pulumi.export("function", rotate.arn)
