"""A transaction: its row in the table, its message in the queue, its public face."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from handlers import names

PENDING: Final = "pending"
PROCESSED: Final = "processed"
FRAUD_REVIEW: Final = "fraud_review"

_OPTIONAL_TEXTS: Final = ("customer_id", "description")


@dataclass(frozen=True)
class StatusChange:
    """A status that a transaction reached, and when (ISO 8601, UTC)."""

    status: str
    at: str


@dataclass(frozen=True)
class Transaction:
    """A transaction as stored.

    `amount` keeps every digit of the request. `history` has the changes after `pending`,
    in order; `alerts` the fingerprint of each alert by its id.
    """

    transaction_id: str
    fingerprint: str
    created_at: str
    amount: Decimal
    currency: str
    merchant_id: str
    customer_id: str | None = None
    description: str | None = None
    metadata: Mapping[str, str] | None = None
    status: str = PENDING
    history: tuple[StatusChange, ...] = ()
    alerts: Mapping[str, str] = field(default_factory=dict)

    def accepted(self) -> dict[str, Any]:
        """The answer to its submission: the same bytes, however often it is repeated."""
        return {
            "transaction_id": self.transaction_id,
            "status": PENDING,
            "created_at": self.created_at,
        }

    def facts(self) -> dict[str, Any]:
        """What never changes of it and the client gave: exact amount, names, texts."""
        given = {
            "amount": self.amount,
            "currency": self.currency,
            "merchant_id": self.merchant_id,
            "customer_id": self.customer_id,
            "description": self.description,
            "metadata": None if self.metadata is None else dict(self.metadata),
        }
        return {name: value for name, value in given.items() if value is not None}

    def public(self) -> dict[str, Any]:
        """What its owner may read of it."""
        return {
            "transaction_id": self.transaction_id,
            "status": self.status,
            "created_at": self.created_at,
            "status_history": [
                {"status": change.status, "at": change.at} for change in self.history
            ],
            **self.facts(),
        }


def transaction_of_body(
    transaction_id: str, fingerprint: str, created_at: str, body: Mapping[str, Any]
) -> Transaction:
    """The transaction that a checked body asks for (numbers as `Decimal`)."""
    return Transaction(
        transaction_id=transaction_id,
        fingerprint=fingerprint,
        created_at=created_at,
        amount=body["amount"],
        currency=body["currency"],
        merchant_id=body["merchant_id"],
        customer_id=body.get("customer_id"),
        description=body.get("description"),
        metadata=body.get("metadata"),
    )


def to_row(transaction: Transaction) -> dict[str, Any]:
    """A transaction as a DynamoDB item; the amount is a string, which keeps its zeroes."""
    row: dict[str, Any] = {
        names.TRANSACTION_ID: {"S": transaction.transaction_id},
        "fingerprint": {"S": transaction.fingerprint},
        "status": {"S": transaction.status},
        "created_at": {"S": transaction.created_at},
        "amount": {"S": f"{transaction.amount:f}"},
        "currency": {"S": transaction.currency},
        "merchant_id": {"S": transaction.merchant_id},
        "history": {"L": [change_attribute(change) for change in transaction.history]},
        "alerts": {"M": {name: {"S": value} for name, value in transaction.alerts.items()}},
    }
    for name in _OPTIONAL_TEXTS:
        value = getattr(transaction, name)
        if value is not None:
            row[name] = {"S": value}
    if transaction.metadata is not None:
        row["metadata"] = {"M": {name: {"S": text} for name, text in transaction.metadata.items()}}
    return row


def of_row(row: Mapping[str, Any]) -> Transaction:
    """The transaction in a DynamoDB item."""
    metadata = row.get("metadata")
    return Transaction(
        transaction_id=row[names.TRANSACTION_ID]["S"],
        fingerprint=row["fingerprint"]["S"],
        created_at=row["created_at"]["S"],
        amount=Decimal(row["amount"]["S"]),
        currency=row["currency"]["S"],
        merchant_id=row["merchant_id"]["S"],
        customer_id=row.get("customer_id", {}).get("S"),
        description=row.get("description", {}).get("S"),
        metadata=None
        if metadata is None
        else {name: value["S"] for name, value in metadata["M"].items()},
        status=row["status"]["S"],
        history=tuple(
            StatusChange(item["M"]["status"]["S"], item["M"]["at"]["S"])
            for item in row["history"]["L"]
        ),
        alerts={name: value["S"] for name, value in row["alerts"]["M"].items()},
    )


def change_attribute(change: StatusChange) -> dict[str, Any]:
    """A status change as a DynamoDB attribute."""
    return {"M": {"status": {"S": change.status}, "at": {"S": change.at}}}
