"""Invoices, moved into a component: aliases keep what is there, protection keeps it safe."""

import json

import pulumi
import pulumi_aws as aws
from pulumi import Alias, CustomTimeouts, ResourceOptions

stack = pulumi.get_stack()
tags = {"Project": "invoices", "Environment": stack, "ManagedBy": "pulumi"}


class Invoices(pulumi.ComponentResource):
    def __init__(self, name: str, opts: ResourceOptions | None = None):
        super().__init__("finance:index:Invoices", name, {}, opts)
        self.table = aws.dynamodb.Table(
            f"{name}-table",
            name=f"invoices-{stack}",
            hash_key="number",
            attributes=[{"name": "number", "type": "N"}],
            billing_mode="PAY_PER_REQUEST",
            server_side_encryption={"enabled": True},
            tags=tags,
            opts=ResourceOptions(
                parent=self,
                aliases=[Alias(name="invoiceTable", parent=pulumi.ROOT_STACK_RESOURCE)],
                protect=True,
                retain_on_delete=True,
                # Operations turned it on by hand.
                ignore_changes=["pointInTimeRecovery"],
            ),
        )
        self.dead = aws.sqs.Queue(
            f"{name}-dead",
            name=f"invoices-dead-{stack}.fifo",
            fifo_queue=True,
            content_based_deduplication=True,
            message_retention_seconds=86400,
            tags=tags,
            opts=ResourceOptions(parent=self, delete_before_replace=True),
        )
        self.queue = aws.sqs.Queue(
            f"{name}-queue",
            name=f"invoices-{stack}.fifo",
            fifo_queue=True,
            content_based_deduplication=True,
            redrive_policy=self.dead.arn.apply(
                lambda arn: json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 1})
            ),
            tags=tags,
            opts=ResourceOptions(
                parent=self,
                aliases=["urn:pulumi:dev::invoice-migration::aws:sqs/queue:Queue::invoiceQueue"],
                custom_timeouts=CustomTimeouts(create="5m"),
                replace_on_changes=["fifoQueue"],
            ),
        )
        self.logs = aws.cloudwatch.LogGroup(
            f"{name}-logs",
            retention_in_days=7,
            skip_destroy=True,
            tags=tags,
            opts=ResourceOptions(parent=self, additional_secret_outputs=["name"]),
        )
        self.register_outputs({"table": self.table.name})


invoices = Invoices(
    "invoices",
    ResourceOptions(aliases=[Alias(type_="finance:old:Invoices")]),
)
for queue in (invoices.queue, invoices.dead):
    aws.sqs.QueuePolicy(
        f"{queue._name}-policy",
        queue_url=queue.url,
        policy=queue.arn.apply(
            lambda arn: json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": {
                        "Sid": "Tls",
                        "Effect": "Deny",
                        "Principal": {"AWS": "*"},
                        "Action": "sqs:*",
                        "Resource": arn,
                        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                    },
                }
            )
        ),
        opts=ResourceOptions(depends_on=[queue]),
    )

pulumi.export("table", invoices.table.name)
