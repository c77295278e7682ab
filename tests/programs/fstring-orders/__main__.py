"""Orders. Written as if an output were a string: the text says that it is not one."""

import json

import pulumi
import pulumi_aws as aws

table = aws.dynamodb.Table(
    "orders",
    billing_mode="PAY_PER_REQUEST",
    hash_key="id",
    attributes=[{"name": "id", "type": "S"}],
    point_in_time_recovery={"enabled": True},
    server_side_encryption={"enabled": True},
)
dead = aws.sqs.Queue("orders-dead", fifo_queue=True, content_based_deduplication=True)
queue = aws.sqs.Queue(
    "orders-queue",
    fifo_queue=True,
    content_based_deduplication=True,
    redrive_policy=json.dumps({"deadLetterTargetArn": f"{dead.arn}", "maxReceiveCount": 3}),
)
role = aws.iam.Role(
    "work-role",
    assume_role_policy=json.dumps(
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
    ),
)
aws.iam.RolePolicy(
    "work-table",
    role=role.id,
    policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Action": ["dynamodb:PutItem"], "Resource": f"{table.arn}"}
            ],
        }
    ),
)
# Here somebody had told them.
aws.iam.RolePolicy(
    "work-queue",
    role=role.id,
    policy=queue.arn.apply(
        lambda arn: json.dumps(
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
                        "Resource": f"{arn}",
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
work = aws.lambda_.Function(
    "work",
    runtime="python3.13",
    architectures=["arm64"],
    handler="work.handler",
    role=role.arn,
    memory_size=3072,
    reserved_concurrent_executions=2,
    tracing_config={"mode": "Active"},
    environment={"variables": {"TABLE": f"{table.name}"}},
    code=pulumi.AssetArchive({"work.py": pulumi.StringAsset("def handler(e, c): ...\n")}),
)
aws.cloudwatch.LogGroup("work-logs", name=f"/aws/lambda/{work.name}", retention_in_days=7)
aws.lambda_.EventSourceMapping(
    "work-mapping",
    event_source_arn=queue.arn,
    function_name=work.name,
    function_response_types=["ReportBatchItemFailures"],
    scaling_config={"maximum_concurrency": 2},
)

pulumi.export("table", f"{table.name}")
