"""A payment API: transactions and fraud alerts, queues, tables and notifications."""

import json

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceOptions

suffix = pulumi.Config().require("environmentSuffix")
tags = {"Project": "payments", "Environment": suffix, "ManagedBy": "pulumi"}

transactions = aws.dynamodb.Table(
    "transactions",
    name=f"transactions-{suffix}",
    hash_key="transaction_id",
    attributes=[aws.dynamodb.TableAttributeArgs(name="transaction_id", type="S")],
    billing_mode="PAY_PER_REQUEST",
    point_in_time_recovery=aws.dynamodb.TablePointInTimeRecoveryArgs(enabled=True),
    tags=tags,
)
fraud_alerts = aws.dynamodb.Table(
    "fraud-alerts",
    name=f"fraud-alerts-{suffix}",
    hash_key="alert_id",
    range_key="timestamp",
    attributes=[
        aws.dynamodb.TableAttributeArgs(name="alert_id", type="S"),
        aws.dynamodb.TableAttributeArgs(name="timestamp", type="N"),
    ],
    billing_mode="PAY_PER_REQUEST",
    point_in_time_recovery=aws.dynamodb.TablePointInTimeRecoveryArgs(enabled=True),
    tags=tags,
)


def fifo(name: str) -> aws.sqs.Queue:
    """A FIFO queue with its dead-letter queue."""
    dead = aws.sqs.Queue(
        f"{name}-dead",
        name=f"{name}-dead-{suffix}.fifo",
        fifo_queue=True,
        content_based_deduplication=True,
        message_retention_seconds=1209600,
        tags=tags,
    )
    return aws.sqs.Queue(
        name,
        name=f"{name}-{suffix}.fifo",
        fifo_queue=True,
        content_based_deduplication=True,
        message_retention_seconds=345600,
        visibility_timeout_seconds=180,
        redrive_policy=dead.arn.apply(
            lambda arn: json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 3})
        ),
        tags=tags,
    )


transaction_queue = fifo("transaction-queue")
notifications_queue = fifo("notifications-queue")

api_key = aws.ssm.Parameter(
    "api-key",
    name=f"/payments/{suffix}/api-key",
    type="SecureString",
    value="replace-me",
    tags=tags,
)

lambda_role = aws.iam.Role(
    "lambda-role",
    name=f"role-payments-{suffix}",
    assume_role_policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Action": "sts:AssumeRole",
                    "Effect": "Allow",
                    "Principal": {"Service": "lambda.amazonaws.com"},
                }
            ],
        }
    ),
    tags=tags,
)

lambda_policy = aws.iam.RolePolicy(
    "lambda-policy",
    role=lambda_role.id,
    policy=Output.all(
        transactions.arn,
        fraud_alerts.arn,
        transaction_queue.arn,
        notifications_queue.arn,
        api_key.arn,
    ).apply(
        lambda arns: json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Action": ["dynamodb:PutItem", "dynamodb:GetItem", "dynamodb:UpdateItem"],
                        "Resource": [arns[0], arns[1]],
                    },
                    {
                        "Effect": "Allow",
                        "Action": [
                            "sqs:ReceiveMessage",
                            "sqs:DeleteMessage",
                            "sqs:GetQueueAttributes",
                        ],
                        "Resource": arns[2],
                    },
                    {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": arns[3]},
                    {"Effect": "Allow", "Action": "ssm:GetParameter", "Resource": arns[4]},
                    {
                        "Effect": "Allow",
                        "Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
                        "Resource": "*",
                    },
                    {"Effect": "Allow", "Action": "logs:*", "Resource": "arn:aws:logs:*:*:*"},
                ],
            }
        )
    ),
)

process_logs = aws.cloudwatch.LogGroup(
    "process-logs",
    name=f"/aws/lambda/lambda-process-{suffix}",
    retention_in_days=7,
    tags=tags,
)

process = aws.lambda_.Function(
    "process-transactions",
    name=f"lambda-process-{suffix}",
    runtime="python3.13",
    architectures=["arm64"],
    handler="process.handler",
    role=lambda_role.arn,
    memory_size=3072,
    timeout=29,
    reserved_concurrent_executions=50,
    tracing_config=aws.lambda_.FunctionTracingConfigArgs(mode="Active"),
    code=pulumi.AssetArchive({".": pulumi.FileArchive("./lambda")}),
    environment={"variables": {"TABLE": transactions.name, "QUEUE": notifications_queue.url}},
    tags=tags,
    opts=ResourceOptions(depends_on=[process_logs, lambda_policy]),
)
fraud = aws.lambda_.Function(
    "fraud-webhook",
    name=f"lambda-fraud-{suffix}",
    runtime="python3.13",
    architectures=["arm64"],
    handler="fraud.handler",
    role=lambda_role.arn,
    memory_size=3072,
    timeout=29,
    reserved_concurrent_executions=20,
    tracing_config=aws.lambda_.FunctionTracingConfigArgs(mode="Active"),
    code=pulumi.AssetArchive({".": pulumi.FileArchive("./lambda")}),
    environment={"variables": {"TABLE": fraud_alerts.name}},
    tags=tags,
    opts=ResourceOptions(depends_on=[lambda_policy]),
)

aws.lambda_.EventSourceMapping(
    "transaction-mapping",
    event_source_arn=transaction_queue.arn,
    function_name=process.arn,
    batch_size=10,
    function_response_types=["ReportBatchItemFailures"],
    scaling_config={"maximum_concurrency": 20},
    tags=tags,
)

api = aws.apigateway.RestApi("payments-api", name=f"api-payments-{suffix}", tags=tags)
validator = aws.apigateway.RequestValidator(
    "body-validator",
    rest_api=api.id,
    validate_request_body=True,
    validate_request_parameters=True,
)

methods: list[pulumi.Resource] = []
for path, function in {"transactions": process, "fraud-webhook": fraud}.items():
    resource = aws.apigateway.Resource(
        f"{path}-path", rest_api=api.id, parent_id=api.root_resource_id, path_part=path
    )
    method = aws.apigateway.Method(
        f"post-{path}",
        rest_api=api.id,
        resource_id=resource.id,
        http_method="POST",
        authorization="NONE",
        api_key_required=True,
        request_validator_id=validator.id,
    )
    integration = aws.apigateway.Integration(
        f"{path}-integration",
        rest_api=api.id,
        resource_id=resource.id,
        http_method=method.http_method,
        integration_http_method="POST",
        type="AWS_PROXY",
        uri=function.invoke_arn,
    )
    aws.lambda_.Permission(
        f"{path}-permission",
        action="lambda:InvokeFunction",
        function=function.name,
        principal="apigateway.amazonaws.com",
        source_arn=api.execution_arn.apply(lambda arn, path=path: f"{arn}/*/POST/{path}"),
    )
    methods += [method, integration]

deployment = aws.apigateway.Deployment(
    "deployment", rest_api=api.id, opts=ResourceOptions(depends_on=methods)
)
stage = aws.apigateway.Stage(
    "stage",
    rest_api=api.id,
    deployment=deployment.id,
    stage_name=suffix,
    xray_tracing_enabled=True,
    tags=tags,
)

pulumi.export("api_gateway_url", stage.invoke_url)
