"""The life of one payment, and what goes wrong beside it, as events that functions are given."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, Final

from handlers import names
from tests.handlers.conftest import World, api_event

Call = Callable[[str, Any], Any]
"""Gives the function of an entry point an event, and returns its answer."""

_BODY: Final = """{
    "amount": 100.00, "currency": "USD", "merchant_id": "shop-1", "description": "café"
}"""
_UNKNOWN: Final = f"txn_{'a' * 32}"
_KEY: Final = "order-1001"


def life(world: World, call: Call) -> Iterator[tuple[str, Any]]:
    """Each step by name, and the answer to it."""

    def submit(body: str, key: str | None = _KEY) -> Any:
        return call(names.PROCESS_TRANSACTIONS, api_event(body, key=key))

    def retrieve(transaction_id: str) -> Any:
        parameters = {"httpMethod": "GET", "pathParameters": {"id": transaction_id}}
        return call(names.RETRIEVE_TRANSACTIONS, {**api_event(None), **parameters})

    def alert(transaction_id: str) -> Any:
        body = {"transaction_id": transaction_id, "fraud_score": 71, "timestamp": 1_800_000_000}
        return call(names.FRAUD_ALERTS, api_event(body))

    accepted = submit(_BODY)
    transaction_id = json.loads(accepted["body"])["transaction_id"]
    yield "a transaction is accepted", accepted
    yield "the same request comes again", submit(_BODY)
    yield "its key comes with another body", submit(_BODY.replace("100.00", "100.01"))
    yield "the body is no JSON", submit("{", key=None)
    yield "the body holds a card number", submit(_BODY.replace("shop-1", "4111111111111111"))
    yield "the body is not Unicode", submit(_BODY.replace("shop-1", "\ud800"), key=None)
    yield "a transaction is processed", call(names.PROCESS_TRANSACTIONS, _batch(world, "process"))
    yield "a processed transaction is read", retrieve(transaction_id)
    yield "an unknown transaction is read", retrieve(_UNKNOWN)
    yield "a transaction is put in review", alert(transaction_id)
    yield "the same alert comes again", alert(transaction_id)
    yield "an alert is for an unknown transaction", alert(_UNKNOWN)
    yield "a transaction in review is read", retrieve(transaction_id)
    yield "the merchant is told", call(names.SEND_NOTIFICATIONS, _batch(world, "notify"))


def _batch(world: World, kind: str) -> dict[str, Any]:
    """All that waits, with ids of our own, and a message that is none of ours."""
    queue = world.transactions_queue if kind == "process" else world.notifications_queue
    strange = {"body": "{}", "attributes": {"MessageGroupId": "strange"}}
    records = [*world.take(queue), strange]
    return {
        "Records": [{**each, "messageId": f"{kind}-{place}"} for place, each in enumerate(records)]
    }
