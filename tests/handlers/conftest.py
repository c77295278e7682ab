"""An emulated AWS for the handlers, fresh for every test and every example."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tests.handlers import recorded_use, recording
from tests.handlers.tables import table_requests

os.environ.update(
    AWS_DEFAULT_REGION="us-east-2",
    AWS_ACCESS_KEY_ID="testing",
    AWS_SECRET_ACCESS_KEY="testing",
    TRANSACTIONS_TABLE="transactions",
    FRAUD_ALERTS_TABLE="fraud-alerts",
    WEBHOOK_URL_PARAMETER="/payment-processing/test/webhook-url",
    WEBHOOK_KEYS_PARAMETER="/payment-processing/test/api-key",
)
recording.install()


class Context:
    """Lambda's context object, with a clock that a test sets."""

    aws_request_id = "request-1"

    def __init__(self, remaining: int = 100_000) -> None:
        self.remaining = remaining

    def get_remaining_time_in_millis(self) -> int:
        return self.remaining


@dataclass
class World:
    """The emulated services, and the handlers' doors."""

    dynamodb: Any
    sqs: Any
    ssm: Any
    transactions_queue: str
    notifications_queue: str

    def submit(self, body: Any, key: str | None = None, api_key: str = "client-1") -> Any:
        from handlers import process_transactions

        return process_transactions.handle(api_event(body, key=key, api_key=api_key), Context())

    def alert(self, body: Any) -> Any:
        from handlers import fraud_alerts

        return fraud_alerts.handle(api_event(body), Context())

    def get(self, transaction_id: Any) -> Any:
        from handlers import retrieve_transactions

        event = {**api_event(None), "httpMethod": "GET", "pathParameters": {"id": transaction_id}}
        return retrieve_transactions.handle(event, Context())

    def process(self, records: list[dict[str, Any]]) -> Any:
        from handlers import process_transactions

        return process_transactions.handle({"Records": records}, Context())

    def take(self, queue: str) -> list[dict[str, Any]]:
        """Receive and delete every message of a queue, as records of a batch."""
        records: list[dict[str, Any]] = []
        while True:
            found = self.sqs.receive_message(
                QueueUrl=queue, MaxNumberOfMessages=10, AttributeNames=["All"]
            ).get("Messages", [])
            if not found:
                return records
            for message in found:
                records.append(
                    {
                        "messageId": message["MessageId"],
                        "body": message["Body"],
                        "attributes": message["Attributes"],
                    }
                )
                self.sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])

    def drain(self) -> Any:
        """Process every transaction that waits."""
        return self.process(self.take(self.transactions_queue))

    def announced(self) -> list[dict[str, Any]]:
        return [json.loads(record["body"]) for record in self.take(self.notifications_queue)]

    def rows(self, table: str = "transactions") -> list[dict[str, Any]]:
        return self.dynamodb.scan(TableName=table)["Items"]


def api_event(body: Any, key: str | None = None, api_key: str = "client-1") -> dict[str, Any]:
    """An event of API Gateway's proxy integration; a body that is no text is made JSON."""
    return {
        "httpMethod": "POST",
        "headers": {} if key is None else {"Idempotency-Key": key},
        "multiValueHeaders": {} if key is None else {"Idempotency-Key": [key]},
        "pathParameters": None,
        "requestContext": {"requestId": "request-1", "identity": {"apiKeyId": api_key}},
        "body": body if isinstance(body, str) or body is None else json.dumps(body),
        "isBase64Encoded": False,
    }


@cache
def client(service: str) -> Any:
    """A client for all worlds: it takes a tenth of a second to make, and moto answers any."""
    make: Any = boto3.client
    return make(service)


@contextmanager
def new_world() -> Iterator[World]:
    with mock_aws():
        dynamodb, sqs, ssm = map(client, ("dynamodb", "sqs", "ssm"))
        for request in table_requests():
            dynamodb.create_table(**request)
        queues = [
            sqs.create_queue(
                QueueName=f"{name}.fifo",
                Attributes={"FifoQueue": "true", "ContentBasedDeduplication": "true"},
            )["QueueUrl"]
            for name in ("transactions", "notifications")
        ]
        os.environ["TRANSACTION_QUEUE_URL"], os.environ["NOTIFICATION_QUEUE_URL"] = queues
        yield World(dynamodb, sqs, ssm, *queues)


@pytest.fixture
def world() -> Iterator[World]:
    with new_world() as made:
        yield made


@pytest.fixture(scope="session")
def fresh_world() -> Callable[[], Any]:
    """For Hypothesis: a world for each example."""
    return new_world


@pytest.fixture(scope="session")
def event_of() -> Callable[..., dict[str, Any]]:
    return api_event


@pytest.fixture(scope="session")
def context_with() -> type[Context]:
    return Context


@pytest.fixture(scope="session", autouse=True)
def every_use_is_recorded() -> Iterator[None]:
    """No test makes a handler use what the committed recording does not tell of."""
    with recorded_use.recorded() as found:
        yield
    unheard_of = found - recorded_use.committed()
    assert not unheard_of, f"run `make recording`, where these uses are right: {unheard_of}"
