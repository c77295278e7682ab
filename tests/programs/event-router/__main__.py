"""Events of a partner come on a bus, and are routed to a queue in order."""

import json

import pulumi
import pulumi_aws as aws

config = pulumi.Config()
partner = config.require("partner")
stack = pulumi.get_stack()
account = aws.get_caller_identity().account_id
provider = aws.Provider(
    "ohio",
    aws.ProviderArgs(
        region="us-east-2",
        default_tags=aws.ProviderDefaultTagsArgs(
            tags={"Project": "events", "Environment": stack, "ManagedBy": "pulumi"}
        ),
    ),
)
pulumi.runtime.register_stack_transformation(
    lambda args: (
        pulumi.ResourceTransformationResult(
            args.props,
            pulumi.ResourceOptions.merge(args.opts, pulumi.ResourceOptions(provider=provider)),
        )
        if args.type_.startswith("aws:")
        else None
    )
)

bus = aws.cloudwatch.EventBus("partners", name=f"partners-{stack}")
aws.cloudwatch.EventBusPolicy(
    "partners-policy",
    event_bus_name=bus.name,
    policy=bus.arn.apply(
        lambda arn: json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Sid": "Partner",
                        "Effect": "Allow",
                        "Principal": {"AWS": f"arn:aws:iam::{partner}:root"},
                        "Action": "events:PutEvents",
                        "Resource": arn,
                    }
                ],
            }
        )
    ),
)
rule = aws.cloudwatch.EventRule(
    "orders",
    name=f"orders-{stack}",
    event_bus_name=bus.name,
    event_pattern=json.dumps({"detail-type": ["OrderPlaced"]}),
)

dead = aws.sqs.Queue(
    "orders-dead",
    fifo_queue=True,
    content_based_deduplication=True,
    message_retention_seconds=1209600,
)
queue = aws.sqs.Queue(
    "orders-queue",
    fifo_queue=True,
    content_based_deduplication=False,
    visibility_timeout_seconds=200,
    redrive_policy=dead.arn.apply(
        lambda arn: json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 5})
    ),
)
aws.sqs.QueuePolicy(
    "orders-queue-policy",
    queue_url=queue.url,
    policy=queue.arn.apply(
        lambda arn: json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "events.amazonaws.com"},
                        "Action": "sqs:SendMessage",
                        "Resource": arn,
                        "Condition": {
                            "ArnEquals": {
                                "aws:SourceArn": f"arn:aws:events:us-east-2:{account}:rule"
                                f"/partners-{stack}/orders-{stack}"
                            }
                        },
                    }
                ],
            }
        )
    ),
)
aws.cloudwatch.EventTarget(
    "orders-target",
    rule=rule.name,
    event_bus_name=bus.name,
    arn=queue.arn,
    sqs_target={"message_group_id": "orders"},
)

role = aws.iam.Role(
    "fulfil-role",
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
)
logs = aws.cloudwatch.LogGroup("fulfil-logs", retention_in_days=7)
aws.iam.RolePolicy(
    "fulfil-policy",
    role=role.id,
    policy=pulumi.Output.all(queue=queue.arn, logs=logs.arn).apply(
        lambda arns: json.dumps(
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
                        "Resource": arns["queue"],
                    },
                    {
                        "Effect": "Allow",
                        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                        "Resource": arns["logs"] + ":*",
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
fulfil = aws.lambda_.Function(
    "fulfil",
    runtime="python3.13",
    architectures=["arm64"],
    handler="fulfil.handler",
    role=role.arn,
    memory_size=3072,
    timeout=30,
    reserved_concurrent_executions=5,
    tracing_config={"mode": "Active"},
    logging_config={"log_format": "JSON", "log_group": logs.name},
    code=pulumi.AssetArchive({"fulfil.py": pulumi.StringAsset("def handler(e, c): ...\n")}),
)
aws.lambda_.EventSourceMapping(
    "fulfil-mapping",
    event_source_arn=queue.arn,
    function_name=fulfil.arn,
    batch_size=10,
    function_response_types=["ReportBatchItemFailures"],
    scaling_config={"maximum_concurrency": 6},
)

pulumi.export("bus", bus.arn)
