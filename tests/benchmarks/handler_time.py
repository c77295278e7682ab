"""Prints the CPU time that each function spends on a request beyond its calls.

A part of `make bench`. Measured are whole invocations of an entry point in a warm process, log
line and all, in which each call of an AWS client (with its signing, sending and parsing) has an
answer that is there already, and so have the look-up of the merchant's address and the post to
it. CPU time leaves out what a busy machine does meanwhile. Medians of many invocations.
"""

from __future__ import annotations

import base64
import json
import os
import socket
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final
from unittest import mock

import urllib3
from botocore.client import BaseClient

from tests.handlers.conftest import Context, api_event
from tests.handlers.merchant import ADDRESS, URL

_RUNS: Final = 2000
_WARM: Final = 200
_AT: Final = "2026-01-01T00:00:00.000Z"
_KEY: Final = "order-1001"
_BODY: Final = {"amount": 100.25, "currency": "USD", "merchant_id": "shop-1"}
# As much as a submission may hold.
_LARGEST: Final = {
    **_BODY,
    "customer_id": "customer-1".ljust(64, "-"),
    "description": "12 things, sent on 2026-01-01. ".ljust(200, "."),
    "metadata": {f"name-{number}": "part 1234-5678 of it, ".ljust(500) for number in range(20)},
}
_SECRET: Final = f"whsec_{base64.b64encode(bytes(32)).decode()}"


@dataclass(frozen=True)
class Request:
    """A request to a function, and what each operation of AWS answers while it is handled."""

    handler: str
    title: str
    handle: Callable[[Any, Any], Any]
    event: Any
    answers: Mapping[str, Any]


def main() -> None:
    """Measure and print."""
    urls = {
        name: f"https://sqs.us-east-2.amazonaws.com/123456789012/{name.lower()}.fifo"
        for name in ("TRANSACTION_QUEUE_URL", "NOTIFICATION_QUEUE_URL")
    }
    with mock.patch.dict(os.environ, urls):
        print(f"{'function':22} {'request':24} {'own time':>11}")
        for request in requests():
            print(f"{request.handler:22} {request.title:24} {_milliseconds(request):8.3f} ms")


def requests() -> Iterator[Request]:
    """What is measured: each way through each function."""
    from handlers import (
        fraud_alerts,
        process_transactions,
        retrieve_transactions,
        send_notifications,
    )
    from handlers.messages import announce, send_transaction
    from handlers.transaction import FRAUD_REVIEW, PROCESSED, StatusChange, to_row

    accepted = _transaction()
    processed = replace(accepted, status=PROCESSED, history=(StatusChange(PROCESSED, _AT),))
    reviewed = replace(accepted, status=FRAUD_REVIEW, history=(StatusChange(FRAUD_REVIEW, _AT),))
    alert = {"transaction_id": accepted.transaction_id, "fraud_score": 71}
    path = {"httpMethod": "GET", "pathParameters": {"id": accepted.transaction_id}}
    absent: dict[str, Any] = {"GetItem": {}, "SendMessage": {}, "PutItem": {}}

    process = ("process_transactions", process_transactions.handle)
    for title, body in (("a submission", _BODY), ("the largest submission", _LARGEST)):
        yield Request(process[0], title, process[1], api_event(body, key=_KEY), absent)
    yield Request(
        process[0],
        "a message",
        process[1],
        _batch(lambda client: send_transaction(client, accepted)),
        {**absent, "UpdateItem": {}, "GetItem": {"Item": to_row(processed)}},
    )
    yield Request(
        "fraud_alerts",
        "an alert",
        fraud_alerts.handle,
        api_event(alert),
        {"GetItem": {"Item": to_row(reviewed)}, "TransactWriteItems": {}, "SendMessage": {}},
    )
    yield Request(
        "send_notifications",
        "a message",
        send_notifications.handle,
        _batch(lambda client: announce(client, processed)),
        {
            os.environ["WEBHOOK_URL_PARAMETER"]: {"Parameter": {"Value": URL}},
            os.environ["WEBHOOK_KEYS_PARAMETER"]: {"Parameter": {"Value": _SECRET}},
        },
    )
    yield Request(
        "retrieve_transactions",
        "a read",
        retrieve_transactions.handle,
        {**api_event(None), **path},
        {"GetItem": {"Item": to_row(processed)}},
    )


def _transaction() -> Any:
    from handlers.identifiers import derived_transaction_id
    from handlers.json_text import fingerprint, parse
    from handlers.transaction import transaction_of_body

    body = parse(json.dumps(_BODY))
    identifier = derived_transaction_id("client-1", _KEY)
    return transaction_of_body(identifier, fingerprint(body), _AT, body)


def _batch(send: Callable[[Any], None]) -> dict[str, Any]:
    """The batch that brings the one message that `send` sends."""
    sent: list[dict[str, Any]] = []
    send(SimpleNamespace(send_message=lambda **message: sent.append(message)))
    [message] = sent
    attributes = {"MessageGroupId": message["MessageGroupId"]}
    record = {"messageId": "1", "body": message["MessageBody"], "attributes": attributes}
    return {"Records": [record]}


def _milliseconds(request: Request) -> float:
    def call(_: BaseClient, operation: str, parameters: Mapping[str, Any]) -> Any:
        name = parameters["Name"] if operation == "GetParameter" else operation
        return request.answers[name]

    with (
        mock.patch.object(BaseClient, "_make_api_call", call),
        mock.patch.object(socket, "getaddrinfo", _look_up),
        mock.patch.object(urllib3, "HTTPSConnectionPool", _pool),
        Path(os.devnull).open("w") as nowhere,
        redirect_stdout(nowhere),
    ):
        answer = request.handle(request.event, Context())
        succeeded = answer.get("batchItemFailures") == [] or answer.get("statusCode", 500) < 300
        assert succeeded, f"{request.handler}, {request.title}: {answer}"
        spent = [_nanoseconds(request) for _ in range(_WARM + _RUNS)]
    return statistics.median(spent[_WARM:]) / 1e6


def _nanoseconds(request: Request) -> int:
    begun = time.process_time_ns()
    request.handle(request.event, Context())
    return time.process_time_ns() - begun


def _look_up(_: str, port: int, **__: Any) -> list[Any]:
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ADDRESS, port))]


def _pool(*_: Any, **__: Any) -> Any:
    answer = SimpleNamespace(status=204, close=lambda: None)
    return SimpleNamespace(request=lambda *_, **__: answer, close=lambda: None)


if __name__ == "__main__":
    main()
