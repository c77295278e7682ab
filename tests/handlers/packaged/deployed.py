"""What the program deploys of the handlers' world: in moto, and as the functions' settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import boto3
from moto import mock_aws
from payment_guardrails.resource import Resource

from handlers import names
from tests.handlers.conftest import World
from tests.offline import evaluate

_ROOT: Final = Path(__file__).resolve().parents[3]
_STACK: Final = "dev"
_MOST_SECONDS: Final = 60


@dataclass(frozen=True)
class Function:
    """A function as the program configures it. `timeout` is in seconds."""

    name: str
    arn: str
    handler: str
    timeout: int
    variables: Mapping[str, str]


def functions() -> dict[str, Function]:
    """The functions of the program, by their entry points."""
    return {
        found.inputs["handler"]: Function(
            name=found.inputs["name"],
            arn=found.outputs["arn"],
            handler=found.inputs["handler"],
            timeout=found.inputs["timeout"],
            variables=found.inputs["environment"]["variables"],
        )
        for found in _of_type("aws:lambda/function:Function")
    }


@contextmanager
def new_world() -> Iterator[World]:
    """An emulated AWS with the program's tables and queues, all empty, and no parameter."""
    process = functions()[names.PROCESS_TRANSACTIONS].variables
    with mock_aws():
        dynamodb: Any = boto3.client("dynamodb")
        sqs: Any = boto3.client("sqs")
        for table in _of_type("aws:dynamodb/table:Table"):
            dynamodb.create_table(**_table_request(table.inputs))
        for queue in _of_type("aws:sqs/queue:Queue"):
            deduplicates = str(queue.inputs["contentBasedDeduplication"]).lower()
            sqs.create_queue(
                QueueName=queue.inputs["name"],
                Attributes={"FifoQueue": "true", "ContentBasedDeduplication": deduplicates},
            )
        yield World(
            dynamodb,
            sqs,
            boto3.client("ssm"),
            transactions_queue=process[names.TRANSACTION_QUEUE_URL],
            notifications_queue=process[names.NOTIFICATION_QUEUE_URL],
        )


def _table_request(table: Mapping[str, Any]) -> dict[str, Any]:
    keys = [
        {"AttributeName": table[member], "KeyType": kind}
        for member, kind in (("hashKey", "HASH"), ("rangeKey", "RANGE"))
        if member in table
    ]
    return {
        "TableName": table["name"],
        "BillingMode": table["billingMode"],
        "KeySchema": keys,
        "AttributeDefinitions": [
            {"AttributeName": each["name"], "AttributeType": each["type"]}
            for each in table["attributes"]
        ],
    }


def _of_type(type_: str) -> list[Resource]:
    return [resource for resource in _resources() if resource.type == type_]


@cache
def _resources() -> tuple[Resource, ...]:
    return evaluate(_ROOT, _STACK, {}, _MOST_SECONDS).stacks[0].resources
