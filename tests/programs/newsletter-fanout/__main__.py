"""Each edition of a newsletter goes to a topic, and from there to three queues."""

import json

import pulumi
import pulumi_aws as aws

stack = pulumi.get_stack()
TAGGABLE = {"aws:sns/topic:Topic", "aws:sqs/queue:Queue", "aws:iam/role:Role"}


def auto_tag(args: pulumi.ResourceTransformationArgs):
    """Tag whatever can be tagged."""
    if args.type_ in TAGGABLE:
        args.props["tags"] = {
            **(args.props.get("tags") or {}),
            "Project": "newsletter",
            "Environment": stack,
            "ManagedBy": "pulumi",
        }
        return pulumi.ResourceTransformationResult(args.props, args.opts)


pulumi.runtime.register_stack_transformation(auto_tag)

topic = aws.sns.Topic(
    "editions",
    name=f"editions-{stack}.fifo",
    fifo_topic=True,
    content_based_deduplication=True,
    kms_master_key_id="alias/aws/sns",
)

dead = aws.sqs.Queue(
    "editions-dead",
    name=f"editions-dead-{stack}.fifo",
    fifo_queue=True,
    content_based_deduplication=True,
    message_retention_seconds=14 * 24 * 60 * 60,
)


def queue_policy(arns):
    queue_arn, topic_arn = arns
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "Topic",
                    "Effect": "Allow",
                    "Principal": "*",
                    "Action": "sqs:SendMessage",
                    "Resource": queue_arn,
                    "Condition": {"ArnEquals": {"aws:SourceArn": topic_arn}},
                },
                {
                    "Sid": "EncryptedOnly",
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": "sqs:*",
                    "Resource": queue_arn,
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                },
            ],
        }
    )


queues = {}
for name in ["mail", "push", "archive"]:
    queues[name] = aws.sqs.Queue(
        name,
        name=f"editions-{name}-{stack}.fifo",
        fifo_queue=True,
        content_based_deduplication=True,
        redrive_policy=dead.arn.apply(
            lambda arn: json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 4})
        ),
    )
    aws.sqs.QueuePolicy(
        f"{name}-policy",
        queue_url=queues[name].url,
        policy=pulumi.Output.all(queues[name].arn, topic.arn).apply(queue_policy),
    )
    aws.sns.TopicSubscription(
        f"{name}-subscription",
        topic=topic.arn,
        protocol="sqs",
        endpoint=queues[name].arn,
        raw_message_delivery=True,
    )

# Containers read two of the queues. The archive is not written yet.
reader = aws.iam.Role(
    "reader",
    assume_role_policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "ecs-tasks.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                }
            ],
        }
    ),
)
aws.iam.RolePolicy(
    "reader-policy",
    role=reader.id,
    policy=pulumi.Output.all(mail=queues["mail"].arn, push=queues["push"].arn).apply(
        lambda arns: json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": {
                    "Effect": "Allow",
                    "Action": [
                        "sqs:ReceiveMessage",
                        "sqs:DeleteMessage",
                        "sqs:ChangeMessageVisibility",
                    ],
                    "Resource": [arns["mail"], arns["push"]],
                },
            }
        )
    ),
)

pulumi.export("topic", topic.arn)
