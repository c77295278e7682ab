"""The FIFO queues, each with the dead-letter queue that takes what three receives could not."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from program.configuration import DataClass, Settings
from program.naming import Naming

TRANSACTION_PROCESSING: Final = "transaction-processing"
NOTIFICATIONS: Final = "notifications"

_DAY: Final = 24 * 60 * 60
RETENTION_SECONDS: Final = 4 * _DAY
DEAD_LETTER_RETENTION_SECONDS: Final = 14 * _DAY
MAX_RECEIVE_COUNT: Final = 3
# AWS's advice for queues that feed a function: at least six times its timeout.
# https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
_VISIBILITY_FACTOR: Final = 6


@dataclass(frozen=True)
class Queue:
    """A queue and its dead-letter queue; `purpose` is the name's middle part."""

    purpose: str
    queue: aws.sqs.Queue
    dead_letters: aws.sqs.Queue


def dead_letter_purpose(purpose: str) -> str:
    """The purpose of the dead-letter queue of a queue."""
    return f"{purpose}-dead-letter"


def create_queue(settings: Settings, naming: Naming, purpose: str, consumer_timeout: int) -> Queue:
    """Create a queue for a consumer with this timeout (seconds), and its dead-letter queue."""
    dead_letters = _fifo(
        settings, naming, dead_letter_purpose(purpose), DEAD_LETTER_RETENTION_SECONDS
    )
    queue = _fifo(
        settings,
        naming,
        purpose,
        RETENTION_SECONDS,
        visibility=_VISIBILITY_FACTOR * consumer_timeout,
        redrive_policy=json.dumps(
            {
                "deadLetterTargetArn": naming.queue_arn(dead_letter_purpose(purpose)),
                "maxReceiveCount": MAX_RECEIVE_COUNT,
            }
        ),
        depends_on=[dead_letters],
    )
    aws.sqs.RedriveAllowPolicy(
        dead_letter_purpose(purpose),
        queue_url=dead_letters.url,
        redrive_allow_policy=json.dumps(
            {"redrivePermission": "byQueue", "sourceQueueArns": [naming.queue_arn(purpose)]}
        ),
        opts=pulumi.ResourceOptions(depends_on=[queue]),
    )
    return Queue(purpose, queue, dead_letters)


def _fifo(
    settings: Settings,
    naming: Naming,
    purpose: str,
    retention: int,
    *,
    visibility: int | None = None,
    redrive_policy: str | None = None,
    depends_on: list[pulumi.Resource] | None = None,
) -> aws.sqs.Queue:
    return aws.sqs.Queue(
        purpose,
        name=naming.queue(purpose),
        fifo_queue=True,
        content_based_deduplication=True,
        # High throughput: without it a FIFO queue takes 300 messages a second, the API 1,000.
        deduplication_scope="messageGroup",
        fifo_throughput_limit="perMessageGroupId",
        message_retention_seconds=retention,
        visibility_timeout_seconds=visibility,
        redrive_policy=redrive_policy,
        policy=_encrypted_in_transit(naming.queue_arn(purpose)),
        sqs_managed_sse_enabled=True,
        tags=settings.data_tags(DataClass.PAYMENT),
        opts=pulumi.ResourceOptions(depends_on=depends_on),
    )


def _encrypted_in_transit(queue_arn: str) -> str:
    """The queue's policy: whoever comes without TLS is refused. It grants nothing.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html
    """
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sqs:*",
        "Resource": queue_arn,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
