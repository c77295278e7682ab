"""Reads uploaded files: resource objects for ids, documents from data sources, OpenAPI."""

import json

import pulumi
import pulumi_aws as aws
from pulumi import Output

account = aws.get_caller_identity().account_id
TAGS = {"Project": "uploads", "Environment": pulumi.get_stack(), "ManagedBy": "pulumi"}


def tagged(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
    """Tag all that takes tags."""
    if not hasattr(type(args.resource), "tags_all"):
        return None
    return pulumi.ResourceTransformationResult({**args.props, "tags": TAGS}, args.opts)


pulumi.runtime.register_stack_transformation(tagged)

uploads = aws.s3.Bucket("uploads")
# Everybody, and then not: one account only, and nobody without TLS.
aws.s3.BucketPolicy(
    "uploads-policy",
    bucket=uploads.id,
    policy=Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": "*",
                    "Action": "s3:ListBucket",
                    "Resource": uploads.arn,
                    "Condition": {"StringEquals": {"aws:PrincipalAccount": account}},
                },
                {
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": "s3:*",
                    "Resource": [uploads.arn, Output.concat(uploads.arn, "/*")],
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                },
            ],
        }
    ),
)
key = aws.kms.Key("failures")
# Lambda refuses FIFO queues here.
failures = aws.sqs.Queue("failures", message_retention_seconds=345600, kms_master_key_id=key.id)
aws.sqs.QueuePolicy(
    "failures-policy",
    queue_url=failures,
    policy=Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": {
                "Effect": "Deny",
                "Principal": {"AWS": ["*"]},
                "Action": ["SQS:*"],
                "Resource": failures.arn,
                "Condition": {"BoolIfExists": {"aws:SecureTransport": [False]}},
            },
        }
    ),
)
index = aws.dynamodb.Table(
    "index",
    hash_key="key",
    attributes=[{"name": "key", "type": "S"}],
    billing_mode="PAY_PER_REQUEST",
    stream_enabled=True,
    stream_view_type="NEW_IMAGE",
    point_in_time_recovery={"enabled": True},
    server_side_encryption={"enabled": True},
    replicas=[{"region_name": "ap-southeast-1", "point_in_time_recovery": True}],
)

trust = aws.iam.get_policy_document_output(
    statements=[
        {
            "effect": "Allow",
            "actions": ["sts:AssumeRole"],
            "principals": [{"type": "Service", "identifiers": ["lambda.amazonaws.com"]}],
        }
    ]
)


def reader(name: str, statements: list) -> aws.lambda_.Function:
    """A function with its own role, and a log group that its configuration names."""
    role = aws.iam.Role(f"{name}-role", assume_role_policy=trust.json)
    aws.iam.RolePolicyAttachment(
        f"{name}-traces",
        role=role,
        policy_arn=aws.iam.ManagedPolicy.AWS_XRAY_WRITE_ONLY_ACCESS,
    )
    logs = aws.cloudwatch.LogGroup(f"{name}-logs", retention_in_days=7, kms_key_id=key.arn)
    aws.iam.RolePolicy(
        f"{name}-policy",
        role=role,
        policy=aws.iam.get_policy_document(
            statements=[
                *statements,
                {
                    "actions": ["logs:CreateLogStream", "logs:PutLogEvents"],
                    "resources": [logs.arn.apply(lambda arn: f"{arn}:*")],
                },
            ]
        ).json,
    )
    return aws.lambda_.Function(
        f"{name}-function",
        runtime=aws.lambda_.Runtime.PYTHON3D13,
        architectures=["arm64"],
        handler="read.handler",
        role=role.arn,
        memory_size=3008,
        # An API waits for one of them.
        timeout=29,
        reserved_concurrent_executions=4,
        tracing_config=aws.lambda_.FunctionTracingConfigArgs(mode="Active"),
        logging_config=aws.lambda_.FunctionLoggingConfigArgs(
            log_format="JSON", log_group=logs.name
        ),
        dead_letter_config={"target_arn": failures.arn} if name == "upload" else None,
        code=pulumi.AssetArchive(
            {"read.py": pulumi.StringAsset("def handler(event, context): return {}\n")}
        ),
    )


