"""Who answers what: the responses of each operation by its handler, and by API Gateway."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from handlers.requests import LARGEST_BODY
from program.routes import GATEWAY_ERRORS, GatewayError, Route


@dataclass(frozen=True)
class Answer:
    """A response of a handler.

    `schema` names its body's schema; `headers` are those beyond the ones of every answer,
    each with whether it is always there.
    """

    status: int
    description: str
    schema: str = "Problem"
    headers: Mapping[str, bool] | None = None


_RETRY: Final = {"Retry-After": True}
_UNREADABLE: Final = "The body cannot be read as JSON"
_INVALID: Final = (
    "The body is not valid: `errors` names each place and what was expected there. Or the request "
    "holds what passes for a card number, and nothing of it was stored"
)
_TOO_LARGE: Final = Answer(413, f"The body has more than {LARGEST_BODY} bytes.")
_UNKNOWN: Final = Answer(404, "There is no such transaction.")
_BROKEN: Final = Answer(500, "The service made an error; nothing was promised.")
_UNAVAILABLE: Final = "The service could not finish. Send the same request again."

HANDLER_ANSWERS: Final[Mapping[str, tuple[Answer, ...]]] = {
    "post-transactions": (
        Answer(
            202,
            "The transaction is accepted and will be processed. A repeat gets the same body.",
            "AcceptedTransaction",
            {"Idempotency-Replayed": False},
        ),
        Answer(
            400, f"{_UNREADABLE}, or the Idempotency-Key is not valid.", "InvalidRequestProblem"
        ),
        _TOO_LARGE,
        Answer(
            422,
            f"{_INVALID}. Or the Idempotency-Key was used with another body.",
            "InvalidRequestProblem",
        ),
        _BROKEN,
        Answer(503, _UNAVAILABLE, "NotStoredProblem", _RETRY),
    ),
    "post-fraud-webhook": (
        Answer(200, "The alert was stored before.", "StoredFraudAlert"),
        Answer(201, "The alert is stored.", "StoredFraudAlert"),
        Answer(400, f"{_UNREADABLE}.", "InvalidRequestProblem"),
        _UNKNOWN,
        Answer(409, "Another alert has this id, or the transaction has too many alerts."),
        _TOO_LARGE,
        Answer(422, f"{_INVALID}.", "InvalidRequestProblem"),
        _BROKEN,
        Answer(503, _UNAVAILABLE, headers=_RETRY),
    ),
    "get-transaction": (
        Answer(200, "The transaction as it is now.", "Transaction"),
        _UNKNOWN,
        Answer(422, "The id passes for a card number.", "InvalidRequestProblem"),
        _BROKEN,
        Answer(503, _UNAVAILABLE, headers=_RETRY),
    ),
}

NEVER_FOR_AN_OPERATION: Final[Mapping[str, str]] = {
    "MISSING_AUTHENTICATION_TOKEN": "for a path or method that is not there",
    "RESOURCE_NOT_FOUND": "for a path that is not there",
    "ACCESS_DENIED": "no method has an authorizer",
    "QUOTA_EXCEEDED": "the usage plan has no quota",
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/integration-passthrough-behaviors.html
    "UNSUPPORTED_MEDIA_TYPE": "a proxy integration takes every media type",
}
"""Gateway responses that are there in case and no operation gives, each with its reason."""
_FOR_BODIES: Final = frozenset({"BAD_REQUEST_BODY", "REQUEST_TOO_LARGE"})
_FOR_PARAMETERS: Final = frozenset({"BAD_REQUEST_PARAMETERS"})
# An explicit status goes before a range, and API Gateway's own faults can be 500 too.
_KEPT_STATUSES: Final = {"DEFAULT_4XX": ("4XX",), "DEFAULT_5XX": ("500", "5XX")}


def gateway_answers(route: Route) -> Mapping[str, tuple[GatewayError, ...]]:
    """The errors that API Gateway makes for a route, by status or range of statuses."""
    found: dict[str, tuple[GatewayError, ...]] = {}
    for error in GATEWAY_ERRORS:
        if _concerns(error, route):
            for status in _statuses(error):
                found[status] = (*found.get(status, ()), error)
    return found


def _concerns(error: GatewayError, route: Route) -> bool:
    if error.response_type in _FOR_BODIES:
        return route.model is not None
    if error.response_type in _FOR_PARAMETERS:
        return bool(route.parameters)
    return error.response_type not in NEVER_FOR_AN_OPERATION


def _statuses(error: GatewayError) -> tuple[str, ...]:
    return _KEPT_STATUSES[error.response_type] if error.status is None else (str(error.status),)
