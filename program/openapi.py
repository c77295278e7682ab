"""The OpenAPI 3.1 document of the API, made from its routes, models and answers.

`make openapi` writes it: https://spec.openapis.org/oas/v3.1.1.html. In it `x-answered-by` names
who gives a response (`handler`, `gateway` or both), and `x-gateway-responses` the gateway
responses of API Gateway behind it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from handlers.requests import IDEMPOTENCY_KEY
from program.answers import HANDLER_ANSWERS, Answer, gateway_answers
from program.body_schemas import body_schemas, reference
from program.routes import ROUTES, GatewayError, Route

DOCUMENT: Final = Path(__file__).resolve().parents[1] / "docs" / "openapi.json"
VERSION: Final = "1.0.0"
"""The version of the API: a change that breaks a client makes it 2.0.0."""
_JSON, _PROBLEM = "application/json", "application/problem+json"
_SECURITY: Final = "apiKey"
_REQUESTS: Final = {"transaction": "TransactionRequest", "alert": "FraudAlertRequest"}
_OPERATIONS: Final[Mapping[str, tuple[str, str]]] = {
    "post-transactions": (
        "Submit a transaction",
        (
            "A 202 is durable: the transaction will be processed and its merchant told. Any other "
            "answer promises nothing, and the same request with the same Idempotency-Key may be "
            "sent again safely."
        ),
    ),
    "post-fraud-webhook": (
        "Report suspected fraud",
        "An alert is stored once; above the threshold it puts its transaction in fraud review.",
    ),
    "get-transaction": ("Read a transaction", "The transaction with its status."),
}
_HEADERS: Final[Mapping[str, Mapping[str, Any]]] = {
    "Cache-Control": {
        "description": "Answers are not for caches.",
        "schema": {"type": "string", "const": "no-store"},
    },
    "Idempotency-Replayed": {
        "description": "There where this answer was given before to the same key and body.",
        "schema": {"type": "string", "const": "true"},
    },
    "Retry-After": {
        "description": "Seconds to wait before the request is sent again.",
        "schema": {"type": "integer", "minimum": 0},
    },
}
_IDEMPOTENCY_KEY_PARAMETER: Final[Mapping[str, Any]] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Names what the client means to do once: a request with the same key and body "
    "gets the first answer again, and one with another body is refused with 422. Keys of "
    "different API keys do not meet.",
    "schema": {"type": "string", "pattern": f"^{IDEMPOTENCY_KEY.pattern}$"},
}
_PATH_PARAMETERS: Final[Mapping[str, Mapping[str, Any]]] = {
    "id": {"description": "The transaction's id.", "schema": reference("TransactionId")},
}


def document() -> dict[str, Any]:
    """The whole document."""
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        paths.setdefault(f"/{'/'.join(route.path)}", {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.1",
        "info": {
            "title": "Payment processing",
            "version": VERSION,
            "description": "Submits transactions, takes fraud alerts and shows a transaction. "
            "A path or method that is not listed is answered with 404 as problem details.",
        },
        "servers": [
            {
                "url": "https://{api}.execute-api.{region}.amazonaws.com/{stage}",
                "description": "The stack's output names the whole URL.",
                "variables": {
                    "api": {"default": "api-id", "description": "The id of the REST API."},
                    "region": {"default": "us-east-2"},
                    "stage": {"default": "dev", "description": "The environment's suffix."},
                },
            }
        ],
        "security": [{_SECURITY: []}],
        "paths": paths,
        "components": {
            "schemas": body_schemas(),
            "securitySchemes": {_SECURITY: {"type": "apiKey", "in": "header", "name": "x-api-key"}},
        },
    }


def text() -> str:
    """The document as it is written: sorted, the same bytes for the same API."""
    return json.dumps(document(), indent=2, sort_keys=True) + "\n"


def write(path: Path = DOCUMENT) -> None:
    """Write the document, whole or not at all."""
    partial = path.with_suffix(".partial")
    partial.write_text(text())
    partial.replace(path)


def _operation(route: Route) -> dict[str, Any]:
    summary, description = _OPERATIONS[route.name]
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": summary,
        "description": description,
        "responses": _responses(route),
    }
    parameters = [
        {"name": name, "in": "path", "required": True, **_PATH_PARAMETERS[name]}
        for name in route.parameters
    ]
    if route.model == "transaction":
        parameters.append(dict(_IDEMPOTENCY_KEY_PARAMETER))
    if parameters:
        operation["parameters"] = parameters
    if route.model is not None:
        schema = reference(_REQUESTS[route.model])
        operation["requestBody"] = {"required": True, "content": {_JSON: {"schema": schema}}}
    return operation


def _responses(route: Route) -> dict[str, Any]:
    by_handler = {str(answer.status): answer for answer in HANDLER_ANSWERS[route.name]}
    by_gateway = gateway_answers(route)
    return {
        status: _response(by_handler.get(status), by_gateway.get(status, ()))
        for status in sorted({*by_handler, *by_gateway})
    }


def _response(answer: Answer | None, errors: Sequence[GatewayError]) -> dict[str, Any]:
    texts = [error.detail for error in errors]
    names = ["Problem"] if errors else []
    if answer is not None:
        texts.insert(0, answer.description)
        names = [answer.schema, *(name for name in names if name != answer.schema)]
    media_type = _JSON if answer is not None and answer.status < 400 else _PROBLEM
    schemas = [reference(name) for name in names]
    response: dict[str, Any] = {
        "description": " ".join(texts),
        "content": {
            media_type: {"schema": schemas[0] if len(schemas) == 1 else {"anyOf": schemas}}
        },
        "x-answered-by": ["gateway"] * bool(errors) + ["handler"] * (answer is not None),
    }
    if errors:
        response["x-gateway-responses"] = sorted(error.response_type for error in errors)
    if answer is not None:
        # API Gateway sends none of them.
        response["headers"] = {
            name: {**_HEADERS[name], "required": always and not errors}
            for name, always in {"Cache-Control": True, **(answer.headers or {})}.items()
        }
    return response


if __name__ == "__main__":
    write()