upload = reader(
    "upload",
    [
        {"actions": ["s3:GetObject"], "resources": [uploads.arn.apply(lambda arn: f"{arn}/*")]},
        {"actions": ["dynamodb:PutItem"], "resources": [index.arn]},
        {"actions": ["sqs:SendMessage"], "resources": [failures.arn]},
    ],
)
change = reader(
    "change",
    [
        {
            "actions": [
                "dynamodb:GetRecords",
                "dynamodb:GetShardIterator",
                "dynamodb:DescribeStream",
            ],
            "resources": [Output.concat(index.arn, "/stream/*")],
        },
        {"actions": ["sqs:SendMessage"], "resources": [failures.arn]},
    ],
)
aws.lambda_.FunctionEventInvokeConfig(
    "change-invoke-config",
    function_name=change.name,
    destination_config={"on_failure": {"destination": failures.arn}},
)

permission = aws.lambda_.Permission(
    "uploads-invoke",
    action="lambda:InvokeFunction",
    function=upload,
    principal="s3.amazonaws.com",
    source_arn=uploads.arn,
    source_account=account,
)
aws.s3.BucketNotification(
    "uploads-notification",
    bucket=uploads,
    lambda_functions=[
        {"lambda_function_arn": upload.arn, "events": ["s3:ObjectCreated:*"]},
    ],
    opts=pulumi.ResourceOptions(depends_on=[permission]),
)
# A stream is no queue: nothing is said of its batches.
aws.lambda_.EventSourceMapping(
    "index-changes",
    event_source_arn=index.stream_arn,
    function_name=change.name,
    starting_position="LATEST",
)

# The address of a service is no secret, whatever it is called.
aws.ssm.Parameter(
    "keyboard-layout",
    name=f"/uploads/{pulumi.get_stack()}/keyboard-layout",
    type="String",
    value="qwertz",
)

api = aws.apigateway.RestApi(
    "search-api",
    body=Output.json_dumps(
        {
            "openapi": "3.0.1",
            "info": {"title": "search", "version": "1"},
            "x-amazon-apigateway-request-validators": {
                "all": {"validateRequestBody": True, "validateRequestParameters": True}
            },
            "x-amazon-apigateway-request-validator": "all",
            "x-amazon-apigateway-gateway-responses": {
                "DEFAULT_4XX": {"statusCode": 400},
                "DEFAULT_5XX": {"statusCode": 500},
            },
            "paths": {
                "/search": {
                    "post": {
                        "security": [{"api_key": []}],
                        "requestBody": {
                            "required": True,
                            "content": {
                                "application/json": {
                                    "schema": {"$ref": "#/components/schemas/Search"}
                                }
                            },
                        },
                        "x-amazon-apigateway-integration": {
                            "type": "aws_proxy",
                            "httpMethod": "POST",
                            "uri": upload.invoke_arn,
                        },
                    },
                    "options": {
                        "x-amazon-apigateway-integration": {"type": "mock"},
                    },
                }
            },
            "components": {
                "schemas": {
                    "Search": {
                        "type": "object",
                        "required": ["text"],
                        "properties": {"text": {"type": "string"}},
                    }
                },
                "securitySchemes": {
                    "api_key": {"type": "apiKey", "name": "x-api-key", "in": "header"}
                },
            },
        }
    ),
)
deployment = aws.apigateway.Deployment(
    "search-deployment",
    rest_api=api,
    triggers={"body": api.body.apply(lambda body: str(len(json.dumps(body))))},
)
access = aws.cloudwatch.LogGroup("search-access-logs", retention_in_days=7, kms_key_id=key.arn)
stage = aws.apigateway.Stage(
    "search-stage",
    rest_api=api,
    deployment=deployment,
    stage_name="v1",
    xray_tracing_enabled=True,
    access_log_settings=aws.apigateway.StageAccessLogSettingsArgs(
        destination_arn=access.arn,
        format="$context.requestId $context.httpMethod $context.resourcePath $context.status",
    ),
)
# Every search needs the key of the plan, so its limits are those of the stage.
plan = aws.apigateway.UsagePlan(
    "search-plan",
    api_stages=[
        aws.apigateway.UsagePlanApiStageArgs(api_id=api.id, stage=stage.stage_name),
    ],
    throttle_settings=aws.apigateway.UsagePlanThrottleSettingsArgs(rate_limit=50, burst_limit=20),
)
aws.apigateway.UsagePlanKey(
    "search-key",
    key_id=aws.apigateway.ApiKey("searcher"),
    key_type="API_KEY",
    usage_plan_id=plan,
)
