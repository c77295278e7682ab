"""Votes, by an HTTP API with tokens of a user pool."""

import json

import pulumi
import pulumi_aws as aws
from pulumi import Output

stack = pulumi.get_stack()
provider = aws.Provider(
    "tagging",
    region="eu-south-1",
    default_tags={"tags": {"Project": "votes", "Environment": stack, "ManagedBy": "pulumi"}},
)
opts = pulumi.ResourceOptions(provider=provider)

pool = aws.cognito.UserPool("voters", name=f"voters-{stack}", opts=opts)
client = aws.cognito.UserPoolClient("web", user_pool_id=pool.id, opts=opts)

table = aws.dynamodb.Table(
    "votes",
    hash_key="vote",
    attributes=[{"name": "vote", "type": "S"}],
    billing_mode="PAY_PER_REQUEST",
    point_in_time_recovery={"enabled": True},
    server_side_encryption={
        "enabled": True,
        "kms_key_arn": aws.kms.Key("votes-key", opts=opts).arn,
    },
    opts=opts,
)
role = aws.iam.Role(
    "count-role",
    assume_role_policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": "sts:AssumeRole",
                    "Principal": {"Service": "lambda.amazonaws.com"},
                }
            ],
        }
    ),
    opts=opts,
)
logs = aws.cloudwatch.LogGroup(
    "count-logs", name=f"/aws/lambda/count-{stack}", retention_in_days=7, opts=opts
)
aws.iam.RolePolicy(
    "count-policy",
    role=role.name,
    policy=Output.all(table=table.arn, logs=logs.arn).apply(
        lambda arns: json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Action": ["dynamodb:PutItem", "dynamodb:Scan"],
                        "Resource": arns["table"],
                    },
                    {
                        "Effect": "Allow",
                        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                        "Resource": arns["logs"] + ":*",
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
    opts=opts,
)
count = aws.lambda_.Function(
    "count",
    name=f"count-{stack}",
    runtime="python3.13",
    architectures=["arm64"],
    handler="count.handler",
    role=role.arn,
    memory_size=3072,
    timeout=10,
    reserved_concurrent_executions=20,
    tracing_config={"mode": "Active"},
    code=pulumi.AssetArchive({"count.py": pulumi.StringAsset("def handler(e, c): ...\n")}),
    opts=opts,
)

api = aws.apigatewayv2.Api("votes-api", name=f"votes-{stack}", protocol_type="HTTP", opts=opts)
authorizer = aws.apigatewayv2.Authorizer(
    "voters-tokens",
    api_id=api.id,
    name=f"voters-{stack}",
    authorizer_type="JWT",
    identity_sources=["$request.header.Authorization"],
    jwt_configuration={
        "audiences": [client.id],
        "issuer": Output.concat("https://", pool.endpoint),
    },
    opts=opts,
)
integration = aws.apigatewayv2.Integration(
    "count-integration",
    api_id=api.id,
    integration_type="AWS_PROXY",
    integration_method="POST",
    integration_uri=count.arn,
    payload_format_version="2.0",
    opts=opts,
)
for name, key, protected in [
    ("results", "GET /votes", True),
    ("cast", "POST /votes", False),
]:
    aws.apigatewayv2.Route(
        f"{name}-route",
        api_id=api.id,
        route_key=key,
        target=Output.concat("integrations/", integration.id),
        authorization_type="JWT" if protected else "NONE",
        authorizer_id=authorizer.id if protected else None,
        opts=opts,
    )
access = aws.cloudwatch.LogGroup("votes-access", retention_in_days=7, opts=opts)
stage = aws.apigatewayv2.Stage(
    "votes-stage",
    api_id=api.id,
    name=stack,
    auto_deploy=True,
    access_log_settings={
        "destination_arn": access.arn,
        "format": json.dumps({"id": "$context.requestId", "status": "$context.status"}),
    },
    default_route_settings={"throttling_rate_limit": 50, "throttling_burst_limit": 20},
    opts=opts,
)
aws.lambda_.Permission(
    "votes-invoke",
    action="lambda:InvokeFunction",
    function=count.name,
    principal="apigateway.amazonaws.com",
    source_arn=Output.concat(api.execution_arn, "/*/*/votes"),
    opts=opts,
)

pulumi.export("endpoint", stage.invoke_url)
