"""A webhook receiver: API Gateway -> Lambda -> SQS."""

import json

import pulumi
import pulumi_aws as aws

config = pulumi.Config()
stack = pulumi.get_stack()

queue = aws.sqs.Queue("incoming", visibility_timeout_seconds=30)

secret = aws.ssm.Parameter(
    "signing-secret",
    name=f"/webhooks/{stack}/signing-secret",
    type="String",
    value=config.require_secret("signingSecret"),
)

role = aws.iam.Role(
    "receiver-role",
    assume_role_policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Action": "sts:AssumeRole",
                    "Principal": {"Service": "lambda.amazonaws.com"},
                    "Effect": "Allow",
                }
            ],
        }
    ),
)

aws.iam.RolePolicyAttachment(
    "receiver-logs",
    role=role.name,
    policy_arn="arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
)

aws.iam.RolePolicy(
    "receiver-send",
    role=role.id,
    policy=queue.arn.apply(
        lambda arn: json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Action": ["sqs:Send*"], "Resource": arn}],
            }
        )
    ),
)

receiver = aws.lambda_.Function(
    "receiver",
    runtime="python3.9",
    handler="index.handler",
    role=role.arn,
    timeout=10,
    code=pulumi.AssetArchive(
        {"index.py": pulumi.StringAsset("def handler(event, context): return {'statusCode': 202}")}
    ),
    environment={"variables": {"QUEUE_URL": queue.url, "SECRET_NAME": secret.name}},
)

api = aws.apigateway.RestApi("webhooks", description="Webhook endpoint")

hook = aws.apigateway.Resource(
    "hook", rest_api=api.id, parent_id=api.root_resource_id, path_part="hook"
)

method = aws.apigateway.Method(
    "post-hook",
    rest_api=api.id,
    resource_id=hook.id,
    http_method="POST",
    authorization="NONE",
)

integration = aws.apigateway.Integration(
    "hook-integration",
    rest_api=api.id,
    resource_id=hook.id,
    http_method=method.http_method,
    integration_http_method="POST",
    type="AWS_PROXY",
    uri=receiver.invoke_arn,
)

aws.lambda_.Permission(
    "api-invoke",
    action="lambda:InvokeFunction",
    function=receiver.name,
    principal="apigateway.amazonaws.com",
)

deployment = aws.apigateway.Deployment(
    "deployment",
    rest_api=api.id,
    opts=pulumi.ResourceOptions(depends_on=[integration]),
)

stage = aws.apigateway.Stage("live", rest_api=api.id, deployment=deployment.id, stage_name="live")

pulumi.export("url", pulumi.Output.concat(stage.invoke_url, "/hook"))
