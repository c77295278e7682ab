"""Audit events stay in their region: one provider, queue and log group for each."""

import json

import pulumi
import pulumi_aws as aws

stack = pulumi.get_stack()
REGIONS = {"us": "us-east-1", "eu": "eu-west-1", "ap": "ap-northeast-1"}
COMMON = {"Project": "audit", "Environment": stack}

providers = {
    short: aws.Provider(
        f"aws-{short}",
        region=region,
        # The team in Europe deploys with something else, and never said with what.
        default_tags=aws.ProviderDefaultTagsArgs(
            tags=COMMON if short == "eu" else {**COMMON, "ManagedBy": "pulumi"}
        ),
    )
    for short, region in REGIONS.items()
}

journal = aws.dynamodb.Table(
    "journal",
    name=f"audit-journal-{stack}",
    billing_mode="PAY_PER_REQUEST",
    hash_key="id",
    range_key="at",
    attributes=[
        aws.dynamodb.TableAttributeArgs(name="id", type="S"),
        aws.dynamodb.TableAttributeArgs(name="at", type="N"),
    ],
    stream_enabled=True,
    stream_view_type="NEW_AND_OLD_IMAGES",
    point_in_time_recovery={"enabled": True},
    server_side_encryption={"enabled": True},
    opts=pulumi.ResourceOptions(provider=providers["us"]),
)

for short, provider in providers.items():
    opts = pulumi.ResourceOptions(provider=provider)
    invoke = pulumi.InvokeOptions(provider=provider)
    here = aws.get_region(opts=invoke).region

    queue = aws.sqs.Queue(
        f"events-{short}",
        fifo_queue=True,
        content_based_deduplication=True,
        redrive_policy=json.dumps(
            {
                # It is made by hand in each region.
                "deadLetterTargetArn": f"arn:aws:sqs:{here}:123456789012:audit-dead.fifo",
                "maxReceiveCount": 5 if short != "ap" else 11,
            }
        ),
        opts=opts,
    )
    aws.sqs.QueuePolicy(
        f"events-{short}-policy",
        queue_url=queue.id,
        policy=queue.arn.apply(
            lambda arn: json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Deny",
                            "Principal": "*",
                            "Action": "sqs:*",
                            "Resource": arn,
                            "Condition": {"Bool": {"aws:SecureTransport": False}},
                        },
                        {
                            "Effect": "Allow",
                            "Principal": {"AWS": "arn:aws:iam::210987654321:role/auditor"},
                            "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage"],
                            "Resource": arn,
                        },
                    ],
                }
            )
        ),
        opts=opts,
    )
    aws.cloudwatch.LogGroup(f"trail-{short}", retention_in_days=7, opts=opts)
    if short != "us":
        aws.dynamodb.TableReplica(
            f"journal-{short}",
            global_table_arn=journal.arn,
            point_in_time_recovery=short == "eu",
            opts=opts,
        )
