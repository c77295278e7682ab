"""Short addresses for long ones: resource objects are passed where ids are wanted."""

import os
from pathlib import Path

import pulumi
import pulumi_aws as aws
from access import function_role

config = pulumi.Config()
page = Path("redirect.js").read_text(encoding="utf-8")

table = aws.dynamodb.Table(
    "links",
    hash_key="slug",
    attributes=[{"name": "slug", "type": "S"}],
    billing_mode=os.environ.get("LINKS_BILLING_MODE", "PROVISIONED"),
    read_capacity=2,
    write_capacity=2,
    point_in_time_recovery={"enabled": True},
)

role = function_role("redirect")
aws.iam.RolePolicyAttachment(
    "redirect-table",
    role=role,
    policy_arn=aws.iam.ManagedPolicy.AMAZON_DYNAMO_DB_FULL_ACCESS,
)
aws.iam.RolePolicyAttachment(
    "redirect-traces",
    role=role,
    policy_arn="arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess",
)

redirect = aws.lambda_.Function(
    "redirect",
    runtime=aws.lambda_.Runtime.NODE_JS22D_X,
    architectures=["arm64"],
    handler="redirect.handler",
    role=role.arn,
    tracing_config={"mode": "Active"},
    code=pulumi.AssetArchive({"redirect.js": pulumi.StringAsset(page)}),
    environment={"variables": {"TABLE": table.name}},
)
aws.cloudwatch.LogGroup(
    "redirect-logs", name=redirect.name.apply(lambda name: f"/aws/lambda/{name}")
)

if config.get_bool("withStatistics"):
    clicks = aws.sqs.Queue(
        "clicks",
        name_prefix="clicks-",
        visibility_timeout_seconds=60,
        sqs_managed_sse_enabled=False,
        redrive_policy=None,
    )
    counter_role = function_role("counter")
    aws.iam.RolePolicy(
        "counter-policy",
        role=counter_role,
        policy={
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "NotAction": ["dynamodb:DeleteTable"],
                    "Resource": [table.arn],
                },
                {
                    "Effect": "Allow",
                    "Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
                    "Resource": ["*"],
                },
            ],
        },
    )
    counter = aws.lambda_.Function(
        "counter",
        runtime="nodejs22.x",
        architectures=["arm64"],
        handler="counter.handler",
        role=counter_role.arn,
        reserved_concurrent_executions=2,
        timeout=20,
        tracing_config={"mode": "Active"},
        code=pulumi.AssetArchive({"counter.js": pulumi.StringAsset(page)}),
        environment={"variables": {"TABLE": table.name}},
    )
    aws.cloudwatch.LogGroup(
        "counter-logs",
        name=pulumi.Output.concat("/aws/lambda/", counter.name),
        retention_in_days=7,
    )
    aws.lambda_.EventSourceMapping(
        "clicks-mapping",
        event_source_arn=clicks.arn,
        function_name=counter.name,
        # More than the function takes; and no FIFO queue, so larger batches are fine.
        scaling_config={"maximum_concurrency": 3},
        batch_size=100,
        maximum_batching_window_in_seconds=1,
    )

api = aws.apigateway.RestApi("shortener")
validator = aws.apigateway.RequestValidator(
    "shortener-validator", rest_api=api, validate_request_body=True
)
method = aws.apigateway.Method(
    "any-root",
    rest_api=api,
    resource_id=api.root_resource_id,
    http_method="ANY",
    authorization="NONE",
    request_validator_id=validator,
)
integration = aws.apigateway.Integration(
    "root-integration",
    rest_api=api,
    resource_id=api.root_resource_id,
    http_method=method.http_method,
    integration_http_method="POST",
    type="AWS_PROXY",
    uri=redirect.invoke_arn,
)
aws.lambda_.Permission(
    "shortener-invoke",
    action="lambda:InvokeFunction",
    function=redirect,
    principal="apigateway.amazonaws.com",
)
deployment = aws.apigateway.Deployment(
    "shortener-deployment", rest_api=api, opts=pulumi.ResourceOptions(depends_on=[integration])
)
stage = aws.apigateway.Stage("shortener-stage", rest_api=api, deployment=deployment, stage_name="s")

# The address is known once the stage is there.
stage.stage_name.apply(
    lambda name: aws.ssm.Parameter(
        "admin-password", name=f"/shortener/{name}/admin-password", type="String", value="initial"
    )
)

pulumi.export("url", stage.invoke_url)
