"""POST /fraud-webhook: an alert is stored once and, above the threshold, stops its transaction."""

from __future__ import annotations

import time
from typing import Any, Final

from handlers import aws, ledger
from handlers.api import UNAVAILABLE, run_api, utc
from handlers.identifiers import derived_alert_id, is_transaction_id
from handlers.json_text import fingerprint
from handlers.ledger import MOST_ALERTS, Alert, Storing
from handlers.log import Log
from handlers.messages import announce
from handlers.requests import Request, read_body
from handlers.responses import ProblemError, Response, success
from handlers.transaction import FRAUD_REVIEW, Transaction
from handlers.validation import check_alert

DYNAMODB = aws.dynamodb()
SQS = aws.sqs()
REVIEW_ABOVE: Final = 70
"""A score above this one puts the transaction in fraud review."""
# A write is refused when another change comes between; each time the row is read again.
_ATTEMPTS: Final = 4


def handle(event: Any, context: Any) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Lambda's entry point."""
    return run_api(event, _receive)


def _receive(request: Request, log: Log) -> Response:
    body = check_alert(read_body(request))
    now = time.time()
    if not is_transaction_id(body["transaction_id"]):
        raise _unknown_transaction()
    log = log.about(body["transaction_id"])
    alert = _alert(body, int(now))
    storing = Storing.CHANGED
    for _ in range(_ATTEMPTS):
        seen = _transaction(alert)
        known = seen.alerts.get(alert.alert_id)
        if known is not None:
            return _answer(200, alert, known, seen, log)
        if storing is Storing.TAKEN:
            # By another transaction's alert: this one was read again, and does not know it.
            raise _other_alert()
        if len(seen.alerts) >= MOST_ALERTS:
            raise ProblemError(409, f"The transaction has {MOST_ALERTS} alerts already.")
        review = alert.fraud_score > REVIEW_ABOVE
        storing = ledger.store_alert(DYNAMODB, alert, seen, utc(now), review=review)
        if storing is Storing.STORED:
            return _answer(201, alert, alert.fingerprint, _transaction(alert), log)
    raise ProblemError(503, UNAVAILABLE)


def _alert(body: dict[str, Any], arrived: int) -> Alert:
    digest = fingerprint(body)
    return Alert(
        alert_id=body.get("alert_id", derived_alert_id(digest)),
        timestamp=int(body.get("timestamp", arrived)),
        transaction_id=body["transaction_id"],
        fraud_score=int(body["fraud_score"]),
        fingerprint=digest,
        reason=body.get("reason"),
    )


def _transaction(alert: Alert) -> Transaction:
    found = ledger.read(DYNAMODB, alert.transaction_id)
    if found is None:
        raise _unknown_transaction()
    return found


def _unknown_transaction() -> ProblemError:
    return ProblemError(404, "There is no such transaction.")


def _other_alert() -> ProblemError:
    return ProblemError(409, "An alert with this id and another body is stored already.")


def _answer(status: int, alert: Alert, known: str, current: Transaction, log: Log) -> Response:
    if known != alert.fingerprint:
        raise _other_alert()
    if current.status == FRAUD_REVIEW:
        announce(SQS, current)
    log.info("alert stored" if status == 201 else "alert stored before", status=status)
    return success(
        status,
        {
            "alert_id": alert.alert_id,
            "transaction_id": alert.transaction_id,
            "status": current.status,
        },
    )
