"""The gateway's models are no stricter than the handlers."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft4Validator

from handlers.json_text import JsonError, parse
from handlers.money import EXPONENTS
from handlers.responses import ProblemError
from handlers.validation import check_alert, check_transaction
from program.models import FRAUD_ALERT, TRANSACTION

references = st.from_regex(r"[A-Za-z0-9._-]{1,66}", fullmatch=True)
transactions = st.fixed_dictionaries(
    {
        "amount": st.decimals(0, 10**13, places=2).map(float) | st.integers(-1, 10**12),
        "currency": st.sampled_from([*sorted(EXPONENTS), "XXX"]),
        "merchant_id": references,
    },
    optional={
        "customer_id": references,
        "description": st.text(max_size=205),
        "metadata": st.dictionaries(st.text(max_size=42), st.text(max_size=20), max_size=22),
        "x": st.none(),
    },
)
alerts = st.fixed_dictionaries(
    {"transaction_id": st.text(), "fraud_score": st.integers(-1, 101)},
    optional={
        "alert_id": st.text(max_size=66),
        "timestamp": st.integers(-1, 253402300800),
        "reason": st.text(max_size=205),
        "x": st.none(),
    },
)


def test_the_models_are_valid_draft_4_schemas() -> None:
    for model in (TRANSACTION, FRAUD_ALERT):
        Draft4Validator.check_schema(model)


@given(transactions)
def test_a_transaction_that_the_handler_takes_passes_the_gateway(body: dict[str, Any]) -> None:
    _compare(body, check_transaction, TRANSACTION)


@given(alerts)
def test_an_alert_that_the_handler_takes_passes_the_gateway(body: dict[str, Any]) -> None:
    _compare(body, check_alert, FRAUD_ALERT)


def _compare(body: dict[str, Any], check: Any, model: Any) -> None:
    text = json.dumps(body)
    try:
        check(parse(text))
    except (ProblemError, JsonError):
        return
    errors = list(Draft4Validator(model).iter_errors(json.loads(text, parse_float=Decimal)))
    assert errors == []
