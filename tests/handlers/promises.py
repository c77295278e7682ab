"""The promises, one function each, checked on what the world holds at any moment."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tests.handlers.history import CARD, SECRETS, History
from tests.handlers.model import EXPECTED_ORDERS, REVIEW_ABOVE, read_json


def accepted_is_stored_once_with_every_digit(history: History, rows: list[Any]) -> None:
    """What was answered 202 is in the table once, as it was asked for; nothing else is."""
    seen = set()
    for row in rows:
        merchant = row["merchant_id"]["S"]
        assert merchant not in seen, "a transaction exists twice"
        seen.add(merchant)
        transaction = history.transactions.get(merchant)
        assert transaction is not None, "a transaction that nobody asked for"
        wanted = [body.facts() for body in transaction.possible]
        assert _facts_of_row(row) in wanted, "a transaction that nobody asked for like this"
        known = transaction.transaction_id
        assert known in (None, row["transaction_id"]["S"]), "a transaction under another id"
    for merchant, transaction in history.transactions.items():
        assert transaction.accepted is None or merchant in seen, "an accepted transaction is lost"


def statuses_move_only_forward(history: History, rows: list[Any]) -> None:
    """A history only grows, in an order that is allowed, and ends in the row's status."""
    for row in rows:
        name = row["transaction_id"]["S"]
        changes = [(item["M"]["status"]["S"], item["M"]["at"]["S"]) for item in row["history"]["L"]]
        before = history.histories_seen.get(name, [])
        assert changes[: len(before)] == before, "a status was taken back"
        history.histories_seen[name] = changes
        order = tuple(status for status, _ in changes)
        assert order in EXPECTED_ORDERS, f"statuses went {order}"
        assert row["status"]["S"] == (order[-1] if order else "pending"), (
            "status and history differ"
        )
    gone = set(history.histories_seen) - {row["transaction_id"]["S"] for row in rows}
    assert not gone, "a transaction disappeared"


def no_transaction_is_in_no_place(history: History, rows: list[Any]) -> None:
    """What is pending has its message, whole, in the queue, in flight or with the dead letters."""
    waiting = set()
    for message in history.world.queues["transactions"].everywhere():
        shown = read_json(message.body)
        transaction = history.transactions[shown["body"]["merchant_id"]]
        waiting.add((shown["transaction_id"], json.dumps(shown["body"], sort_keys=True)))
        assert message.group == shown["transaction_id"], "a message in another's group"
        known = transaction.transaction_id
        assert known in (None, shown["transaction_id"]), "a message under another id"
    for row in rows:
        if row["status"]["S"] == "pending":
            whole = json.dumps(_facts_of_row(row), sort_keys=True)
            assert (row["transaction_id"]["S"], whole) in waiting, "a transaction is in no place"


def each_change_is_announced(history: History, rows: list[Any]) -> None:
    """A change that was promised is told, or what will tell of it is in a queue."""
    told = {delivery.webhook_id for delivery in history.world.merchant.taken}
    on_the_way = {
        (told_of["data"]["transaction_id"], told_of["data"]["status"])
        for webhook_id, told_of in _announcements(history)
    }
    working = {message.group for message in history.world.queues["transactions"].everywhere()}
    assert told <= {webhook_id for webhook_id, _ in _announcements(history)}
    for row in rows:
        name = row["transaction_id"]["S"]
        owner = history.transactions[row["merchant_id"]["S"]]
        for item in row["history"]["L"]:
            status = item["M"]["status"]["S"]
            promised = status == "processed" or owner.must_be_in_review
            if promised and name not in working:
                assert (name, status) in on_the_way, f"nobody will be told of {status}"


def announcements_are_true_and_have_one_id(history: History, rows: list[Any]) -> None:
    """Each (transaction, status) has one webhook id and one body, and it tells what the row has."""
    by_name = {row["transaction_id"]["S"]: row for row in rows}
    ids: dict[tuple[str, str], str] = {}
    bodies: dict[str, str] = {}
    for webhook_id, told in _announcements(history):
        data = told["data"]
        row = by_name.get(data["transaction_id"])
        assert row is not None, "an announcement of nothing"
        number = int(data["sequence"]) - 1
        assert number < len(row["history"]["L"]), "announced before it was so"
        change = row["history"]["L"][number]["M"]
        assert data["status"] == change["status"]["S"], "announced before it was so"
        assert told["type"] == f"transaction.{data['status']}"
        assert told["timestamp"] == change["at"]["S"]
        facts = _facts_of_row(row)
        assert {name: data.get(name) for name in facts} == facts, "announced otherwise"
        assert data["created_at"] == row["created_at"]["S"]
        key = (data["transaction_id"], data["status"])
        assert ids.setdefault(key, webhook_id) == webhook_id, "one change with two webhook ids"
        text = json.dumps(told)
        assert bodies.setdefault(webhook_id, text) == text, "one webhook id with two bodies"
    raw: dict[str, bytes] = {}
    for delivery in history.world.merchant.taken:
        first = raw.setdefault(delivery.webhook_id, delivery.body)
        assert first == delivery.body, "a repeat with other bytes"
    assert len(set(ids.values())) == len(ids), "two changes with one webhook id"


