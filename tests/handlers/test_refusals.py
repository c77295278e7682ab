"""Card numbers, garbage and leaks: refused with a valid answer, kept nowhere."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import process_transactions, retrieve_transactions
from handlers.card_numbers import holds_card_number
from handlers.identifiers import derived_transaction_id, new_transaction_id, webhook_id
from handlers.json_text import JsonError, canonical, emit, fingerprint, parse

GOOD = {"amount": 100, "currency": "USD", "merchant_id": "shop-1"}
# Numbers that card networks and payment processors publish for tests.
CARDS = [
    "4111111111111111", "4222222222222", "5555555555554444", "2223003122003222",
    "378282246310005", "6011111111111117", "30569309025904", "3530111333300000",
    "6200000000000005",
]  # fmt: skip
VARIANTS: list[Callable[[str], str]] = [
    lambda card: card,
    lambda card: f"{card[:4]} {card[4:8]} {card[8:]}",
    lambda card: "-".join([card[:4], card[4:]]),
    lambda card: f"card: {card}.",
    lambda card: f"12 {card}",
    lambda card: card.translate({ord("0") + digit: 0xFF10 + digit for digit in range(10)}),
]

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize("card", CARDS)
@pytest.mark.parametrize("variant", range(len(VARIANTS)))
def test_card_numbers_are_found_in_every_spelling(card: str, variant: int) -> None:
    text = VARIANTS[variant](card)
    assert holds_card_number(text)
    assert holds_card_number({"a": [{text: 1}]})


@given(st.sampled_from(CARDS), st.integers(0, 15), st.integers(1, 9))
def test_one_wrong_digit_is_no_card_number(card: str, place: int, change: int) -> None:
    place %= len(card)
    digit = str((int(card[place]) + change) % 10)
    assert not holds_card_number(card[:place] + digit + card[place + 1 :])


def test_numbers_are_read_as_the_digits_they_are() -> None:
    assert holds_card_number(Decimal(4111111111111111))
    assert holds_card_number(Decimal("4111111111111111.0"))
    assert holds_card_number(Decimal("4.111111111111111E+15"))
    assert not holds_card_number(Decimal("1e400"))


@given(st.integers(0, 2**48), st.binary(min_size=10, max_size=10), st.text(), st.text())
def test_no_id_of_ours_passes_for_a_card_number(
    time: int, random: bytes, client: str, key: str
) -> None:
    made = [new_transaction_id(time, random), derived_transaction_id(client, key)]
    made.append(webhook_id(made[0], "processed"))
    assert not any(character.isdigit() for each in made for character in each)


@pytest.mark.parametrize("place", ["description", "merchant_id", "metadata", "name", "unknown"])
def test_a_request_with_a_card_number_is_neither_stored_nor_logged(
    world: Any, capsys: pytest.CaptureFixture[str], place: str
) -> None:
    card = CARDS[0]
    body: dict[str, Any] = {**GOOD}
    if place == "metadata":
        body["metadata"] = {"a": card}
    elif place == "name":
        body["metadata"] = {card: "a"}
    elif place == "unknown":
        body[card] = 1
    else:
        body[place] = card
    answer = world.submit(body, key="k")
    assert answer["statusCode"] == 422
    assert card not in json.dumps(answer) + capsys.readouterr().out
    assert world.rows() == []
    assert world.take(world.transactions_queue) == []


def test_card_numbers_in_key_path_and_alert_are_refused(
    world: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    card = CARDS[0]
    alert = {"transaction_id": card, "fraud_score": 1}
    answers = [world.submit(GOOD, key=card), world.get(card), world.alert(alert)]
    assert [answer["statusCode"] for answer in answers] == [422, 422, 422]
    assert card not in json.dumps(answers) + capsys.readouterr().out


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("", 400), (None, 400), ("{", 400), ("[]", 422), ("null", 422), ('{"a": NaN}', 400),
        ('{"amount": 1, "amount": 2}', 400), ('{"a": "\\ud800"}', 400), ("[" * 50_000, 400),
        ('{"amount": 1e400, "currency": "USD", "merchant_id": "a"}', 422),
        ('{"amount": ' + "1" * 5000 + ', "currency": "USD", "merchant_id": "a"}', 422),
        ('{"a": "' + "x" * 65_536 + '"}', 413), ("x" * 10_000_000, 413),
    ],
)  # fmt: skip
def test_garbage_is_the_clients_fault(world: Any, body: Any, status: int) -> None:
    answer = world.submit(body)
    assert answer["statusCode"] == status
    problem = json.loads(answer["body"])
    assert answer["headers"]["Content-Type"] == "application/problem+json"
    assert {"type", "title", "status", "detail", "request_id"} <= set(problem)
    assert ("errors" in problem) == (status in (400, 422))
    assert world.rows() == []


def test_base64_bodies_and_header_case_are_read(
    world: Any, event_of: Any, context_with: Any
) -> None:
    event = event_of(GOOD)
    event["body"] = base64.b64encode(event["body"].encode()).decode()
    event["isBase64Encoded"] = True
    event["headers"] = {"IDEMPOTENCY-KEY": "k"}
    answer = process_transactions.handle(event, context_with())
    assert answer["statusCode"] == 202
    assert answer["body"] == world.submit(GOOD, key="k")["body"]


@given(event=json_values)
def test_any_event_gets_a_valid_answer(event: Any, context_with: Any) -> None:
    if isinstance(event, dict) and "Records" in event:
        return
    for handler in (process_transactions, retrieve_transactions):
        answer = handler.handle(event, context_with())
        assert answer["statusCode"] in (400, 404, 422)
        json.loads(answer["body"])


@given(body=json_values)
def test_any_body_is_answered_and_only_a_good_one_is_stored(fresh_world: Any, body: Any) -> None:
    with fresh_world() as world:
        answer = world.submit(body if not isinstance(body, str) else json.dumps(body))
        assert answer["statusCode"] in (400, 422)
        assert world.rows() == []


def test_unknown_fields_are_refused_with_their_name(world: Any) -> None:
    answer = world.submit({**GOOD, "amout/x": 1})
    problem = json.loads(answer["body"])
    assert problem["errors"] == [{"pointer": "/amout~1x", "expected": "no such field"}]
    assert "amout" in problem["detail"]


def test_every_fault_is_told_at_once(world: Any) -> None:
    answer = world.submit({"amount": -1, "merchant_id": "a b", "metadata": {"": "x"}})
    pointers = [error["pointer"] for error in json.loads(answer["body"])["errors"]]
    assert sorted(pointers) == ["/amount", "/currency", "/merchant_id", "/metadata"]


def test_two_requests_in_one_process_do_not_meet(world: Any) -> None:
    one = world.submit({**GOOD, "metadata": {"a": "1"}, "customer_id": "c"}, key="one")
    two = world.submit(GOOD, key="two")
    rows = {row["transaction_id"]["S"]: row for row in world.rows()}
    assert "metadata" in rows[json.loads(one["body"])["transaction_id"]]
    assert "metadata" not in rows[json.loads(two["body"])["transaction_id"]]
    assert "customer_id" not in rows[json.loads(two["body"])["transaction_id"]]


def test_logs_are_json_lines_with_ids_and_nothing_else(
    world: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    world.submit({**GOOD, "description": "very private"}, key="secret-key", api_key="key-id")
    world.submit({**GOOD, "x": "very private"})
    world.drain()
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    for line in lines:
        assert json.loads(line)["level"] in ("INFO", "ERROR")
        assert not any(word in line for word in ("very private", "secret-key", "key-id", "shop-1"))
    assert json.loads(lines[0])["transaction_id"].startswith("txn_")


@given(json_values)
def test_the_canonical_form_does_not_depend_on_order_or_space(value: Any) -> None:
    text = json.dumps(value)
    if "NaN" in text or "Infinity" in text:
        with pytest.raises(JsonError):
            parse(text)
        return
    data = parse(text)
    spaced = parse(json.dumps(value, indent=3, sort_keys=True))
    assert canonical(data) == canonical(spaced)
    assert parse(emit(data)) == data


def test_different_spellings_of_a_number_are_different_values() -> None:
    assert len({fingerprint(parse(text)) for text in ("1", "1.0", '"1"', "true")}) == 4
