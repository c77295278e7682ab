"""What clients may hold us to: the promised state of transactions, alerts and announcements.

An answer is a promise; no answer, or 503, is none: what it stood for may have happened or not,
and the model keeps both possibilities until an answer, or the table, tells.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

REVIEW_ABOVE: Final = 70
EXPECTED_ORDERS: Final = ((), ("processed",), ("processed", "fraud_review"), ("fraud_review",))
"""Every history that a transaction may have, after `pending`."""


def read_json(text: str) -> Any:
    """JSON with each number as the text that it was written with."""
    return json.loads(text, parse_int=str, parse_float=str)


@dataclass(frozen=True)
class Body:
    """A transaction's body as its client writes it; its merchant names who asked, and how."""

    merchant_id: str
    amount: str
    currency: str = "USD"
    description: str | None = None
    metadata: str | None = None

    def facts(self) -> dict[str, Any]:
        """What must come out wherever the transaction is shown, to the digit."""
        facts: dict[str, Any] = {
            "amount": self.amount,
            "currency": self.currency,
            "merchant_id": self.merchant_id,
        }
        if self.description is not None:
            facts["description"] = self.description
        if self.metadata is not None:
            facts["metadata"] = {"note": self.metadata}
        return facts

    def text(self) -> str:
        """The JSON text."""
        rest = json.dumps({name: value for name, value in self.facts().items() if name != "amount"})
        return f'{{"amount": {self.amount}, {rest[1:]}'


@dataclass
class Transaction:
    """What one idempotency key, or one request without a key, stands for."""

    possible: list[Body] = field(default_factory=list)
    accepted: Body | None = None
    answer: str | None = None
    transaction_id: str | None = None
    must_be_in_review: bool = False

    def ask(self, body: Body) -> None:
        """A client sends a body; it may be accepted from now on."""
        if self.accepted is None and body not in self.possible:
            self.possible.append(body)

    def answered(self, body: Body, answer: Mapping[str, Any], *, excused: bool) -> None:
        """A client hears an answer; `excused` where a call failed on the way to it."""
        status, shown = answer["statusCode"], json.loads(answer["body"])
        if status == 202:
            assert self.accepted in (None, body), "a key was accepted with two bodies"
            assert self.answer in (None, answer["body"]), "a repeat was answered in other words"
            assert self.transaction_id in (None, shown["transaction_id"]), "a key has two ids"
            assert body in self.possible, "accepted after it was refused"
            self.accepted, self.possible = body, [body]
            self.answer, self.transaction_id = answer["body"], shown["transaction_id"]
        elif status == 422:
            others = [each for each in self.possible if each != body]
            assert others, "refused, though the key stands for no other body"
            self.possible = others
        else:
            assert (status, excused) == (503, True), f"answered {status} for no reason"
            assert answer["headers"]["Retry-After"]
            self.transaction_id = shown.get("transaction_id", self.transaction_id)


@dataclass(frozen=True)
class AlertBody:
    """A fraud alert as its sender writes it."""

    transaction_id: str
    fraud_score: int
    alert_id: str | None = None
    timestamp: int | None = None

    def text(self) -> str:
        """The JSON text."""
        return json.dumps({name: value for name, value in vars(self).items() if value is not None})

    def is_stored_as(self, item: Mapping[str, Any]) -> bool:
        """True where a row of the table is this alert."""
        given = item["alert_id"]["S"]
        own_id = given == self.alert_id if self.alert_id else given.startswith("alt_")
        at = item["timestamp"]["N"]
        return (
            own_id
            and item["transaction_id"]["S"] == self.transaction_id
            and item["fraud_score"]["N"] == str(self.fraud_score)
            and self.timestamp in (None, int(at))
        )


@dataclass
class Alert:
    """What one alert id stands for, at one transaction."""

    possible: list[AlertBody] = field(default_factory=list)
    asked: int = 0
    was_new: bool = False
    stored: AlertBody | None = None

    def ask(self, body: AlertBody) -> None:
        """A sender sends a body; it may be stored from now on."""
        self.asked += 1
        if self.stored is None and body not in self.possible:
            self.possible.append(body)

    def answered(
        self, body: AlertBody, answer: Mapping[str, Any], *, excused: bool, rivals: bool
    ) -> None:
        """A sender hears an answer; `rivals` where another transaction has such an alert."""
        status = answer["statusCode"]
        if status in (200, 201):
            assert self.stored in (None, body), "an alert id was taken with two bodies"
            assert body in self.possible, "taken after it was refused"
            # 201 may come after a repeat's 200, from a run that was held once it had stored.
            assert status == 200 or not self.was_new, "an alert was new twice"
            self.was_new = self.was_new or status == 201
            assert status == 201 or self.stored is not None or self.asked > 1, "a repeat of nothing"
            self.stored, self.possible = body, [body]
        elif status == 409:
            others = [each for each in self.possible if each != body]
            assert others or rivals, "refused, though the id stands for no other body"
            assert self.stored != body, "refused after it was taken"
            self.possible = others
        else:
            assert (status, excused) == (503, True), f"answered {status} for no reason"
