"""Orders of the shop in Beijing: the partition is aws-cn, and the stack is in production."""

import json

import pulumi
from pulumi_aws import cloudwatch, dynamodb, get_caller_identity, iam, lambda_, sqs

stack = pulumi.get_stack()
account = get_caller_identity().account_id
base = pulumi.StackReference(f"acme/base/{stack}")

orders = dynamodb.Table(
    "orders",
    name=f"orders-{stack}",
    billing_mode="PAY_PER_REQUEST",
    hash_key="order",
    attributes=[{"name": "order", "type": "S"}],
    point_in_time_recovery={"enabled": True},
    server_side_encryption={"enabled": True},
)
customers = dynamodb.Table(
    "customers",
    name=f"customers-{stack}",
    billing_mode="PAY_PER_REQUEST",
    hash_key="customer",
    attributes=[{"name": "customer", "type": "S"}],
    point_in_time_recovery={"enabled": True},
    server_side_encryption={"enabled": True},
    deletion_protection_enabled=True,
)

# What comes back is kept as long as the platform team says.
returns = dynamodb.Table(
    "returns",
    name=f"returns-{stack}",
    billing_mode="PAY_PER_REQUEST",
    hash_key="order",
    attributes=[{"name": "order", "type": "S"}],
    point_in_time_recovery={"enabled": True},
    server_side_encryption={"enabled": True},
    deletion_protection_enabled=base.get_output("protected"),
)

dead = sqs.Queue(
    "orders-dead",
    name=f"orders-dead-{stack}.fifo",
    fifo_queue=True,
    content_based_deduplication=True,
)
queue = sqs.Queue(
    "orders-queue",
    # The suffix is a part of a word here.
    name=f"ordersof{stack}.fifo",
    fifo_queue=True,
    content_based_deduplication=True,
    visibility_timeout_seconds=60,
    redrive_policy=pulumi.Output.json_dumps(
        {"deadLetterTargetArn": dead.arn, "maxReceiveCount": 3}
    ),
)

role = iam.Role(
    "worker-role",
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
iam.RolePolicyAttachment(
    "worker-basic",
    role=role.name,
    policy_arn="arn:aws-cn:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
)
iam.RolePolicy(
    "worker-policy",
    role=role.name,
    policy=pulumi.Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": ["dynamodb:PutItem"],
                    "Resource": f"arn:aws-cn:dynamodb:cn-north-1:{account}:table/orders-{stack}",
                },
                {
                    "Effect": "Allow",
                    "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
                    "Resource": queue.arn,
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
cloudwatch.LogGroup("worker-logs", name=f"/aws/lambda/orders-{stack}", retention_in_days=7)
worker = lambda_.Function(
    "worker",
    name=f"orders-{stack}",
    runtime=lambda_.Runtime.PYTHON3D13,
    handler="worker.handler",
    architectures=["arm64"],
    memory_size=3008,
    timeout=10,
    reserved_concurrent_executions=4,
    role=role.arn,
    tracing_config={"mode": "Active"},
    code=pulumi.AssetArchive({"worker.py": pulumi.StringAsset("def handler(e, c): pass\n")}),
)
lambda_.EventSourceMapping(
    "worker-mapping",
    event_source_arn=queue.arn,
    function_name=worker.name,
    function_response_types=["ReportBatchItemFailures"],
    scaling_config={"maximum_concurrency": 4},
    batch_size=10,
)
