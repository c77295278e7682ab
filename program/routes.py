"""The API as data: its routes, its models and the shape of the errors it makes itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from program.grants import FRAUD, PROCESS, RETRIEVE
from program.models import FRAUD_ALERT, TRANSACTION


@dataclass(frozen=True)
class Route:
    """A method of the API.

    `path` is its segments from the root; `model` names the schema of its body, where it
    has one; `parameters` are the path parameters that must be there.
    """

    name: str
    method: str
    path: tuple[str, ...]
    function: str
    model: str | None = None
    parameters: tuple[str, ...] = ()

    @property
    def arn_path(self) -> str:
        """The path in an execution ARN, where a parameter stands for any of its values."""
        return "/".join("*" if segment.startswith("{") else segment for segment in self.path)


ROUTES: Final = (
    Route("post-transactions", "POST", ("transactions",), PROCESS, model="transaction"),
    Route("post-fraud-webhook", "POST", ("fraud-webhook",), FRAUD, model="alert"),
    Route("get-transaction", "GET", ("transactions", "{id}"), RETRIEVE, parameters=("id",)),
)

MODELS: Final[Mapping[str, Mapping[str, Any]]] = {"transaction": TRANSACTION, "alert": FRAUD_ALERT}


@dataclass(frozen=True)
class GatewayError:
    """An error that API Gateway makes; without a status, it keeps the gateway's own."""

    response_type: str
    title: str
    detail: str
    status: int | None = None


# https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
GATEWAY_ERRORS: Final = (
    GatewayError("DEFAULT_4XX", "Request refused", "The request was refused."),
    GatewayError("DEFAULT_5XX", "Service error", "Try again with the same Idempotency-Key."),
    GatewayError("ACCESS_DENIED", "Forbidden", "The request is not allowed.", 403),
    GatewayError("BAD_REQUEST_BODY", "Invalid request", "The body is not what is expected.", 400),
    GatewayError(
        "BAD_REQUEST_PARAMETERS", "Invalid request", "A required parameter is missing.", 400
    ),
    GatewayError("INVALID_API_KEY", "Forbidden", "The API key is missing or not valid.", 403),
    GatewayError("MISSING_AUTHENTICATION_TOKEN", "Not found", "There is no such resource.", 404),
    GatewayError("QUOTA_EXCEEDED", "Too many requests", "The key's quota is used up.", 429),
    GatewayError("REQUEST_TOO_LARGE", "Content too large", "The body is too large.", 413),
    GatewayError("RESOURCE_NOT_FOUND", "Not found", "There is no such resource.", 404),
    GatewayError("THROTTLED", "Too many requests", "Slow down and try again.", 429),
    GatewayError("UNSUPPORTED_MEDIA_TYPE", "Unsupported media type", "Send application/json.", 415),
)


def error_template(error: GatewayError) -> str:
    """The body of a gateway response, shaped like the handlers' errors (RFC 9457).

    It copies nothing of the request and no validation text: either could hold a card number.
    """
    fields = {
        "type": "about:blank",
        "title": error.title,
        "detail": error.detail,
        "request_id": "$context.requestId",
    }
    status = error.status if error.status is not None else "$context.status"
    return json.dumps(fields)[:-1] + f', "status": {status}}}'


# No path, parameter or validation text: a caller could have put a card number there.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html
ACCESS_LOG_FORMAT: Final = json.dumps(
    {
        "request_id": "$context.requestId",
        "extended_request_id": "$context.extendedRequestId",
        "trace_id": "$context.xrayTraceId",
        "time": "$context.requestTimeEpoch",
        "source_ip": "$context.identity.sourceIp",
        "api_key_id": "$context.identity.apiKeyId",
        "method": "$context.httpMethod",
        "resource": "$context.resourcePath",
        "status": "$context.status",
        "response_length": "$context.responseLength",
        "latency": "$context.responseLatency",
        "integration_status": "$context.integration.status",
        "integration_latency": "$context.integration.latency",
    }
)
