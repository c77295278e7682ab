"""The two tables, in moto, or in a DynamoDB that listens on this machine.

The environment variable PAYMENT_DYNAMODB_ENDPOINT names one that knows transactions, such as
DynamoDB Local, whose conditions are AWS's own; without it, moto serves.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final, Protocol

import boto3
from botocore.exceptions import ClientError

from tests.handlers import emulation, recording, second_dynamodb

KEYS: Final = {
    "transactions": {"transaction_id": "S"},
    "fraud-alerts": {"alert_id": "S", "timestamp": "N"},
}


class Tables(Protocol):
    """A DynamoDB, whichever it is."""

    def perform(self, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to a call; raises `ClientError`."""

    def empty(self) -> None:
        """Have the two tables, with nothing in them."""


class MotoTables:
    """moto's DynamoDB, in this process."""

    def perform(self, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        return emulation.perform("dynamodb", operation, parameters)

    def empty(self) -> None:
        emulation.empty("dynamodb")
        for request in table_requests():
            self.perform("CreateTable", request)


class ListeningTables:
    """A DynamoDB at an endpoint. This process has its own, by its access key."""

    def __init__(self, endpoint: str) -> None:
        self._client: Any = boto3.client(
            "dynamodb",
            endpoint_url=endpoint,
            region_name=emulation.REGION,
            aws_access_key_id=f"worker{os.getpid()}",
            aws_secret_access_key="testing",
        )
        for request in table_requests():
            try:
                self.perform("CreateTable", request)
            except ClientError as error:
                if error.response["Error"]["Code"] != "ResourceInUseException":
                    raise

    def perform(self, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        return recording.unrecorded(self._client, operation, parameters)

    def empty(self) -> None:
        for name, keys in KEYS.items():
            for item in self.perform("Scan", {"TableName": name, "ConsistentRead": True})["Items"]:
                key = {each: item[each] for each in keys}
                self.perform("DeleteItem", {"TableName": name, "Key": key})


def table_requests() -> Iterator[dict[str, Any]]:
    """The parameters of CreateTable for each table."""
    for name, keys in KEYS.items():
        yield {
            "TableName": name,
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [
                {"AttributeName": key, "AttributeType": type_} for key, type_ in keys.items()
            ],
            "KeySchema": [
                {"AttributeName": key, "KeyType": kind}
                for key, kind in zip(keys, ("HASH", "RANGE"), strict=False)
            ],
        }


def tables_of_this_process() -> Tables:
    """The tables that the simulated world uses."""
    endpoint = os.environ.get(second_dynamodb.ENDPOINT)
    return _listening(endpoint) if endpoint else MotoTables()


@cache
def _listening(endpoint: str) -> Tables:
    return ListeningTables(endpoint)
