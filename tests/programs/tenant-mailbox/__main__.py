"""A mailbox: which roles, names and queues it uses is up to the tenant's own stack."""

import json

import pulumi
import pulumi_aws as aws

tenant = pulumi.StackReference(f"acme/tenant/{pulumi.get_stack()}")
tags = tenant.get_output("tags")

dead = aws.sqs.Queue(
    "mail-dead",
    fifo_queue=True,
    content_based_deduplication=True,
    message_retention_seconds=1209600,
    tags=tags,
)
redrive_policy = dead.arn.apply(
    lambda arn: json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 3})
)
inbox = aws.sqs.Queue(
    "inbox",
    fifo_queue=tenant.get_output("ordered"),
    content_based_deduplication=True,
    message_retention_seconds=345600,
    redrive_policy=redrive_policy,
    tags=tags,
)
outbox = aws.sqs.Queue(
    "outbox",
    fifo_queue=True,
    content_based_deduplication=True,
    message_retention_seconds=345600,
    redrive_policy=redrive_policy,
    tags=tags,
)

functions = {}
for name, physical in {"sort": "mail-sort", "send": tenant.get_output("senderName")}.items():
    functions[name] = aws.lambda_.Function(
        name,
        name=physical,
        runtime="python3.13",
        architectures=["arm64"],
        handler="mail.handler",
        role=tenant.get_output(f"{name}RoleArn"),
        reserved_concurrent_executions=2,
        memory_size=3072,
        tracing_config={"mode": "Active"},
        code=pulumi.AssetArchive(
            {"mail.py": pulumi.StringAsset("def handler(event, context): return {}\n")}
        ),
        tags=tags,
    )
for physical in ("mail-sort", "mail-send"):
    aws.cloudwatch.LogGroup(
        f"{physical}-logs", name=f"/aws/lambda/{physical}", retention_in_days=7, tags=tags
    )

for name, source in {"sort": inbox.arn, "send": tenant.get_output("queueArn")}.items():
    aws.lambda_.EventSourceMapping(
        f"{name}-mapping",
        event_source_arn=source,
        function_name=functions[name].name,
        function_response_types=["ReportBatchItemFailures"],
        scaling_config={"maximum_concurrency": 2},
        tags=tags,
    )
