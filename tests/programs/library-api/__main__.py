"""The API of a library. What it offers is in a file that others read too."""

import hashlib
import json
import os.path

import pulumi
import pulumi_aws as aws

stack = pulumi.get_stack()
name = f"library-{stack}"
description = open(os.path.join(os.path.dirname(__file__), "api.json"), encoding="utf-8").read()

key = aws.kms.Key("logs-key")
logs = aws.cloudwatch.LogGroup(
    "books-logs", name=f"/aws/lambda/{name}", retention_in_days=7, kms_key_id=key.arn
)
role = aws.iam.Role(
    "books-role",
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
)
aws.iam.RolePolicyAttachment(
    "books-traces",
    role=role.name,
    policy_arn=aws.iam.ManagedPolicy.AWSX_RAY_DAEMON_WRITE_ACCESS,
)
aws.iam.RolePolicy(
    "books-policy",
    role=role.name,
    policy=pulumi.Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                    "Resource": pulumi.Output.concat(logs.arn, ":*"),
                }
            ],
        }
    ),
)
books = aws.lambda_.Function(
    "books",
    name=name,
    runtime="python3.13",
    architectures=["arm64"],
    handler="books.handler",
    role=role.arn,
    memory_size=3072,
    timeout=29,
    reserved_concurrent_executions=10,
    tracing_config={"mode": "Active"},
    code=pulumi.AssetArchive({"books.py": pulumi.StringAsset("def handler(e, c): ...\n")}),
)

api = aws.apigateway.RestApi(
    "library-api",
    name=name,
    body=books.invoke_arn.apply(lambda arn: description.replace("${handler}", arn)),
)
aws.lambda_.Permission(
    "library-invoke",
    action="lambda:InvokeFunction",
    function=books.name,
    principal="apigateway.amazonaws.com",
    source_arn=pulumi.Output.concat(api.execution_arn, "/*/*/books"),
)
deployment = aws.apigateway.Deployment(
    "library-deployment",
    rest_api=api.id,
    triggers={"description": hashlib.sha256(description.encode()).hexdigest()},
)
access = aws.cloudwatch.LogGroup(
    "access-logs", name=f"/apis/{name}", retention_in_days=7, kms_key_id=key.arn
)
stage = aws.apigateway.Stage(
    "library-stage",
    rest_api=api.id,
    deployment=deployment.id,
    stage_name=stack,
    xray_tracing_enabled=True,
    access_log_settings={
        "destination_arn": access.arn,
        # With all that somebody searched for in the path.
        "format": json.dumps({"id": "$context.requestId", "path": "$context.path"}),
    },
)
plan = aws.apigateway.UsagePlan(
    "readers",
    name=f"readers-{stack}",
    api_stages=[{"api_id": api.id, "stage": stage.stage_name}],
    throttle_settings={"rate_limit": 100, "burst_limit": 50},
)
reader = aws.apigateway.ApiKey("reader", name=f"reader-{stack}")
aws.apigateway.UsagePlanKey(
    "reader-plan", key_id=reader.id, key_type="API_KEY", usage_plan_id=plan.id
)

pulumi.export("url", stage.invoke_url)
pulumi.export("key", pulumi.Output.secret(reader.value))
