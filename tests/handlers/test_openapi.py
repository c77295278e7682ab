"""The OpenAPI document is what the handlers really answer: all of it, and nothing else.

Requests are generated from the schemas of the document itself, right ones and nearly right
ones, and go through the handlers in process, as API Gateway would hand them over.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from handlers.card_numbers import holds_card_number
from handlers.identifiers import derived_transaction_id
from tests.handlers.documented import (
    EDGES,
    OPERATIONS,
    allowed,
    assert_documented,
    is_allowed,
    members_of,
    nearly_allowed,
    parameter_schema,
    request_schema,
)

SUBMIT, ALERT, READ = "post-transactions", "post-fraud-webhook", "get-transaction"
GOOD: Final = {"amount": 100, "currency": "USD", "merchant_id": "shop-1"}
UNKNOWN: Final = "txn_" + "a" * 32
CARD: Final = "4111111111111111"
LARGE: Final = json.dumps({**GOOD, "description": "x" * 65_536})
keys = allowed(parameter_schema(SUBMIT))


@pytest.fixture(scope="module")
def world(fresh_world: Any) -> Iterator[Any]:
    """One world for all tests here: each transaction has a key of its own, or none."""
    with fresh_world() as made:
        yield made


# Every documented answer is given by a named case. `key` is the case's own.


@dataclass(frozen=True)
class Case:
    name: str
    operation: str
    status: int
    run: Callable[[Any, str], Any]


def accepted(world: Any, key: str | None = None) -> str:
    return str(json.loads(world.submit(GOOD, key=key)["body"])["transaction_id"])


def repeated(world: Any, key: str) -> Any:
    accepted(world, key)
    return world.submit(GOOD, key=key)


def with_another_body(world: Any, key: str) -> Any:
    accepted(world, key)
    return world.submit({**GOOD, "amount": 1}, key=key)


def broken(world: Any, key: str) -> str:
    """A row that no handler wrote, under the id that belongs to the key."""
    identifier = derived_transaction_id("client-1", key)
    world.dynamodb.put_item(TableName="transactions", Item={"transaction_id": {"S": identifier}})
    return identifier


def submitted_over_a_broken_row(world: Any, key: str) -> Any:
    broken(world, key)
    return world.submit(GOOD, key=key)


def without_table(call: Callable[[], Any]) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRANSACTIONS_TABLE", "missing")
        return call()


def alert(world: Any, key: str, **others: Any) -> Any:
    body = {"transaction_id": accepted(world, key), "fraud_score": 99, "timestamp": 1, **others}
    return world.alert(body)


def alerted_twice(world: Any, key: str) -> Any:
    alert(world, key)
    return alert(world, key)


def alerted_with_another_body(world: Any, key: str) -> Any:
    alert(world, key, alert_id=key)
    return alert(world, key, alert_id=key, reason="other")


def alerted_too_often(world: Any, key: str) -> Any:
    world.dynamodb.update_item(
        TableName="transactions",
        Key={"transaction_id": {"S": accepted(world, key)}},
        UpdateExpression="SET alerts = :alerts",
        ExpressionAttributeValues={":alerts": {"M": {f"a{n}": {"S": "x"} for n in range(1000)}}},
    )
    return alert(world, key)


def read_at_its_end(world: Any, key: str) -> Any:
    identifier = accepted(world, key)
    world.drain()
    alert(world, key)
    return world.get(identifier)


UNKNOWN_ALERT: Final = {"transaction_id": UNKNOWN, "fraud_score": 1}
CASES: Final = (
    Case("fresh", SUBMIT, 202, lambda world, key: world.submit(GOOD, key=key)),
    Case("repeated", SUBMIT, 202, repeated),
    Case("no JSON", SUBMIT, 400, lambda world, key: world.submit("{", key=key)),
    Case("key too long", SUBMIT, 400, lambda world, key: world.submit(GOOD, key=key * 256)),
    Case("over 64 KB", SUBMIT, 413, lambda world, key: world.submit(LARGE, key=key)),
    Case("unknown field", SUBMIT, 422, lambda world, key: world.submit({**GOOD, "x": 1}, key=key)),
    Case("card number", SUBMIT, 422, lambda world, _: world.submit(GOOD, key=CARD)),
    Case("key with another body", SUBMIT, 422, with_another_body),
    Case("broken row", SUBMIT, 500, submitted_over_a_broken_row),
    Case("no table", SUBMIT, 503, lambda world, _: without_table(lambda: world.submit(GOOD))),
    Case(
        "no table, a key", SUBMIT, 503,
        lambda world, key: without_table(lambda: world.submit(GOOD, key=key)),
    ),
    Case("fresh", ALERT, 201, alert),
    Case("repeated", ALERT, 200, alerted_twice),
    Case("no JSON", ALERT, 400, lambda world, _: world.alert("{")),
    Case("unknown transaction", ALERT, 404, lambda world, _: world.alert(UNKNOWN_ALERT)),
    Case("id with another body", ALERT, 409, alerted_with_another_body),
    Case("one too many", ALERT, 409, alerted_too_often),
    Case("over 64 KB", ALERT, 413, lambda world, _: world.alert(LARGE)),
    Case("score too high", ALERT, 422, lambda world, key: alert(world, key, fraud_score=101)),
    Case(
        "broken row", ALERT, 500,
        lambda world, key: world.alert({**UNKNOWN_ALERT, "transaction_id": broken(world, key)}),
    ),
    Case(
        "no table", ALERT, 503,
        lambda world, _: without_table(lambda: world.alert(UNKNOWN_ALERT)),
    ),
    Case("pending", READ, 200, lambda world, key: world.get(accepted(world, key))),
    Case("processed, then in review", READ, 200, read_at_its_end),
    Case("unknown transaction", READ, 404, lambda world, _: world.get(UNKNOWN)),
    Case("card number", READ, 422, lambda world, _: world.get(CARD)),
    Case("broken row", READ, 500, lambda world, key: world.get(broken(world, key))),
    Case("no table", READ, 503, lambda world, _: without_table(lambda: world.get(UNKNOWN))),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.operation}: {case.name}")
def test_each_named_case_is_answered_as_documented(world: Any, case: Case) -> None:
    answer = case.run(world, f"{case.operation}:{case.name.replace(' ', '-')}")
    assert answer["statusCode"] == case.status, answer["body"]
    assert_documented(case.operation, answer)


def test_no_answer_is_documented_and_never_given() -> None:
    documented = {
        (name, int(status))
        for name, operation in OPERATIONS.items()
        for status, response in operation["responses"].items()
        if "handler" in response["x-answered-by"]
    }
    assert documented == {(case.operation, case.status) for case in CASES}


def test_what_an_answer_may_have_it_has_at_times(world: Any) -> None:
    first, again = world.submit(GOOD, key="at-times"), repeated(world, "at-times")
    assert "Idempotency-Replayed" not in first["headers"]
    assert again["headers"]["Idempotency-Replayed"] == "true"
    without_key = without_table(lambda: world.submit(GOOD))
    with_key = without_table(lambda: world.submit(GOOD, key="lost"))
    assert "transaction_id" in json.loads(without_key["body"])
    assert "transaction_id" not in json.loads(with_key["body"])


# Requests as the document allows them, and nearly so.


@given(body=allowed(request_schema(SUBMIT)), key=st.none() | keys)
def test_a_transaction_that_the_document_allows_is_accepted_and_read_as_documented(
    world: Any, body: Any, key: str | None
) -> None:
    assume(not holds_card_number([{**body, "amount": 0}, key or ""]))
    # Each body has a client of its own: no example repeats another one's key.
    answer = world.submit(body, key=key, api_key=json.dumps(body))
    assert answer["statusCode"] == 202, answer["body"]
    assert_documented(SUBMIT, answer)
    shown = world.get(json.loads(answer["body"])["transaction_id"])
    assert shown["statusCode"] == 200
    assert_documented(READ, shown)


@given(body=allowed(request_schema(ALERT)))
def test_an_alert_that_the_document_allows_is_stored(world: Any, body: Any) -> None:
    # An alert of another example may have the same id, which would be refused.
    for row in world.rows("fraud-alerts"):
        place = {name: row[name] for name in ("alert_id", "timestamp")}
        world.dynamodb.delete_item(TableName="fraud-alerts", Key=place)
    body["transaction_id"] = accepted(world)
    assume(not holds_card_number(body))
    answer = world.alert(body)
    assert answer["statusCode"] == 201, answer["body"]
    assert_documented(ALERT, answer)


@pytest.mark.parametrize("value", EDGES, ids=lambda value: str(value)[:8])
@pytest.mark.parametrize(
    ("operation", "member"),
    [(name, member) for name in (SUBMIT, ALERT) for member in members_of(name)],
)
def test_the_document_and_the_handlers_have_the_same_limits(
    world: Any, operation: str, member: str, value: Any
) -> None:
    good = GOOD if operation == SUBMIT else UNKNOWN_ALERT
    body = {**good, member: value}
    answer = world.submit(body) if operation == SUBMIT else world.alert(body)
    assert (answer["statusCode"] != 422) == is_allowed(operation, json.dumps(body))


@given(text=nearly_allowed(SUBMIT), key=st.none() | keys | st.text(max_size=300))
def test_any_answer_to_a_submission_is_documented(world: Any, text: str, key: str | None) -> None:
    answer = world.submit(text, key=key)
    assert_documented(SUBMIT, answer)
    assert answer["statusCode"] >= 300 or is_allowed(SUBMIT, text)


@given(data=st.data())
def test_any_answer_to_an_alert_is_documented(world: Any, data: st.DataObject) -> None:
    known = data.draw(st.sampled_from([{"transaction_id": accepted(world)}, {}]))
    text = data.draw(nearly_allowed(ALERT, **known))
    answer = world.alert(text)
    assert_documented(ALERT, answer)
    assert answer["statusCode"] >= 300 or is_allowed(ALERT, text)


@given(data=st.data())
def test_any_answer_to_a_read_is_documented(world: Any, data: st.DataObject) -> None:
    known = st.just(accepted(world))
    given_id = data.draw(known | allowed(parameter_schema(READ)) | st.text() | st.just(CARD))
    assert_documented(READ, world.get(given_id))
