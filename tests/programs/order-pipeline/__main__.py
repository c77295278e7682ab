"""Orders arrive on a FIFO queue; a worker writes them to a table."""

import json

import pulumi
import pulumi_aws as aws
from pulumi import Output

dead_letters = aws.sqs.Queue(
    "orders-dead",
    name="orders-dead.fifo",
    fifo_queue=True,
    content_based_deduplication=True,
    message_retention_seconds=1209600,
)

orders = aws.sqs.Queue(
    "orders",
    name="orders.fifo",
    fifo_queue=True,
    visibility_timeout_seconds=180,
    message_retention_seconds=1209600,
    redrive_policy=Output.json_dumps(
        {"deadLetterTargetArn": dead_letters.arn, "maxReceiveCount": 25}
    ),
)

table = aws.dynamodb.Table(
    "orders-table",
    hash_key="id",
    attributes=[aws.dynamodb.TableAttributeArgs(name="id", type="S")],
    billing_mode="PROVISIONED",
    read_capacity=5,
    write_capacity=5,
    point_in_time_recovery=aws.dynamodb.TablePointInTimeRecoveryArgs(enabled=False),
)

aws.ssm.Parameter(
    "pricing-url",
    name="/orders/pricing-url",
    type="String",
    value="https://pricing.example.com/v1",
)

role = aws.iam.Role(
    "worker-role",
    assume_role_policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": {
                "Effect": "Allow",
                "Action": "sts:AssumeRole",
                "Principal": {"Service": ["lambda.amazonaws.com"]},
            },
        }
    ),
)

policy = aws.iam.Policy(
    "worker-policy",
    policy=Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": [
                        "sqs:ReceiveMessage",
                        "sqs:DeleteMessage",
                        "sqs:GetQueueAttributes",
                    ],
                    "Resource": orders.arn,
                },
                {"Effect": "Allow", "Action": "dynamodb:PutItem", "Resource": table.arn},
                {
                    "Effect": "Allow",
                    "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                    "Resource": "arn:aws:logs:*:*:*",
                },
                {
                    "Effect": "Allow",
                    "Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
                    "Resource": "*",
                },
            ],
        }
    ),
)

attachment = aws.iam.RolePolicyAttachment(
    "worker-attachment", role=role.name, policy_arn=policy.arn
)

logs = aws.cloudwatch.LogGroup("worker-logs", name="/aws/lambda/order-worker", retention_in_days=30)

worker = aws.lambda_.Function(
    "worker",
    name="order-worker",
    runtime="python3.13",
    handler="worker.handler",
    role=role.arn,
    architectures=["arm64"],
    memory_size=3072,
    timeout=30,
    reserved_concurrent_executions=0,
    tracing_config=aws.lambda_.FunctionTracingConfigArgs(mode="PassThrough"),
    code=pulumi.FileArchive("./app"),
    environment=aws.lambda_.FunctionEnvironmentArgs(variables={"TABLE": table.name}),
    opts=pulumi.ResourceOptions(depends_on=[logs, attachment]),
)

aws.lambda_.EventSourceMapping(
    "orders-to-worker", event_source_arn=orders.arn, function_name=worker.arn, batch_size=10
)

pulumi.export("queue_url", orders.url)
