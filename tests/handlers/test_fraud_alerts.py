"""POST /fraud-webhook: an alert counts once, and above 70 stops its transaction."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import fraud_alerts, ledger

GOOD = {"amount": 100, "currency": "USD", "merchant_id": "shop-1"}


def submitted(world: Any, processed: bool = True) -> str:
    transaction_id = json.loads(world.submit(GOOD)["body"])["transaction_id"]
    if processed:
        world.drain()
    return transaction_id


def status(world: Any, transaction_id: str) -> str:
    return json.loads(world.get(transaction_id)["body"])["status"]


@pytest.mark.parametrize("processed", [True, False])
@pytest.mark.parametrize(("score", "reviewed"), [(70, False), (71, True), (0, False), (100, True)])
def test_a_score_above_70_puts_the_transaction_in_review(
    world: Any, score: int, reviewed: bool, processed: bool
) -> None:
    transaction_id = submitted(world, processed)
    answer = world.alert({"transaction_id": transaction_id, "fraud_score": score})
    assert answer["statusCode"] == 201
    before = "processed" if processed else "pending"
    assert status(world, transaction_id) == ("fraud_review" if reviewed else before)
    [stored] = world.rows("fraud-alerts")
    assert stored["fraud_score"] == {"N": str(score)}
    announced = [json.loads(item["payload"])["type"] for item in world.announced()]
    assert ("transaction.fraud_review" in announced) == reviewed


def test_a_late_message_does_not_leave_review_and_announces_it_again(world: Any) -> None:
    transaction_id = submitted(world, processed=False)
    world.alert({"transaction_id": transaction_id, "fraud_score": 90})
    world.announced()
    world.drain()
    assert status(world, transaction_id) == "fraud_review"
    assert [json.loads(item["payload"])["type"] for item in world.announced()] == [
        "transaction.fraud_review"
    ]


def test_every_status_is_announced_again_and_numbered(world: Any) -> None:
    transaction_id = submitted(world)
    world.announced()
    world.alert({"transaction_id": transaction_id, "fraud_score": 90})
    payloads = [json.loads(item["payload"]) for item in world.announced()]
    assert [(item["data"]["sequence"], item["data"]["status"]) for item in payloads] == [
        (1, "processed"),
        (2, "fraud_review"),
    ]


def test_a_repeat_is_200_and_stored_once(world: Any) -> None:
    transaction_id = submitted(world)
    alert = {"transaction_id": transaction_id, "fraud_score": 90}
    assert world.alert(alert)["statusCode"] == 201
    world.announced()
    assert world.alert(alert)["statusCode"] == 200
    assert len(world.announced()) == 2
    assert len(world.rows("fraud-alerts")) == 1


def test_the_same_id_with_another_body_is_409(world: Any) -> None:
    transaction_id = submitted(world)
    alert = {"transaction_id": transaction_id, "fraud_score": 9, "alert_id": "a", "timestamp": 5}
    assert world.alert(alert)["statusCode"] == 201
    # Another timestamp is another key of the table: the row of the transaction must guard it.
    assert world.alert({**alert, "timestamp": 6})["statusCode"] == 409
    assert world.alert({**alert, "fraud_score": 99})["statusCode"] == 409
    assert len(world.rows("fraud-alerts")) == 1
    assert status(world, transaction_id) == "processed"


@pytest.mark.parametrize("unknown", ["txn_" + "a" * 32, "nothing", "txn_1"])
def test_an_alert_for_an_unknown_transaction_is_404_and_stores_nothing(
    world: Any, unknown: str
) -> None:
    answer = world.alert({"transaction_id": unknown, "fraud_score": 99})
    assert answer["statusCode"] == 404
    assert world.rows("fraud-alerts") == []
    assert world.rows() == []


def test_a_change_between_read_and_write_is_met_by_reading_again(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    transaction_id = submitted(world, processed=False)
    real = ledger.read
    runs: list[int] = []

    def read(client: Any, wanted: str) -> Any:
        found = real(client, wanted)
        if not runs:
            runs.append(1)
            world.drain()
        return found

    monkeypatch.setattr(ledger, "read", read)
    assert world.alert({"transaction_id": transaction_id, "fraud_score": 99})["statusCode"] == 201
    monkeypatch.undo()
    shown = json.loads(world.get(transaction_id)["body"])
    assert [item["status"] for item in shown["status_history"]] == ["processed", "fraud_review"]


def test_a_transaction_takes_a_bounded_number_of_alerts(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "MOST_ALERTS", 2)
    monkeypatch.setattr(fraud_alerts, "MOST_ALERTS", 2)
    transaction_id = submitted(world)
    codes = [
        world.alert({"transaction_id": transaction_id, "fraud_score": 1, "alert_id": str(number)})
        for number in range(3)
    ]
    assert [answer["statusCode"] for answer in codes] == [201, 201, 409]


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "fraud_score": st.integers(-2, 103) | st.floats() | st.text(),
            "timestamp": st.integers(-5, 10**13) | st.none(),
            "alert_id": st.text(max_size=70),
            "reason": st.text(max_size=210),
        },
    )
)
def test_any_alert_gets_a_valid_answer(fresh_world: Any, alert: dict[str, Any]) -> None:
    with fresh_world() as world:
        transaction_id = submitted(world)
        answer = world.alert({"transaction_id": transaction_id, **alert})
        assert answer["statusCode"] in (201, 400, 422)
        stored = len(world.rows("fraud-alerts"))
        assert stored == (answer["statusCode"] == 201)
        json.loads(answer["body"])


def test_of_two_alerts_that_race_for_an_id_one_is_stored(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    transaction_id = submitted(world)
    alert = {"transaction_id": transaction_id, "fraud_score": 9, "alert_id": "a", "timestamp": 5}
    real = ledger.read
    runs: list[int] = []

    def read(client: Any, wanted: str) -> Any:
        found = real(client, wanted)
        if not runs:
            runs.append(1)
            assert world.alert({**alert, "timestamp": 6})["statusCode"] == 201
        return found

    monkeypatch.setattr(ledger, "read", read)
    assert world.alert(alert)["statusCode"] == 409
    assert len(world.rows("fraud-alerts")) == 1


def test_an_alert_never_takes_the_place_of_another_transactions(world: Any) -> None:
    one, two = submitted(world), submitted(world)
    alert = {"fraud_score": 99, "alert_id": "a", "timestamp": 5}
    assert world.alert({**alert, "transaction_id": one})["statusCode"] == 201
    assert world.alert({**alert, "transaction_id": two})["statusCode"] == 409
    assert [row["transaction_id"]["S"] for row in world.rows("fraud-alerts")] == [one]
    assert status(world, two) == "processed"
    assert world.alert({**alert, "transaction_id": one})["statusCode"] == 200
