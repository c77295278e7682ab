"""CloudWatch alarms: messages that nobody could handle, and messages that wait too long."""

from __future__ import annotations

from typing import Final

import pulumi
import pulumi_aws as aws

from program.configuration import Settings
from program.naming import Naming
from program.queues import DEAD_LETTER_RETENTION_SECONDS, Queue, dead_letter_purpose

_OLDEST_SECONDS: Final = 15 * 60
# Two days before the dead-letter queue would drop its oldest message.
_OLDEST_DEAD_LETTER_SECONDS: Final = DEAD_LETTER_RETENTION_SECONDS - 2 * 24 * 60 * 60


def create_alarms(settings: Settings, naming: Naming, queue: Queue) -> None:
    """Create the alarms of a queue and of its dead-letter queue."""
    dead_letters = dead_letter_purpose(queue.purpose)
    _alarm(
        settings,
        naming,
        dead_letters,
        queue.dead_letters,
        what="not-empty",
        metric="ApproximateNumberOfMessagesVisible",
        threshold=0,
        description="A message could not be handled and waits in the dead-letter queue.",
    )
    _alarm(
        settings,
        naming,
        dead_letters,
        queue.dead_letters,
        what="oldest",
        metric="ApproximateAgeOfOldestMessage",
        threshold=_OLDEST_DEAD_LETTER_SECONDS,
        description="The oldest message of the dead-letter queue will be dropped in two days.",
    )
    _alarm(
        settings,
        naming,
        queue.purpose,
        queue.queue,
        what="oldest",
        metric="ApproximateAgeOfOldestMessage",
        threshold=_OLDEST_SECONDS,
        description="The oldest message of the queue has waited for 15 minutes.",
    )


def _alarm(  # noqa: PLR0913 - an alarm is its many settings
    settings: Settings,
    naming: Naming,
    purpose: str,
    queue: aws.sqs.Queue,
    *,
    what: str,
    metric: str,
    threshold: int,
    description: str,
) -> None:
    aws.cloudwatch.MetricAlarm(
        f"{purpose}-{what}",
        name=naming.name("alarm", f"{purpose}-{what}"),
        alarm_description=description,
        namespace="AWS/SQS",
        metric_name=metric,
        dimensions={"QueueName": naming.queue(purpose)},
        statistic="Maximum",
        period=60,
        evaluation_periods=1,
        comparison_operator="GreaterThanThreshold",
        threshold=threshold,
        treat_missing_data="notBreaching",
        alarm_actions=[settings.alarm_topic_arn] if settings.alarm_topic_arn else None,
        tags=settings.tags,
        opts=pulumi.ResourceOptions(depends_on=[queue]),
    )
