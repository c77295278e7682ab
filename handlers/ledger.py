"""The tables: every read that decides is consistent, every write has its condition.

When a conditional write fails, or its answer is lost, the row itself tells what happened:
callers read and compare.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from handlers import names
from handlers.aws import AwsError, error_code
from handlers.transaction import (
    FRAUD_REVIEW,
    PENDING,
    PROCESSED,
    StatusChange,
    Transaction,
    change_attribute,
    of_row,
    to_row,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MOST_ALERTS: Final = 1000
_CONDITION_FAILED: Final = "ConditionalCheckFailedException"
_CANCELED: Final = "TransactionCanceledException"


@dataclass(frozen=True)
class Alert:
    """A fraud alert as stored. `timestamp` is in epoch seconds."""

    alert_id: str
    timestamp: int
    transaction_id: str
    fraud_score: int
    fingerprint: str
    reason: str | None


class Storing(Enum):
    """What became of an alert that was to be stored."""

    STORED = "stored"
    CHANGED = "not stored: its transaction has changed since it was read"
    TAKEN = "not stored: its place in the table has an alert already"


def read(client: DynamoDBClient, transaction_id: str) -> Transaction | None:
    """The transaction as it is now, or None."""
    answer = client.get_item(
        TableName=os.environ[names.TRANSACTIONS_TABLE],
        Key={names.TRANSACTION_ID: {"S": transaction_id}},
        ConsistentRead=True,
    )
    return of_row(answer["Item"]) if "Item" in answer else None


def create_if_absent(client: DynamoDBClient, transaction: Transaction) -> Transaction:
    """Create the row unless there is one; the row that is there afterwards."""
    try:
        client.put_item(
            TableName=os.environ[names.TRANSACTIONS_TABLE],
            Item=to_row(transaction),
            ConditionExpression="attribute_not_exists(transaction_id)",
        )
    except AwsError as error:
        if error_code(error) != _CONDITION_FAILED:
            raise
        found = read(client, transaction.transaction_id)
        if found is None:
            raise
        return found
    return transaction


def mark_processed(client: DynamoDBClient, transaction_id: str, at: str) -> None:
    """Move a pending transaction to processed; one that is further on stays as it is.

    Never creates a row.
    """
    try:
        client.update_item(
            TableName=os.environ[names.TRANSACTIONS_TABLE],
            Key={names.TRANSACTION_ID: {"S": transaction_id}},
            ConditionExpression="attribute_exists(transaction_id) AND #status = :pending",
            UpdateExpression="SET #status = :processed, #history = list_append(#history, :change)",
            ExpressionAttributeNames={"#status": "status", "#history": "history"},
            ExpressionAttributeValues={
                ":pending": {"S": PENDING},
                ":processed": {"S": PROCESSED},
                ":change": {"L": [change_attribute(StatusChange(PROCESSED, at))]},
            },
        )
    except AwsError as error:
        if error_code(error) != _CONDITION_FAILED:
            raise


def store_alert(
    client: DynamoDBClient, alert: Alert, seen: Transaction, at: str, *, review: bool
) -> Storing:
    """Store an alert and, for `review`, move its transaction, both or neither.

    `seen` is the transaction as last read; where the alert is not stored, read again.
    That the alert is stored once is guarded on the transaction's row, because the alert
    table's sort key cannot guard it; that it replaces no other transaction's, on its own.
    """
    try:
        client.transact_write_items(
            TransactItems=[
                {"Put": _put_alert(alert)},
                {"Update": _note_alert(alert, seen, at, review=review)},
            ]
        )
    except AwsError as error:
        if error_code(error) not in (_CANCELED, "TransactionInProgressException"):
            raise
        return Storing.TAKEN if _is_taken(error) else Storing.CHANGED
    return Storing.STORED


def _is_taken(error: BaseException) -> bool:
    """True where the first action, the put of the alert, failed its condition."""
    response: Any = getattr(error, "response", {})
    reasons = response.get("CancellationReasons") or [{}]
    return bool(reasons[0].get("Code") == "ConditionalCheckFailed")


def _put_alert(alert: Alert) -> Any:
    item = {
        names.ALERT_ID: {"S": alert.alert_id},
        names.ALERT_TIMESTAMP: {"N": str(alert.timestamp)},
        names.TRANSACTION_ID: {"S": alert.transaction_id},
        "fraud_score": {"N": str(alert.fraud_score)},
        "fingerprint": {"S": alert.fingerprint},
    }
    if alert.reason is not None:
        item["reason"] = {"S": alert.reason}
    return {
        "TableName": os.environ[names.FRAUD_ALERTS_TABLE],
        "Item": item,
        "ConditionExpression": "attribute_not_exists(alert_id)",
    }


def _note_alert(alert: Alert, seen: Transaction, at: str, *, review: bool) -> Any:
    update = "SET #alerts.#alert = :fingerprint"
    values: dict[str, Any] = {
        ":fingerprint": {"S": alert.fingerprint},
        ":seen": {"S": seen.status},
        ":most": {"N": str(MOST_ALERTS)},
    }
    attributes = {"#alerts": "alerts", "#alert": alert.alert_id, "#status": "status"}
    if review and seen.status != FRAUD_REVIEW:
        update += ", #status = :review, #history = list_append(#history, :change)"
        attributes["#history"] = "history"
        values[":review"] = {"S": FRAUD_REVIEW}
        values[":change"] = {"L": [change_attribute(StatusChange(FRAUD_REVIEW, at))]}
    return {
        "TableName": os.environ[names.TRANSACTIONS_TABLE],
        "Key": {names.TRANSACTION_ID: {"S": alert.transaction_id}},
        "ConditionExpression": (
            "attribute_exists(transaction_id) AND #status = :seen "
            "AND attribute_not_exists(#alerts.#alert) AND size(#alerts) < :most"
        ),
        "UpdateExpression": update,
        "ExpressionAttributeNames": attributes,
        "ExpressionAttributeValues": values,
    }
