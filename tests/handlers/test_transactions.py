"""POST /transactions and its queue: accepted once, processed once, told of once."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from hypothesis import given
from hypothesis import strategies as st

from handlers import ledger, messages, process_transactions
from handlers.money import EXPONENTS

GOOD = {"amount": 100, "currency": "USD", "merchant_id": "shop-1"}


def text_of(amount: str, **others: Any) -> str:
    rest = json.dumps({"currency": "USD", "merchant_id": "shop-1", **others})
    return f'{{"amount": {amount}, {rest[1:]}'


@st.composite
def amounts(draw: st.DrawFn) -> tuple[str, str]:
    """A currency, and the text of an amount that is right for it."""
    currency = draw(st.sampled_from(sorted(EXPONENTS)))
    whole = draw(st.integers(0, 10**12 - 1))
    decimals = draw(st.integers(0, EXPONENTS[currency]))
    fraction = draw(st.integers(0, 10**decimals - 1)) if decimals else 0
    text = f"{whole}.{fraction:0{decimals}d}" if decimals else str(whole)
    if Decimal(text) == 0:
        text = f"1{text[1:]}"
    return currency, text


def test_an_accepted_transaction_is_stored_processed_and_announced(world: Any) -> None:
    answer = world.submit(text_of("100.00", description="tea", metadata={"a": "b"}), key="k1")
    assert answer["statusCode"] == 202
    body = json.loads(answer["body"])
    assert set(body) == {"transaction_id", "status", "created_at"}
    assert body["status"] == "pending"
    assert "Idempotency-Replayed" not in answer["headers"]
    assert world.drain() == {"batchItemFailures": []}
    shown = world.get(body["transaction_id"])
    assert shown["statusCode"] == 200
    assert '"amount": 100.00' in shown["body"]
    seen = json.loads(shown["body"])
    assert (seen["status"], seen["description"], seen["metadata"]) == (
        "processed", "tea", {"a": "b"},
    )  # fmt: skip
    [message] = world.announced()
    payload = json.loads(message["payload"])
    assert payload["type"] == "transaction.processed"
    assert payload["data"]["transaction_id"] == body["transaction_id"]
    assert '"amount": 100.00' in message["payload"]


@given(amounts())
def test_money_keeps_every_digit_from_request_to_row_to_notification(
    fresh_world: Any, money: tuple[str, str]
) -> None:
    currency, amount = money
    with fresh_world() as world:
        answer = world.submit(text_of(amount, currency=currency))
        assert answer["statusCode"] == 202, answer["body"]
        world.drain()
        [row] = world.rows()
        assert row["amount"] == {"S": amount}
        shown = world.get(json.loads(answer["body"])["transaction_id"])
        assert f'"amount": {amount},' in shown["body"]
        [message] = world.announced()
        assert f'"amount": {amount},' in message["payload"]


@pytest.mark.parametrize(
    ("amount", "currency", "accepted"),
    [
        ("0.01", "USD", True), ("0.001", "USD", False), ("0", "USD", False), ("-1", "USD", False),
        ("1", "JPY", True), ("1.0", "JPY", False), ("0.001", "KWD", True),
        ("0.0001", "KWD", False), ("999999999999", "USD", True), ("1000000000000", "USD", False),
        ("999999999999.99", "USD", True), ("1", "XXX", False), ("1", "usd", False),
        ('"1"', "USD", False), ("true", "USD", False), ("1e400", "USD", False),
        ("1e-400", "USD", False), ("null", "USD", False),
    ],
)  # fmt: skip
def test_amounts_are_judged_by_currency(
    world: Any, amount: str, currency: str, accepted: bool
) -> None:
    answer = world.submit(text_of(amount, currency=currency))
    assert answer["statusCode"] == (202 if accepted else 422)
    assert len(world.rows()) == accepted


def test_the_same_key_and_body_get_the_same_bytes(world: Any) -> None:
    first = world.submit(text_of("5.00"), key="k")
    reordered = '{"merchant_id":"shop-1",   "currency":"USD","amount":5.00}'
    again = world.submit(reordered, key="k")
    world.drain()
    later = world.submit(text_of("5.00"), key="k")
    assert first["body"] == again["body"] == later["body"]
    assert again["headers"]["Idempotency-Replayed"] == "true"
    assert later["headers"]["Idempotency-Replayed"] == "true"
    assert len(world.rows()) == 1


@pytest.mark.parametrize("other", ["5", "5.0", "5.01"])
def test_the_same_key_with_another_body_is_refused(world: Any, other: str) -> None:
    world.submit(text_of("5.00"), key="k")
    answer = world.submit(text_of(other), key="k")
    assert answer["statusCode"] == 422
    [row] = world.rows()
    assert row["amount"] == {"S": "5.00"}


def test_keys_belong_to_their_client(world: Any) -> None:
    one = json.loads(world.submit(GOOD, key="k", api_key="a")["body"])
    two = json.loads(world.submit(GOOD, key="k", api_key="b")["body"])
    assert one["transaction_id"] != two["transaction_id"]


@pytest.mark.parametrize("key", ["", "a" * 256, "ä", "a b", "tab\t"])
def test_a_bad_key_is_refused(world: Any, key: str) -> None:
    assert world.submit(GOOD, key=key)["statusCode"] == 400
    assert world.rows() == []


def test_a_crash_between_enqueueing_and_storing_loses_nothing(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(ledger, "create_if_absent", die)
    with pytest.raises(KeyboardInterrupt):
        world.submit(GOOD, key="k")
    monkeypatch.undo()
    assert world.rows() == []
    world.drain()
    [row] = world.rows()
    assert row["status"] == {"S": "processed"}
    again = world.submit(GOOD, key="k")
    assert again["statusCode"] == 202
    assert json.loads(again["body"])["status"] == "pending"


@pytest.mark.parametrize("key", ["k", None])
def test_a_row_that_cannot_be_written_is_503_and_may_be_repeated(
    world: Any, monkeypatch: pytest.MonkeyPatch, key: str | None
) -> None:
    def fail(*_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="x")

    monkeypatch.setattr(ledger, "create_if_absent", fail)
    answer = world.submit(GOOD, key=key)
    monkeypatch.undo()
    assert answer["statusCode"] == 503
    assert answer["headers"]["Retry-After"]
    body = json.loads(answer["body"])
    assert ("transaction_id" in body) == (key is None)
    world.drain()
    if key is None:
        assert world.get(body["transaction_id"])["statusCode"] == 200
    else:
        assert world.submit(GOOD, key=key)["statusCode"] == 202
    assert len(world.rows()) == 1


def test_a_lost_answer_after_the_own_commit_is_success(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = process_transactions.DYNAMODB.put_item

    def lose_answer(**request: Any) -> Any:
        real(**request)
        # The SDK tries again, and meets the row that it has just written.
        raise ClientError({"Error": {"Code": "ConditionalCheckFailedException"}}, "PutItem")

    monkeypatch.setattr(process_transactions.DYNAMODB, "put_item", lose_answer)
    answer = world.submit(GOOD, key="k")
    assert answer["statusCode"] == 202
    assert "Idempotency-Replayed" not in answer["headers"]


def test_of_two_bodies_that_race_for_a_key_one_is_accepted(
    world: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    # Both were enqueued before either row was written.
    for amount in ("1.00", "2.00"):
        asked = messages.read_transaction(
            json.dumps(
                {
                    "transaction_id": "txn_" + "a" * 32,
                    "fingerprint": amount,
                    "created_at": "2026-01-01T00:00:00.000Z",
                    "body": {"amount": 1, "currency": "USD", "merchant_id": amount},
                }
            )
        )
        messages.send_transaction(process_transactions.SQS, asked)
    assert world.drain() == {"batchItemFailures": []}
    [row] = world.rows()
    assert row["fingerprint"] == {"S": "1.00"}
    assert len(world.announced()) == 1
    said = [json.loads(line)["message"] for line in capsys.readouterr().out.splitlines()]
    assert said == ["processed", "dropped: the transaction was accepted with another body"]


def test_a_pending_replay_enqueues_again(world: Any) -> None:
    world.submit(GOOD, key="k")
    assert len(world.take(world.transactions_queue)) == 1  # lost, say
    world.submit(GOOD, key="k")
    assert len(world.take(world.transactions_queue)) == 1


def test_a_repeated_message_announces_again_with_the_same_id_and_bytes(world: Any) -> None:
    world.submit(GOOD, key="k")
    records = world.take(world.transactions_queue)
    world.process(records)
    [first] = world.announced()
    world.process(records)
    [second] = world.announced()
    assert first == second
    [row] = world.rows()
    assert len(row["history"]["L"]) == 1


def test_an_update_never_creates_a_row(world: Any) -> None:
    ledger.mark_processed(process_transactions.DYNAMODB, "txn_" + "a" * 32, "now")
    assert world.rows() == []


def test_a_failure_sends_back_the_rest_of_its_group_only_and_in_order(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def handle(text: str, _: Any) -> None:
        seen.append(text)
        if text == "bad":
            raise ValueError

    monkeypatch.setattr(process_transactions, "_process", handle)
    answer = world.process(
        [
            {"messageId": str(number), "body": body, "attributes": {"MessageGroupId": group}}
            for number, (group, body) in enumerate(
                [("a", "good"), ("b", "bad"), ("a", "good"), ("b", "after"), ("c", "good")]
            )
        ]
    )
    assert seen == ["good", "bad", "good", "good"]
    assert [item["itemIdentifier"] for item in answer["batchItemFailures"]] == ["1", "3"]


def test_what_there_is_no_time_for_is_handed_back(world: Any, context_with: Any) -> None:
    world.submit(GOOD, key="k")
    records = world.take(world.transactions_queue)
    answer = process_transactions.handle({"Records": records}, context_with(remaining=5))
    assert [item["itemIdentifier"] for item in answer["batchItemFailures"]] == [
        records[0]["messageId"]
    ]


@pytest.mark.parametrize("records", [None, "x", [{}], [{"messageId": 7}], [None]])
def test_a_malformed_batch_fails_whole(world: Any, context_with: Any, records: Any) -> None:
    answer = process_transactions.handle({"Records": records}, context_with())
    assert answer == {"batchItemFailures": [{"itemIdentifier": ""}]}


@given(st.lists(st.text() | st.none() | st.integers(), max_size=4))
def test_any_message_gives_a_valid_answer(fresh_world: Any, bodies: list[Any]) -> None:
    with fresh_world() as world:
        answer = world.process(
            [{"messageId": str(number), "body": body} for number, body in enumerate(bodies)]
        )
        expected = [{"itemIdentifier": str(number)} for number in range(len(bodies))]
        assert answer == {"batchItemFailures": expected}
