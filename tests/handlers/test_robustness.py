"""Whatever shape an event has, the answer is valid, and a client's fault is never a 5xx."""

from __future__ import annotations

import base64
import json
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handlers import (
    fraud_alerts,
    process_transactions,
    retrieve_transactions,
    send_notifications,
)
from handlers.json_text import JsonError, parse

GOOD: Final = {"amount": 100, "currency": "USD", "merchant_id": "shop-1"}
ALERT: Final = {"transaction_id": "txn_" + "a" * 32, "fraud_score": 1}
API: Final = (process_transactions, fraud_alerts, retrieve_transactions)
BATCH: Final = (process_transactions, send_notifications)
STATUSES: Final = {200, 201, 202, 400, 404, 409, 413, 422}

per_world = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
# Lone surrogates too: JSON's \ud800 makes them.
odd_texts = st.text(st.characters(exclude_categories=()), max_size=20)
odd = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | odd_texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(odd_texts, inner, max_size=3),
    max_leaves=6,
)
numbers = st.sampled_from(
    ["1e400", "-1e400", "1e-400", "1e99999999999999999999", "NaN", "Infinity", "-Infinity", "-0",
     "0.0", "1" * 5000, "0." + "0" * 5000 + "1", "1e11", "1E+2", "100.10"]
)  # fmt: skip


@st.composite
def body_texts(draw: Any) -> str:
    """JSON that is nearly right: an odd number, a name twice, an odd member, deep nesting."""
    members = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in draw(bodies).items()]
    change = draw(st.sampled_from(["none", "number", "twice", "odd", "deep", "cut"]))
    if change == "number":
        name = draw(st.sampled_from(["amount", "fraud_score", "timestamp", "metadata", "x"]))
        members.append(f'"{name}": {draw(numbers)}')
    elif change == "twice":
        members += members[:1]
    elif change == "odd":
        members.append(f'"description": {json.dumps(draw(odd))}')
    elif change == "deep":
        depth = draw(st.sampled_from([1, 30, 31, 32, 33, 300, 900, 990, 5000, 30_000]))
        opening, closing = draw(st.sampled_from([("[", "]"), ('{"a":', "}")]))
        members.append(f'"metadata": {opening * depth}1{closing * depth}')
    text = f"{{{', '.join(members)}}}"
    return text[: len(text) // 2] if change == "cut" else text


bodies = st.sampled_from([GOOD, ALERT, {}])
headers = st.dictionaries(
    st.sampled_from(["Idempotency-Key", "IDEMPOTENCY-KEY", "idempotency-key", "Content-Type", ""]),
    st.sampled_from(["k", "", "k" * 256, "ä", "\ud800", "4111111111111111"]) | odd,
    max_size=3,
)


@st.composite
def api_events(draw: Any) -> Any:
    """An event of the proxy integration, any part of which may be odd or missing."""
    text = draw(body_texts())
    encoded = draw(st.booleans())
    raw = base64.b64encode(text.encode("utf-8", "surrogatepass")).decode() if encoded else text
    event: dict[str, Any] = {
        "httpMethod": draw(st.sampled_from(["POST", "GET", "post", ""])),
        "headers": draw(headers),
        "multiValueHeaders": {
            name: [value, *draw(st.lists(odd, max_size=1))] for name, value in draw(headers).items()
        },
        "pathParameters": {"id": draw(odd_texts | st.just("txn_" + "a" * 32))},
        "requestContext": {"requestId": draw(odd_texts), "identity": {"apiKeyId": "client"}},
        "body": raw,
        "isBase64Encoded": encoded,
    }
    for name in draw(st.lists(st.sampled_from(sorted(event)), max_size=2)):
        event[name] = draw(odd)
    for name in draw(st.lists(st.sampled_from(sorted(event)), max_size=2, unique=True)):
        del event[name]
    return event


def assert_valid(answer: Any) -> None:
    assert answer["statusCode"] in STATUSES, answer
    assert all(isinstance(value, str) for value in answer["headers"].values())
    assert answer["isBase64Encoded"] is False
    body = json.loads(answer["body"])
    answer["body"].encode()
    if answer["statusCode"] >= 400:
        assert answer["headers"]["Content-Type"] == "application/problem+json"
        assert body["status"] == answer["statusCode"]


@per_world
@given(event=api_events(), function=st.sampled_from(API))
def test_any_request_gets_a_valid_answer(
    world: Any, context_with: Any, event: Any, function: Any
) -> None:
    assert_valid(function.handle(event, context_with()))


@pytest.mark.parametrize("function", [process_transactions, fraud_alerts])
@pytest.mark.parametrize("depth", [10, 31, 32, 33, 400, 700, 900, 950, 980, 990, 5_000, 20_000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}"), ('[{"a":', "}]")])
def test_nesting_of_any_depth_is_the_clients_fault(
    world: Any, event_of: Any, context_with: Any, function: Any, depth: int, opening: str,
    closing: str,
) -> None:  # fmt: skip
    body = f'{{"metadata": {opening * depth}1{closing * depth}}}'
    answer = function.handle(event_of(body), context_with())
    assert_valid(answer)
    assert answer["statusCode"] in (400, 413, 422)
    assert world.rows() == []


def test_nesting_is_bounded_whatever_the_interpreter_takes() -> None:
    assert parse("[" * 31 + "1" + "]" * 31)
    with pytest.raises(JsonError, match="too deeply"):
        parse("[" * 32 + "1" + "]" * 32)


@pytest.mark.parametrize("encoded", [True, False])
@pytest.mark.parametrize("size", [65_536, 65_537, 10_000_000])
def test_a_large_body_is_refused_by_its_size(
    world: Any, event_of: Any, context_with: Any, size: int, encoded: bool
) -> None:
    body = json.dumps(GOOD).ljust(size)
    event = event_of(base64.b64encode(body.encode()).decode() if encoded else body)
    event["isBase64Encoded"] = encoded
    answer = process_transactions.handle(event, context_with())
    assert answer["statusCode"] == (202 if size <= 65_536 else 413)


records = st.fixed_dictionaries(
    {},
    optional={
        "messageId": st.sampled_from(["a", "b", ""]) | odd,
        "body": body_texts() | odd,
        "attributes": odd
        | st.fixed_dictionaries(
            {}, optional={"MessageGroupId": odd_texts, "ApproximateReceiveCount": odd_texts}
        ),
    },
)


@per_world
@given(
    batch=st.lists(records | odd, max_size=4) | odd,
    function=st.sampled_from(BATCH),
    remaining=st.sampled_from([0, 100_000]),
)
def test_any_batch_gets_a_valid_partial_failure_answer(
    world: Any, context_with: Any, batch: Any, function: Any, remaining: int
) -> None:
    answer = function.handle({"Records": batch}, context_with(remaining))
    failed = [item["itemIdentifier"] for item in answer["batchItemFailures"]]
    assert list(answer) == ["batchItemFailures"]
    if failed == [""]:
        return
    # None of these messages is ours: each must come again, in its order.
    assert failed == [record["messageId"] for record in batch]
    assert world.rows() == []
