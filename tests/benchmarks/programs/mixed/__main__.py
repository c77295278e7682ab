"""As many resources as the configuration says, in the mix of a payment stack: compliant ones."""

import json

import pulumi
import pulumi_aws as aws

ACCOUNT, REGION = "123456789012", "us-east-1"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"Service": "lambda.amazonaws.com"},
        }
    ],
}
TAGS = {"Project": "benchmarks", "Environment": "test", "ManagedBy": "pulumi"}
TRACES = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]


def statement(actions: list[str], resource: str) -> dict[str, object]:
    """An Allow statement."""
    return {"Effect": "Allow", "Action": actions, "Resource": resource}


def unit(number: int) -> None:
    """Ten resources: a function with its role, grants, group, queues, mapping and table."""
    name = f"unit{number}-{pulumi.get_stack()}"
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"
    table = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name}"
    group = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/{name}:*"
    role = aws.iam.Role(f"{name}-role", name=name, assume_role_policy=json.dumps(TRUST), tags=TAGS)
    statements = [
        statement(["dynamodb:GetItem", "dynamodb:PutItem"], table),
        statement(
            ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], f"{arn}.fifo"
        ),
        statement(["logs:CreateLogStream", "logs:PutLogEvents"], group),
        statement(TRACES, "*"),
    ]
    policy = aws.iam.Policy(
        f"{name}-policy",
        name=name,
        policy=json.dumps({"Version": "2012-10-17", "Statement": statements}),
        tags=TAGS,
    )
    aws.iam.RolePolicyAttachment(f"{name}-grant", role=role.name, policy_arn=policy.arn)
    aws.cloudwatch.LogGroup(
        f"{name}-logs", name=f"/aws/lambda/{name}", retention_in_days=7, tags=TAGS
    )
    dead = aws.sqs.Queue(
        f"{name}-dead",
        name=f"{name}-dead.fifo",
        fifo_queue=True,
        content_based_deduplication=True,
        message_retention_seconds=1209600,
        tags=TAGS,
    )
    queue = aws.sqs.Queue(
        f"{name}-queue",
        name=f"{name}.fifo",
        fifo_queue=True,
        content_based_deduplication=True,
        message_retention_seconds=345600,
        visibility_timeout_seconds=180,
        tags=TAGS,
        redrive_policy=json.dumps(
            {"deadLetterTargetArn": f"{arn}-dead.fifo", "maxReceiveCount": 3}
        ),
        opts=pulumi.ResourceOptions(depends_on=[dead]),
    )
    aws.dynamodb.Table(
        f"{name}-table",
        name=name,
        hash_key="id",
        attributes=[{"name": "id", "type": "S"}],
        billing_mode="PAY_PER_REQUEST",
        point_in_time_recovery={"enabled": True},
        tags=TAGS,
    )
    function = aws.lambda_.Function(
        f"{name}-function",
        name=name,
        role=role.arn,
        runtime="python3.13",
        handler="app.handler",
        architectures=["arm64"],
        memory_size=3008,
        timeout=30,
        reserved_concurrent_executions=10,
        tracing_config={"mode": "Active"},
        tags=TAGS,
        code=pulumi.AssetArchive({"app.py": pulumi.StringAsset("handler = print")}),
    )
    aws.lambda_.EventSourceMapping(
        f"{name}-mapping",
        event_source_arn=queue.arn,
        function_name=function.name,
        function_response_types=["ReportBatchItemFailures"],
        scaling_config={"maximum_concurrency": 10},
        tags=TAGS,
    )
    aws.ssm.Parameter(f"{name}-mode", name=f"/{name}/mode", type="String", value="live", tags=TAGS)


for number in range(pulumi.Config().require_int("resources") // 10):
    unit(number)
