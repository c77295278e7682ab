"""Answers to API Gateway: JSON, and errors as problem details (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from handlers.json_text import emit

Response = dict[str, Any]

_TITLES: Final[Mapping[int, str]] = {
    400: "Invalid request",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    413: "Content too large",
    422: "Invalid content",
    500: "Service error",
    503: "Service unavailable",
}
_RETRY_AFTER_SECONDS: Final = 2


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one place of a body: a JSON pointer (RFC 6901) and what is expected."""

    pointer: str
    expected: str


class ProblemError(Exception):
    """An answer other than 2xx. `detail` is for the client: no table, no ARN, no input."""

    def __init__(
        self,
        status: int,
        detail: str,
        errors: Sequence[FieldError] = (),
        transaction_id: str | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = tuple(errors)
        self.transaction_id = transaction_id


def success(status: int, body: Mapping[str, Any], **headers: str) -> Response:
    """A JSON answer; a `Decimal` in the body is a number with exactly its digits."""
    return {
        "statusCode": status,
        "headers": {
            "Content-Type": "application/json",
            "Cache-Control": "no-store",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        },
        "body": emit(body),
        "isBase64Encoded": False,
    }


def problem(error: ProblemError, request_id: str) -> Response:
    """The problem details of an error."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": _TITLES[error.status],
        "status": error.status,
        "detail": error.detail,
        "request_id": request_id,
    }
    if error.status in (400, 422):
        body["errors"] = [
            {"pointer": item.pointer, "expected": item.expected} for item in error.errors
        ]
    if error.transaction_id is not None:
        body["transaction_id"] = error.transaction_id
    headers = {"Content-Type": "application/problem+json", "Cache-Control": "no-store"}
    if error.status == 503:
        headers["Retry-After"] = str(_RETRY_AFTER_SECONDS)
    return {
        "statusCode": error.status,
        "headers": headers,
        "body": emit(body),
        "isBase64Encoded": False,
    }
