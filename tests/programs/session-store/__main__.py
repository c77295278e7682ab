"""Sessions, kept in two regions: global tables and a function in each region."""

import json

import pulumi
import pulumi_aws as aws

providers = {
    region: aws.Provider(f"in-{region}", region=region) for region in ("us-east-1", "eu-west-1")
}

sessions = aws.dynamodb.Table(
    "sessions",
    hash_key="session_id",
    attributes=[{"name": "session_id", "type": "S"}],
    billing_mode="PAY_PER_REQUEST",
    stream_enabled=True,
    stream_view_type="NEW_AND_OLD_IMAGES",
    point_in_time_recovery={"enabled": True},
    replicas=[{"region_name": "eu-west-1", "point_in_time_recovery": False}],
)

carts = aws.dynamodb.Table(
    "carts",
    hash_key="session_id",
    attributes=[{"name": "session_id", "type": "S"}],
    billing_mode="PAY_PER_REQUEST",
    stream_enabled=True,
    stream_view_type="NEW_AND_OLD_IMAGES",
    point_in_time_recovery={"enabled": True},
)
aws.dynamodb.TableReplica(
    "carts-europe",
    global_table_arn=carts.arn,
    opts=pulumi.ResourceOptions(provider=providers["eu-west-1"]),
)

trust = aws.iam.get_policy_document(
    statements=[
        aws.iam.GetPolicyDocumentStatementArgs(
            actions=["sts:AssumeRole"],
            principals=[
                aws.iam.GetPolicyDocumentStatementPrincipalArgs(
                    type="Service", identifiers=["lambda.amazonaws.com"]
                )
            ],
        )
    ]
)
role = aws.iam.Role("session-role", assume_role_policy=trust.json)

aws.iam.RolePolicy(
    "session-policy",
    role=role.name,
    policy=aws.iam.get_policy_document(
        statements=[
            {
                "actions": ["dynamodb:GetItem", "dynamodb:GetItems"],
                "resources": [
                    f"arn:aws:dynamodb:*:{aws.get_caller_identity().account_id}:table/sessions"
                ],
            },
            {
                "actions": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
                "resources": ["*"],
            },
        ]
    ).json,
)

# Warehouse and support look sessions up from their own accounts.
aws.iam.Role(
    "support-role",
    assume_role_policy=pulumi.Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": ["arn:aws:iam::444455556666:role/support", "*"]},
                    "Action": "sts:AssumeRole",
                }
            ],
        }
    ),
)

for region, provider in providers.items():
    there = pulumi.ResourceOptions(provider=provider)
    logs = aws.cloudwatch.LogGroup(
        f"lookup-logs-{region}",
        name=f"/aws/lambda/lookup-{region}",
        retention_in_days=7,
        opts=there,
    )
    lookup = aws.lambda_.Function(
        f"lookup-{region}",
        name=f"lookup-{region}",
        runtime="python3.13",
        handler="lookup.handler",
        architectures=["arm64"],
        role=role.arn,
        reserved_concurrent_executions=3,
        tracing_config={"mode": "Active"},
        code=pulumi.AssetArchive(
            {"lookup.py": pulumi.StringAsset("def handler(event, context): return {}\n")}
        ),
        opts=there,
    )
    aws.lambda_.Permission(
        f"lookup-{region}-permission",
        action="lambda:InvokeFunction",
        function=lookup.name,
        principal="sns.amazonaws.com",
        opts=there,
    )
