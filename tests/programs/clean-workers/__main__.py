"""Queue workers from a component library, through a provider of their own."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceOptions


def encrypted_only(name: str, queue: aws.sqs.Queue, opts: ResourceOptions) -> None:
    """Refuse whoever comes to a queue without TLS."""
    aws.sqs.QueuePolicy(
        f"{name}-encrypted-only",
        queue_url=queue.id,
        policy=queue.arn.apply(
            lambda arn: {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Deny",
                        "Principal": "*",
                        "Action": "sqs:*",
                        "Resource": [arn],
                        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                    }
                ],
            }
        ),
        opts=opts,
    )


class Worker(pulumi.ComponentResource):
    """A FIFO queue with its dead-letter queue, and the function that reads it."""

    def __init__(
        self,
        name: str,
        table: aws.dynamodb.Table,
        key: aws.kms.Key,
        opts: ResourceOptions | None = None,
    ):
        super().__init__("acme:platform:Worker", name, {}, opts)
        child = ResourceOptions(parent=self)

        dead = aws.sqs.Queue(
            f"{name}-dead",
            fifo_queue=True,
            content_based_deduplication=True,
            message_retention_seconds=1209600,
            opts=child,
        )
        self.queue = aws.sqs.Queue(
            f"{name}-queue",
            fifo_queue=True,
            content_based_deduplication=True,
            visibility_timeout_seconds=360,
            opts=child,
        )
        encrypted_only(f"{name}-dead", dead, child)
        encrypted_only(f"{name}-queue", self.queue, child)
        aws.sqs.RedrivePolicy(
            f"{name}-redrive",
            queue_url=self.queue.url,
            redrive_policy=Output.json_dumps(
                {"deadLetterTargetArn": dead.arn, "maxReceiveCount": 1}
            ),
            opts=child,
        )
        aws.sqs.RedriveAllowPolicy(
            f"{name}-redrive-allow",
            queue_url=dead.url,
            redrive_allow_policy=Output.json_dumps(
                {"redrivePermission": "byQueue", "sourceQueueArns": [self.queue.arn]}
            ),
            opts=child,
        )
        role = aws.iam.Role(
            f"{name}-role",
            assume_role_policy={
                "Version": "2012-10-17",
                "Statement": {
                    "Effect": "Allow",
                    "Action": "sts:AssumeRole",
                    "Principal": {"Service": "lambda.amazonaws.com"},
                },
            },
            inline_policies=[
                {
                    "name": "traces",
                    "policy": Output.json_dumps(
                        {
                            "Version": "2012-10-17",
                            "Statement": {
                                "Effect": "Allow",
                                "Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
                                "Resource": "*",
                            },
                        }
                    ),
                }
            ],
            opts=child,
        )
        function = aws.lambda_.Function(
            f"{name}-function",
            runtime="python3.13",
            architectures=["arm64"],
            handler="work.handler",
            role=role.arn,
            timeout=60,
            memory_size=3072,
            reserved_concurrent_executions=2,
            tracing_config={"mode": "Active"},
            code=pulumi.AssetArchive(
                {"work.py": pulumi.StringAsset("def handler(event, context): return {}\n")}
            ),
            opts=child,
        )
        logs = aws.cloudwatch.LogGroup(
            f"{name}-logs",
            name=Output.format("/aws/lambda/{0}", function.name),
            retention_in_days=7,
            kms_key_id=key.arn,
            opts=child,
        )
        aws.iam.RolePolicy(
            f"{name}-policy",
            role=role.name,
            policy={
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Action": [
                            "sqs:ReceiveMessage",
                            "sqs:DeleteMessage",
                            "sqs:GetQueueAttributes",
                        ],
                        "Resource": self.queue.arn,
                    },
                    {
                        "Effect": "Allow",
                        "Action": ["dynamodb:PutItem", "dynamodb:Query"],
                        "Resource": [table.arn, Output.concat(table.arn, "/index/*")],
                    },
                    {
                        "Effect": "Allow",
                        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                        "Resource": logs.arn.apply(lambda arn: f"{arn}:*"),
                    },
                ],
            },
            opts=child,
        )
        aws.lambda_.EventSourceMapping(
            f"{name}-mapping",
            event_source_arn=self.queue.arn,
            function_name=function.name,
            function_response_types=["ReportBatchItemFailures"],
            scaling_config={"maximum_concurrency": 2},
            opts=child,
        )
        self.register_outputs({"queue": self.queue.url})


def tagged(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
    """Give every table and queue the tag of this project."""
    if args.type_ not in ("aws:dynamodb/table:Table", "aws:sqs/queue:Queue"):
        return None
    return pulumi.ResourceTransformationResult(
        {**args.props, "tags": {"Project": pulumi.get_project()}}, args.opts
    )


def recoverable(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
    """Turn point-in-time recovery on for every table."""
    if args.type_ != "aws:dynamodb/table:Table":
        return None
    return pulumi.ResourceTransformResult(
        {**args.props, "pointInTimeRecovery": {"enabled": True}}, args.opts
    )


pulumi.runtime.register_stack_transformation(tagged)

ireland = aws.Provider(
    "ireland",
    region="eu-west-1",
    default_tags={
        "tags": {"Project": "workers", "Environment": pulumi.get_stack(), "ManagedBy": "pulumi"}
    },
)
in_ireland = ResourceOptions(provider=ireland)

results = aws.dynamodb.Table(
    "results",
    hash_key="id",
    attributes=[{"name": "id", "type": "S"}],
    billing_mode="PAY_PER_REQUEST",
    server_side_encryption={"enabled": True},
    opts=ResourceOptions(provider=ireland, transforms=[recoverable]),
)

logs_key = aws.kms.Key("logs-key", opts=in_ireland)
for name in ("resize", "transcode"):
    Worker(name, results, logs_key, ResourceOptions(providers=[ireland]))

# A container reads this one: it has no mapping, but somebody may receive.
dead_audit = aws.sqs.Queue(
    "audit-dead", fifo_queue=True, content_based_deduplication=True, opts=in_ireland
)
audit = aws.sqs.Queue(
    "audit",
    aws.sqs.QueueArgs(
        fifo_queue=True,
        content_based_deduplication=True,
        kms_master_key_id="alias/aws/sqs",
        redrive_policy=Output.concat(
            '{"deadLetterTargetArn":"', dead_audit.arn, '","maxReceiveCount":"5"}'
        ),
    ),
    in_ireland,
)
encrypted_only("audit", audit, in_ireland)
encrypted_only("audit-dead", dead_audit, in_ireland)
task_role = aws.iam.Role(
    "audit-task-role",
    assume_role_policy=aws.iam.get_policy_document_output(
        statements=[
            {
                "actions": ["sts:AssumeRole"],
                "principals": [{"type": "Service", "identifiers": ["ecs-tasks.amazonaws.com"]}],
                "conditions": [
                    {
                        "test": "StringEquals",
                        "variable": "aws:SourceAccount",
                        "values": [aws.get_caller_identity_output().account_id],
                    }
                ],
            }
        ]
    ).json,
    opts=in_ireland,
)
aws.iam.RolePolicy(
    "audit-receive",
    role=task_role.id,
    policy=aws.iam.get_policy_document_output(
        statements=[
            {
                "actions": ["sqs:ReceiveMessage", "sqs:DeleteMessage"],
                "resources": [audit.arn],
            }
        ]
    ).json,
    opts=in_ireland,
)

pulumi.export("table", results.name)
