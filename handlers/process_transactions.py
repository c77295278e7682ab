"""POST /transactions, and the queue that it fills: accept once, process once, announce.

The order is read, enqueue, create-if-absent. The message carries the whole transaction and
its consumer creates-if-absent too: a crash between the steps loses nothing, one before them
leaves nothing behind.
"""

from __future__ import annotations

import os
import time
from typing import Any, Final

from handlers import aws, ledger
from handlers.api import UNAVAILABLE, run_api, utc
from handlers.aws import AwsError
from handlers.batch import Unhandled, run_batch
from handlers.identifiers import derived_transaction_id, new_transaction_id
from handlers.json_text import fingerprint
from handlers.log import Log
from handlers.messages import MessageError, announce, read_transaction, send_transaction
from handlers.requests import Request, idempotency_key, read_body
from handlers.responses import FieldError, ProblemError, Response, success
from handlers.transaction import PENDING, Transaction, transaction_of_body
from handlers.validation import check_transaction

DYNAMODB = aws.dynamodb()
SQS = aws.sqs()
# One message is at most four calls, each of which may be tried three times.
_RESERVE_MILLISECONDS: Final = 10_000


def handle(event: Any, context: Any) -> dict[str, Any]:
    """Lambda's entry point, for API Gateway's requests and for batches of the queue."""
    if isinstance(event, dict) and "Records" in event:
        return run_batch(event, context, _RESERVE_MILLISECONDS, _process)
    return run_api(event, _submit)


def _submit(request: Request, log: Log) -> Response:
    key = idempotency_key(request)
    body = check_transaction(read_body(request))
    now = time.time()
    if key is None:
        transaction_id = new_transaction_id(int(now * 1000), os.urandom(10))
    else:
        transaction_id = derived_transaction_id(request.api_key_id, key)
    asked = transaction_of_body(transaction_id, fingerprint(body), utc(now), body)
    log = log.about(transaction_id)
    if key is not None:
        known = ledger.read(DYNAMODB, transaction_id)
        if known is not None:
            return _repeat(known, asked, log)
    try:
        send_transaction(SQS, asked)
        stored = ledger.create_if_absent(DYNAMODB, asked)
    except AwsError as error:
        log.fault("the transaction could not be stored", error=type(error).__name__)
        # Without a key the client cannot repeat safely: with the id it can look first.
        known_id = None if key is not None else transaction_id
        raise ProblemError(503, UNAVAILABLE, transaction_id=known_id) from error
    _refuse_other_body(stored, asked)
    if stored.created_at != asked.created_at:
        return _replayed(stored, log)
    log.info("accepted")
    return success(202, stored.accepted())


def _repeat(known: Transaction, asked: Transaction, log: Log) -> Response:
    _refuse_other_body(known, asked)
    if known.status == PENDING:
        # Its message may be what was lost; the deduplication id keeps a second one out.
        send_transaction(SQS, known)
    return _replayed(known, log)


def _replayed(known: Transaction, log: Log) -> Response:
    log.info("accepted before")
    return success(202, known.accepted(), Idempotency_Replayed="true")


def _refuse_other_body(known: Transaction, asked: Transaction) -> None:
    if known.fingerprint != asked.fingerprint:
        raise ProblemError(
            422,
            "This Idempotency-Key was used with another body.",
            [FieldError("", "the body that was first sent with this Idempotency-Key")],
        )


def _process(text: str, log: Log) -> None:
    try:
        asked = read_transaction(text)
    except MessageError as error:
        raise Unhandled(f"the message {error}") from None
    log = log.about(asked.transaction_id)
    try:
        stored = ledger.create_if_absent(DYNAMODB, asked)
        if stored.fingerprint != asked.fingerprint:
            log.info("dropped: the transaction was accepted with another body")
            return
        if stored.status == PENDING:
            ledger.mark_processed(DYNAMODB, asked.transaction_id, utc(time.time()))
        current = ledger.read(DYNAMODB, asked.transaction_id)
        if current is None:
            raise Unhandled("the transaction is not there")
        announce(SQS, current)
    except AwsError as error:
        raise Unhandled(f"a call to AWS failed: {type(error).__name__}") from None
    log.info("processed", status=current.status)
