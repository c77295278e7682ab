"""Requests as API Gateway hands them over, whatever shape they come in."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from handlers.card_numbers import holds_card_number
from handlers.json_text import JsonError, parse
from handlers.responses import FieldError, ProblemError

LARGEST_BODY: Final = 64 * 1024
"""The most bytes that a body may have."""
IDEMPOTENCY_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")
"""The form of the `Idempotency-Key` header: visible ASCII."""
CARD_NUMBER_DETAIL: Final = "The request holds what passes for a card number. Nothing was stored."


@dataclass(frozen=True)
class Request:
    """What the handlers read of a request."""

    request_id: str
    api_key_id: str
    method: str
    path_parameters: Mapping[str, Any]
    headers: Mapping[str, tuple[str, ...]]
    raw_body: Any
    is_base64: bool


def read_request(event: Any) -> Request:
    """Take the parts of an event that are there; what is missing or odd is empty."""
    event = _mapping(event)
    context = _mapping(event.get("requestContext"))
    return Request(
        request_id=_text(context.get("requestId")),
        api_key_id=_text(_mapping(context.get("identity")).get("apiKeyId")),
        method=_text(event.get("httpMethod")).upper(),
        path_parameters=_mapping(event.get("pathParameters")),
        headers=_headers(event),
        raw_body=event.get("body"),
        is_base64=event.get("isBase64Encoded") is True,
    )


def idempotency_key(request: Request) -> str | None:
    """The `Idempotency-Key` header, or None.

    Raises :class:`ProblemError` where it is given twice, is not visible ASCII, or is too long.
    """
    values = set(request.headers.get("idempotency-key", ()))
    if not values:
        return None
    if len(values) > 1 or not IDEMPOTENCY_KEY.fullmatch(next(iter(values))):
        expected = "one Idempotency-Key of 1 to 255 visible ASCII characters"
        raise ProblemError(400, "The Idempotency-Key is not valid.", [FieldError("", expected)])
    key = next(iter(values))
    if holds_card_number(key):
        raise card_number_problem()
    return key


def read_body(request: Request) -> Any:
    """The body as JSON data, numbers as `Decimal`.

    Raises :class:`ProblemError`: 413 where it is too large, 400 where it is no JSON.
    """
    raw = request.raw_body
    if not isinstance(raw, str) or not raw:
        raise _invalid("a JSON object")
    # Base64 takes four characters for three bytes; what is longer needs no decoding.
    if len(raw) > (LARGEST_BODY * 4 // 3 + 4 if request.is_base64 else LARGEST_BODY):
        raise _too_large()
    text = _decoded(raw) if request.is_base64 else raw
    try:
        size = len(text.encode())
    except UnicodeError:
        raise _invalid("Unicode text") from None
    if size > LARGEST_BODY:
        raise _too_large()
    try:
        return parse(text)
    except JsonError as error:
        raise _invalid(f"valid JSON; this body {error}") from None


def card_number_problem() -> ProblemError:
    """The refusal of a request that holds what passes for a card number."""
    return ProblemError(422, CARD_NUMBER_DETAIL, [FieldError("", "no card number")])


def _decoded(raw: str) -> str:
    try:
        return base64.b64decode(raw, validate=True).decode()
    except (binascii.Error, ValueError):
        raise _invalid("UTF-8 text") from None


def _invalid(expected: str) -> ProblemError:
    return ProblemError(400, "The body cannot be read.", [FieldError("", expected)])


def _too_large() -> ProblemError:
    return ProblemError(413, f"The body may have at most {LARGEST_BODY} bytes.")


def _headers(event: Mapping[str, Any]) -> Mapping[str, tuple[str, ...]]:
    headers: dict[str, tuple[str, ...]] = {}
    for name, value in _mapping(event.get("headers")).items():
        if isinstance(value, str):
            headers[str(name).lower()] = (value,)
    for name, values in _mapping(event.get("multiValueHeaders")).items():
        if isinstance(values, list):
            texts = tuple(value for value in values if isinstance(value, str))
            headers[str(name).lower()] = headers.get(str(name).lower(), ()) + texts
    return headers


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