def alerts_are_stored_exactly_once(history: History, rows: list[Any], alerts: list[Any]) -> None:
    """An alert that was taken is stored once, in both tables, and nothing else is."""
    left = list(alerts)
    for alert in history.alerts.values():
        found = [item for item in left if any(body.is_stored_as(item) for body in alert.possible)]
        assert len(found) <= 1, "an alert is stored twice"
        assert found or alert.stored is None, "an alert that was taken is lost"
        left = [item for item in left if item not in found]
    assert not left, "an alert that nobody sent, or that was refused"
    noted = {(row["transaction_id"]["S"], name) for row in rows for name in row["alerts"]["M"]}
    stored = {(item["transaction_id"]["S"], item["alert_id"]["S"]) for item in alerts}
    assert noted == stored, "an alert is in one table only"


def a_high_score_stops_its_transaction(rows: list[Any], alerts: list[Any]) -> None:
    """Above 70 and only above 70: review, in the same moment as the alert is stored."""
    highest: dict[str, int] = {}
    for item in alerts:
        name = item["transaction_id"]["S"]
        highest[name] = max(highest.get(name, 0), int(item["fraud_score"]["N"]))
    for row in rows:
        stopped = highest.get(row["transaction_id"]["S"], 0) > REVIEW_ABOVE
        assert (row["status"]["S"] == "fraud_review") == stopped, "review and score disagree"


def nothing_private_is_anywhere(history: History, rows: list[Any], alerts: list[Any]) -> None:
    """No card number, key or secret in a log, an answer, a message or a table."""
    private = (CARD, "idempotency-", *SECRETS)
    places = {
        "a log": "\n".join(history.world.log),
        "an answer": "\n".join(history.answers),
        "a message": "\n".join(
            message.body
            for queue in history.world.queues.values()
            for message in queue.everywhere()
        ),
        "a table": json.dumps([rows, alerts]),
    }
    history.answers.clear()
    for place, text in places.items():
        for word in private:
            assert word not in text, f"something private is in {place}"


def nothing_broke(history: History) -> None:
    """No handler broke, no batch was malformed, and the merchant is content."""
    for line in history.world.log:
        fields = json.loads(line)
        assert "broke" not in fields["message"], line
        assert "malformed" not in fields["message"], line
    history.world.log.clear()
    assert history.world.merchant.faults == []


def hold(history: History) -> None:
    """Every promise that holds at every moment."""
    rows = history.world.rows()
    alerts = history.world.rows("fraud-alerts")
    nothing_private_is_anywhere(history, rows, alerts)
    nothing_broke(history)
    accepted_is_stored_once_with_every_digit(history, rows)
    statuses_move_only_forward(history, rows)
    no_transaction_is_in_no_place(history, rows)
    each_change_is_announced(history, rows)
    announcements_are_true_and_have_one_id(history, rows)
    alerts_are_stored_exactly_once(history, rows, alerts)
    a_high_score_stops_its_transaction(rows, alerts)


def are_kept(history: History) -> None:
    """Every promise that holds once all is mended and the queues are empty."""
    hold(history)
    told = {delivery.webhook_id for delivery in history.world.merchant.taken}
    ids = {
        (shown["data"]["transaction_id"], shown["data"]["status"]): webhook_id
        for webhook_id, shown in _announcements(history)
    }
    for row in history.world.rows():
        name = row["transaction_id"]["S"]
        assert row["status"]["S"] in ("processed", "fraud_review"), "a transaction went nowhere"
        for item in row["history"]["L"]:
            change = (name, item["M"]["status"]["S"])
            owner = history.transactions[row["merchant_id"]["S"]]
            if change[1] == "processed" or owner.must_be_in_review:
                assert ids.get(change) in told, f"the merchant was never told of {change[1]}"
    for queue in history.world.queues.values():
        assert not list(queue.everywhere()), "a message is left over"


def _announcements(history: History) -> Iterator[tuple[str, Any]]:
    for message in history.world.queues["notifications"].everywhere():
        shown = read_json(message.body)
        yield shown["webhook_id"], read_json(shown["payload"])
    for delivery in history.world.merchant.taken:
        yield delivery.webhook_id, read_json(delivery.body.decode())


def _facts_of_row(row: Mapping[str, Any]) -> dict[str, Any]:
    facts = {
        name: row[name]["S"]
        for name in ("amount", "currency", "merchant_id", "customer_id", "description")
        if name in row
    }
    if "metadata" in row:
        facts["metadata"] = {name: value["S"] for name, value in row["metadata"]["M"].items()}
    return facts
