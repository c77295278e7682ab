"""JSON Schemas of the request bodies, as API Gateway checks them.

They are no stricter than the handlers, which check again and more: a body that the gateway
refuses, a handler would refuse too. API Gateway takes JSON Schema draft 4:
https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings-models.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_DRAFT: Final = "http://json-schema.org/draft-04/schema#"
_NAME: Final = {"type": "string", "minLength": 1, "maxLength": 64}

TRANSACTION: Final[Mapping[str, Any]] = {
    "$schema": _DRAFT,
    "title": "Transaction",
    "type": "object",
    "additionalProperties": False,
    "required": ["amount", "currency", "merchant_id"],
    "properties": {
        "amount": {"type": "number", "minimum": 0, "exclusiveMinimum": True},
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
        "merchant_id": {**_NAME, "pattern": "^[A-Za-z0-9._-]+$"},
        "customer_id": {**_NAME, "pattern": "^[A-Za-z0-9._-]+$"},
        "description": {"type": "string", "maxLength": 200},
        "metadata": {
            "type": "object",
            "maxProperties": 20,
            "additionalProperties": {"type": "string", "maxLength": 500},
        },
    },
}

FRAUD_ALERT: Final[Mapping[str, Any]] = {
    "$schema": _DRAFT,
    "title": "Fraud alert",
    "type": "object",
    "additionalProperties": False,
    "required": ["transaction_id", "fraud_score"],
    "properties": {
        "transaction_id": {"type": "string", "minLength": 1},
        "fraud_score": {"type": "number", "minimum": 0, "maximum": 100},
        "alert_id": _NAME,
        "timestamp": {"type": "number", "minimum": 0},
        "reason": {"type": "string", "maxLength": 200},
    },
}
