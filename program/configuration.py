"""The stack's configuration: read once, checked whole, refused with the key's name."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

import pulumi

_SUFFIX: Final = re.compile(r"[a-z0-9]{1,20}")
_REGION: Final = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")
_TOPIC: Final = re.compile(r"arn:[^:]+:sns:[^:]+:\d{12}:[\w-]+")
# The stacks whose tables refuse to be deleted.
_PRODUCTION: Final = frozenset({"prod", "production"})
# https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
_LEAST_MAPPING_CONCURRENCY: Final = 2
_MOST_MAPPING_CONCURRENCY: Final = 1000


class DataClass(StrEnum):
    """What a resource keeps: the value of its tag `DataClassification`."""

    PAYMENT = "payment-data"
    CREDENTIALS = "credentials"
    OPERATIONS = "operations"


@dataclass(frozen=True)
class Concurrency:
    """Reserved concurrent executions of each function, and what the queues may use of them."""

    process: int
    fraud: int
    notify: int
    retrieve: int
    process_queue: int
    notify_queue: int


@dataclass(frozen=True)
class Settings:
    """Everything that a deployment can choose."""

    region: str
    suffix: str
    production: bool
    concurrency: Concurrency
    api_gateway_logging: Literal["manage", "existing"]
    webhook_url: pulumi.Output[str] | None
    webhook_keys: pulumi.Output[str] | None
    alarm_topic_arn: str | None

    @property
    def tags(self) -> dict[str, str]:
        """The tags of every taggable resource."""
        return {
            "Project": "payment-processing",
            "Environment": self.suffix,
            "ManagedBy": "pulumi",
        }

    def data_tags(self, data_class: DataClass) -> dict[str, str]:
        """The tags of a resource that keeps data, of which the last says what kind.

        https://docs.aws.amazon.com/whitepapers/latest/tagging-best-practices/tags-for-data-security-risk-management-and-access-control.html
        """
        return {**self.tags, "DataClassification": data_class}


def read_settings() -> Settings:
    """The settings of the stack that is being deployed.

    Raises `pulumi.RunError`, which Pulumi shows without a traceback, with the key to set.
    """
    config, aws = pulumi.Config(), pulumi.Config("aws")
    region = _text(aws, "region", _REGION, "an AWS region such as us-east-2")
    # Hyphens separate the segments of a name: with one in the suffix, two could collide.
    suffix = _text(
        config, "environmentSuffix", _SUFFIX, "1 to 20 lower-case letters and digits, such as dev"
    )
    logging = config.get("apiGatewayLogging") or "manage"
    if logging not in ("manage", "existing"):
        raise _refused(config, "apiGatewayLogging", "must be manage or existing", logging)
    topic = config.get("alarmTopicArn")
    if topic is not None and not _TOPIC.fullmatch(topic):
        raise _refused(config, "alarmTopicArn", "must be the ARN of an SNS topic", topic)
    return Settings(
        region=region,
        suffix=suffix,
        production=pulumi.get_stack() in _PRODUCTION,
        concurrency=_concurrency(config),
        api_gateway_logging="manage" if logging == "manage" else "existing",
        webhook_url=config.get_secret("webhookUrl"),
        webhook_keys=config.get_secret("webhookKeys"),
        alarm_topic_arn=topic,
    )


def _concurrency(config: pulumi.Config) -> Concurrency:
    process = _count(config, "processReservedConcurrency", 50, at_least=4)
    notify = _count(config, "notifyReservedConcurrency", 10, at_least=2)
    return Concurrency(
        process=process,
        fraud=_count(config, "fraudReservedConcurrency", 20),
        notify=notify,
        retrieve=_count(config, "retrieveReservedConcurrency", 20),
        # The function also serves the API: its queue may take at most half of it.
        process_queue=_count(
            config,
            "processQueueConcurrency",
            min(20, process // 2),
            at_least=_LEAST_MAPPING_CONCURRENCY,
            at_most=process // 2,
        ),
        notify_queue=_count(
            config,
            "notifyQueueConcurrency",
            notify,
            at_least=_LEAST_MAPPING_CONCURRENCY,
            at_most=min(notify, _MOST_MAPPING_CONCURRENCY),
        ),
    )


def _text(config: pulumi.Config, key: str, form: re.Pattern[str], wanted: str) -> str:
    value = config.get(key)
    if value is None:
        raise pulumi.RunError(
            f"configuration {config.full_key(key)} is missing: set it to {wanted} with "
            f"`pulumi config set {config.full_key(key)} VALUE`"
        )
    if not form.fullmatch(value):
        raise _refused(config, key, f"must be {wanted}", value)
    return value


def _count(
    config: pulumi.Config, key: str, default: int, *, at_least: int = 1, at_most: int = 10_000
) -> int:
    text = config.get(key)
    if text is None:
        return default
    within: Callable[[int], bool] = lambda number: at_least <= number <= at_most  # noqa: E731
    if not re.fullmatch(r"\d{1,6}", text) or not within(int(text)):
        raise _refused(config, key, f"must be a whole number from {at_least} to {at_most}", text)
    return int(text)


def _refused(config: pulumi.Config, key: str, wanted: str, value: str) -> pulumi.RunError:
    return pulumi.RunError(f"configuration {config.full_key(key)} {wanted}, not {value!r}")
