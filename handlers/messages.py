"""What the queues carry: whole transactions to process, and announcements to merchants."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from handlers import names
from handlers.identifiers import is_transaction_id, message_deduplication_id, webhook_id
from handlers.json_text import JsonError, emit, parse
from handlers.transaction import Transaction, transaction_of_body

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class MessageError(ValueError):
    """A message is not of the form that these functions send."""


@dataclass(frozen=True)
class Announcement:
    """What a merchant is told: `payload` is the body's exact text, `webhook_id` its fixed id."""

    webhook_id: str
    transaction_id: str
    payload: str


def send_transaction(client: SQSClient, transaction: Transaction) -> None:
    """Queue a transaction, whole, for processing."""
    client.send_message(
        QueueUrl=os.environ[names.TRANSACTION_QUEUE_URL],
        MessageBody=emit(
            {
                "transaction_id": transaction.transaction_id,
                "fingerprint": transaction.fingerprint,
                "created_at": transaction.created_at,
                "body": transaction.facts(),
            }
        ),
        MessageGroupId=transaction.transaction_id,
        MessageDeduplicationId=message_deduplication_id(
            transaction.transaction_id, transaction.fingerprint
        ),
    )


def read_transaction(text: Any) -> Transaction:
    """The transaction in a message.

    Raises :class:`MessageError` where it is none of ours.
    """
    message = _object(text)
    try:
        transaction = transaction_of_body(
            message["transaction_id"],
            message["fingerprint"],
            message["created_at"],
            message["body"],
        )
        emit(transaction.public())
    except (KeyError, TypeError, AttributeError, ValueError):
        raise MessageError("is no transaction") from None
    if not isinstance(transaction.transaction_id, str) or not is_transaction_id(
        transaction.transaction_id
    ):
        raise MessageError("has no transaction id")
    return transaction


def announcements(transaction: Transaction) -> list[Announcement]:
    """An announcement of each status that the transaction reached, built from its row alone.

    They are numbered, because they may arrive out of order.
    """
    return [
        Announcement(
            webhook_id=webhook_id(transaction.transaction_id, change.status),
            transaction_id=transaction.transaction_id,
            payload=emit(
                {
                    "type": f"transaction.{change.status}",
                    "timestamp": change.at,
                    "data": {
                        "transaction_id": transaction.transaction_id,
                        "status": change.status,
                        "sequence": number,
                        "created_at": transaction.created_at,
                        **transaction.facts(),
                    },
                }
            ),
        )
        for number, change in enumerate(transaction.history, start=1)
    ]


def announce(client: SQSClient, transaction: Transaction) -> None:
    """Queue every announcement of a transaction."""
    for announcement in announcements(transaction):
        client.send_message(
            QueueUrl=os.environ[names.NOTIFICATION_QUEUE_URL],
            MessageBody=emit(
                {
                    "webhook_id": announcement.webhook_id,
                    "transaction_id": announcement.transaction_id,
                    "payload": announcement.payload,
                }
            ),
            MessageGroupId=announcement.transaction_id,
            MessageDeduplicationId=announcement.webhook_id,
        )


def read_announcement(text: Any) -> Announcement:
    """The announcement in a message.

    Raises :class:`MessageError` where it is none of ours.
    """
    message = _object(text)
    values = [message.get(name) for name in ("webhook_id", "transaction_id", "payload")]
    texts = [value for value in values if isinstance(value, str) and value]
    if len(texts) < len(values) or not is_transaction_id(texts[1]) or not texts[0].isascii():
        raise MessageError("is no announcement")
    return Announcement(*texts)


def _object(text: Any) -> dict[str, Any]:
    try:
        message = parse(text) if isinstance(text, str) else None
    except JsonError:
        message = None
    if not isinstance(message, dict):
        raise MessageError("is no JSON object")
    return message
