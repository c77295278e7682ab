"""A chat API: REST API with a user pool, all of it through an explicit provider."""

import json

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceOptions

frankfurt = aws.Provider(
    "frankfurt",
    region="eu-central-1",
    default_tags={"tags": {"project": "chat", "stack": pulumi.get_stack()}},
)
there = ResourceOptions(provider=frankfurt)

table = aws.dynamodb.Table(
    "messages",
    hash_key="room",
    range_key="sent_at",
    attributes=[{"name": "room", "type": "S"}, {"name": "sent_at", "type": "N"}],
    billing_mode="PAY_PER_REQUEST",
    point_in_time_recovery={"enabled": True},
    opts=there,
)

# Moderators are to read this one day.
aws.sqs.Queue(
    "moderation",
    name="moderation.fifo",
    fifo_queue=True,
    content_based_deduplication=True,
    message_retention_seconds=345600,
    opts=there,
)

role = aws.iam.Role(
    "chat-role",
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
    opts=there,
)

aws.iam.RolePolicy(
    "chat-policy",
    role=role.id,
    policy=Output.concat(
        '{"Version": "2012-10-17", "Statement": [',
        '{"Effect": "Allow", "Action": ["dynamodb:Query", "dynamodb:PutItem"], "Resource": ["',
        table.arn,
        '", "',
        table.arn,
        '/index/*"]},',
        '{"Effect": "Allow", "Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], ',
        '"Resource": "*"}]}',
    ),
    opts=there,
)

aws.cloudwatch.LogGroup("chat-logs", name="/aws/lambda/chat-messages", opts=there)

chat = aws.lambda_.Function(
    "chat",
    name="chat-messages",
    runtime="nodejs22.x",
    architectures=["arm64"],
    handler="index.handler",
    role=role.arn,
    reserved_concurrent_executions=10,
    timeout=30,
    tracing_config={"mode": "Active"},
    code=pulumi.AssetArchive(
        {"index.mjs": pulumi.StringAsset("export const handler = async () => ({})\n")}
    ),
    opts=there,
)

users = aws.cognito.UserPool("users", opts=there)
api = aws.apigateway.RestApi("chat-api", opts=there)
authorizer = aws.apigateway.Authorizer(
    "users-authorizer",
    rest_api=api.id,
    type="COGNITO_USER_POOLS",
    provider_arns=[users.arn],
    opts=there,
)
validator = aws.apigateway.RequestValidator(
    "parameters-only",
    rest_api=api.id,
    validate_request_body=False,
    validate_request_parameters=True,
    opts=there,
)
message = aws.apigateway.Model(
    "message",
    rest_api=api.id,
    name="Message",
    content_type="application/json",
    schema=json.dumps(
        {
            "$schema": "http://json-schema.org/draft-04/schema#",
            "type": "object",
            "required": ["text"],
            "properties": {"text": {"type": "string", "maxLength": 4000}},
        }
    ),
    opts=there,
)
resource = aws.apigateway.Resource(
    "messages-path",
    rest_api=api.id,
    parent_id=api.root_resource_id,
    path_part="messages",
    opts=there,
)

integrations = []
for verb, authorization in {
    "GET": "COGNITO_USER_POOLS",
    "POST": "COGNITO_USER_POOLS",
    "PUT": "NONE",
    "OPTIONS": "NONE",
}.items():
    method = aws.apigateway.Method(
        f"messages-{verb.lower()}",
        rest_api=api.id,
        resource_id=resource.id,
        http_method=verb,
        authorization=authorization,
        authorizer_id=authorizer.id if authorization != "NONE" else None,
        request_validator_id=validator.id,
        request_models={"application/json": message.name} if verb in ("POST", "PUT") else None,
        opts=there,
    )
    integrations.append(
        aws.apigateway.Integration(
            f"messages-{verb.lower()}-integration",
            rest_api=api.id,
            resource_id=resource.id,
            http_method=method.http_method,
            type="MOCK" if verb == "OPTIONS" else "AWS_PROXY",
            integration_http_method=None if verb == "OPTIONS" else "POST",
            uri=None if verb == "OPTIONS" else chat.invoke_arn,
            opts=there,
        )
    )

aws.lambda_.Permission(
    "chat-invoke",
    action="lambda:InvokeFunction",
    function=chat.name,
    principal="apigateway.amazonaws.com",
    source_arn=Output.concat(api.execution_arn, "/*/*/messages"),
    opts=there,
)

deployment = aws.apigateway.Deployment(
    "chat-deployment",
    rest_api=api.id,
    opts=ResourceOptions(provider=frankfurt, depends_on=integrations[-1]),
)
stage = aws.apigateway.Stage(
    "v1",
    rest_api=api.id,
    deployment=deployment.id,
    stage_name="v1",
    xray_tracing_enabled=False,
    opts=there,
)
aws.apigateway.MethodSettings(
    "chat-debugging",
    rest_api=api.id,
    stage_name=stage.stage_name,
    method_path="*/*",
    settings={"logging_level": "INFO", "data_trace_enabled": True},
    opts=there,
)

pulumi.export("url", stage.invoke_url)
