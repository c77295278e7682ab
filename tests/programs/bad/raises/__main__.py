"""Fails in the middle: two resources are there, the others are not."""

import pulumi_aws as aws

table = aws.dynamodb.Table("ledger", billing_mode="PAY_PER_REQUEST")
queue = aws.sqs.Queue("ledger-queue", fifo_queue=True)


def limits() -> dict[str, int]:
    """The limits of each tenant."""
    return {"small": 10}


aws.sqs.Queue("ledger-dead", visibility_timeout_seconds=limits()["large"])
