"""JSON Schemas of all bodies of the API, as its document shows them (JSON Schema 2020-12).

The requests are the models that API Gateway checks, with what the handlers demand beyond
them; the answers take over what they repeat of a request.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from handlers.identifiers import TRANSACTION_FORM
from handlers.money import EXPONENTS, MOST_DIGITS
from handlers.transaction import FRAUD_REVIEW, PENDING, PROCESSED
from handlers.validation import LATEST_TIMESTAMP, LONGEST_METADATA_NAME
from program.models import FRAUD_ALERT, TRANSACTION

Schema = dict[str, Any]

_TIME: Final = {"type": "string", "format": "date-time"}


def reference(name: str) -> Schema:
    """A reference to one of the schemas."""
    return {"$ref": f"#/components/schemas/{name}"}


def body_schemas() -> Mapping[str, Schema]:
    """Every schema by its name in the document."""
    request, alert = _transaction_request(), _alert_request()
    currency = request["properties"]["currency"]
    request["properties"]["currency"] = reference("Currency")
    identity = {
        "transaction_id": reference("TransactionId"),
        "status": reference("Status"),
    }
    return {
        "TransactionRequest": request,
        "FraudAlertRequest": alert,
        "TransactionId": {"type": "string", "pattern": f"^{TRANSACTION_FORM.pattern}$"},
        "Currency": currency,
        "Status": {"type": "string", "enum": [PENDING, PROCESSED, FRAUD_REVIEW]},
        "AcceptedTransaction": _object(
            {**identity, "status": {"type": "string", "const": PENDING}, "created_at": _TIME}
        ),
        "Transaction": _object(
            {
                **identity,
                "created_at": _TIME,
                "status_history": {
                    "description": "What the transaction became after pending, in order.",
                    "type": "array",
                    "items": _object(
                        {
                            "status": {"type": "string", "enum": [PROCESSED, FRAUD_REVIEW]},
                            "at": _TIME,
                        }
                    ),
                },
                **request["properties"],
            },
            optional=[name for name in request["properties"] if name not in request["required"]],
        ),
        "StoredFraudAlert": _object({**identity, "alert_id": alert["properties"]["alert_id"]}),
        "Problem": _problem({}),
        "InvalidRequestProblem": _problem({"errors": _FIELD_ERRORS}),
        "NotStoredProblem": _problem(
            {
                "transaction_id": {
                    **reference("TransactionId"),
                    "description": "Given where the request had no Idempotency-Key: look "
                    "whether this transaction exists before the request is sent again.",
                }
            },
            optional=["transaction_id"],
        ),
    }


def _transaction_request() -> Schema:
    return _refined(
        TRANSACTION,
        amount={
            "exclusiveMaximum": 10**MOST_DIGITS,
            "description": "Has at most as many decimals as ISO 4217 gives the currency; "
            "every digit is kept.",
        },
        currency={"enum": sorted(EXPONENTS), "description": "An ISO 4217 code."},
        metadata={"propertyNames": {"minLength": 1, "maxLength": LONGEST_METADATA_NAME}},
    )


def _alert_request() -> Schema:
    return _refined(
        FRAUD_ALERT,
        fraud_score={"type": "integer"},
        alert_id={"description": "Without one, it is derived from the body."},
        timestamp={
            "type": "integer",
            "maximum": LATEST_TIMESTAMP,
            "description": "In seconds since 1970; without one, the time of arrival.",
        },
    )


def _refined(model: Mapping[str, Any], **members: Schema) -> Schema:
    schema: Schema = _of_draft_4(model)
    for name, more in members.items():
        schema["properties"][name].update(more)
    return schema


def _of_draft_4(schema: Any) -> Any:
    """A draft 4 schema in the words of JSON Schema 2020-12.

    https://json-schema.org/draft/2020-12/json-schema-validation#section-6.2.5
    """
    if isinstance(schema, Mapping):
        members = {name: _of_draft_4(each) for name, each in schema.items() if name != "$schema"}
        if members.get("exclusiveMinimum") is True:
            members["exclusiveMinimum"] = members.pop("minimum")
        return members
    return [_of_draft_4(each) for each in schema] if isinstance(schema, list) else schema


def _object(properties: Mapping[str, Schema], optional: Sequence[str] = ()) -> Schema:
    return {
        "type": "object",
        "required": [name for name in properties if name not in optional],
        "properties": dict(properties),
    }


def _problem(members: Mapping[str, Schema], optional: Sequence[str] = ()) -> Schema:
    """Problem details (https://www.rfc-editor.org/rfc/rfc9457) with further members."""
    base: Mapping[str, Schema] = {
        "type": {"type": "string", "const": "about:blank"},
        "title": {"type": "string"},
        "status": {"type": "integer", "description": "The response's status."},
        "detail": {"type": "string"},
        "request_id": {"type": "string", "description": "Name it when you ask for help."},
    }
    return _object({**base, **members}, optional)


_FIELD_ERRORS: Final[Schema] = {
    "type": "array",
    "minItems": 1,
    "items": _object(
        {
            "pointer": {
                "type": "string",
                "format": "json-pointer",
                "description": "Where in the body (RFC 6901); empty for the whole request.",
            },
            "expected": {"type": "string"},
        }
    ),
}
