"""GET /transactions/{id}: a transaction as its owner may read it."""

from __future__ import annotations

from typing import Any

from handlers import aws, ledger
from handlers.api import run_api
from handlers.card_numbers import holds_card_number
from handlers.identifiers import is_transaction_id
from handlers.log import Log
from handlers.requests import Request, card_number_problem
from handlers.responses import ProblemError, Response, success

DYNAMODB = aws.dynamodb()


def handle(event: Any, context: Any) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Lambda's entry point."""
    return run_api(event, _retrieve)


def _retrieve(request: Request, log: Log) -> Response:
    given = request.path_parameters.get("id")
    if not isinstance(given, str) or not is_transaction_id(given):
        if isinstance(given, str) and holds_card_number(given):
            raise card_number_problem()
        raise ProblemError(404, "There is no such transaction.")
    found = ledger.read(DYNAMODB, given)
    if found is None:
        raise ProblemError(404, "There is no such transaction.")
    log.about(given).info("read")
    return success(200, found.public())
