"""Two implementations of DynamoDB agree on every expression that the handlers use.

The calls are recorded from runs of the handlers, not written by hand: a new expression is
compared as soon as a handler uses it.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handlers import fraud_alerts, process_transactions, retrieve_transactions
from tests.handlers import recording, second_dynamodb
from tests.handlers.tables import table_requests

GOOD: Final = {"amount": 100, "currency": "USD", "merchant_id": "shop-1"}
TABLES: Final = ("transactions", "fraud-alerts")
STATUSES: Final = ("pending", "processed", "fraud_review")
ALERTS: Final = ("a", "a.b", "#x", "ä [0]")
ID: Final = "txn_" + "a" * 32
CHANGE: Final = {"M": {"status": {"S": "processed"}, "at": {"S": "2026-01-01T00:00:00.000Z"}}}

Call = tuple[str, Mapping[str, Any]]
"""An operation on one item, and its parameters."""


@pytest.fixture(scope="module")
def second() -> Iterator[Any]:
    with second_dynamodb.engine() as url:
        dynamodb = second_dynamodb.client(url)
        create_tables(dynamodb)
        yield dynamodb


@pytest.fixture(scope="module")
def calls(fresh_world: Any) -> list[Call]:
    """The calls to DynamoDB in runs of the handlers."""
    with fresh_world() as world:
        return recorded(world)


def create_tables(dynamodb: Any) -> None:
    present = dynamodb.list_tables()["TableNames"]
    for request in table_requests():
        name = request["TableName"]
        if name in present:
            dynamodb.delete_table(TableName=name)
            dynamodb.get_waiter("table_not_exists").wait(
                TableName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 20}
            )
        dynamodb.create_table(**request)
        dynamodb.get_waiter("table_exists").wait(
            TableName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 20}
        )


def handler_runs(world: Any) -> None:
    """Each way through the handlers that ends at a table."""
    submitted = json.loads(world.submit(GOOD, key="k")["body"])
    world.submit(GOOD, key="k")
    world.drain()
    for alert in (
        {"fraud_score": 1, "alert_id": "low", "reason": "r"},
        {"fraud_score": 99, "alert_id": "high"},
        {"fraud_score": 99, "alert_id": "high"},
        {"fraud_score": 98},
    ):
        world.alert({"transaction_id": submitted["transaction_id"], **alert})
    world.get(submitted["transaction_id"])


def recorded(world: Any) -> list[Call]:
    """The calls to DynamoDB in those runs."""
    calls: list[Call] = []

    def listen(_: str, service: str, operation: str, parameters: Mapping[str, Any]) -> None:
        if service == "dynamodb":
            calls.append((operation, copy.deepcopy(dict(parameters))))

    recording.LISTENERS.append(listen)
    try:
        handler_runs(world)
    finally:
        recording.LISTENERS.remove(listen)
    return calls


def item_actions(call: Call) -> list[Call]:
    """The actions of a transaction, each as a call of its own; any other call as it is."""
    operation, parameters = call
    if operation != "TransactWriteItems":
        return [call]
    return [
        (f"{kind}Item", action)
        for item in parameters["TransactItems"]
        for kind, action in item.items()
    ]


def form(call: Call) -> str:
    """What tells calls apart: all but the values."""
    operation, parameters = call
    shape = {
        name: value
        for name, value in parameters.items()
        if name.endswith("Expression") or isinstance(value, bool) or name.startswith("Return")
    }
    return json.dumps([operation, parameters["TableName"], shape], sort_keys=True)


def one_of_each_form(calls: list[Call]) -> list[Call]:
    return list({form(action): action for call in calls for action in item_actions(call)}.values())


def perform(dynamodb: Any, call: Call) -> Any:
    """What a call answers: the item, or the code of the error and the cancellation reasons."""
    operation, parameters = call
    method = {"GetItem": "get_item", "PutItem": "put_item", "UpdateItem": "update_item",
              "TransactWriteItems": "transact_write_items"}[operation]  # fmt: skip
    try:
        return getattr(dynamodb, method)(**parameters).get("Item")
    except ClientError as error:
        reasons = error.response.get("CancellationReasons", [])
        return error.response["Error"]["Code"], [reason.get("Code") for reason in reasons]


def content(dynamodb: Any) -> list[Any]:
    return [sorted(dynamodb.scan(TableName=name)["Items"], key=json.dumps) for name in TABLES]


def fill(dynamodb: Any, rows: Mapping[str, list[Any]]) -> None:
    for name in TABLES:
        for item in dynamodb.scan(TableName=name)["Items"]:
            keys = ("transaction_id",) if name == "transactions" else ("alert_id", "timestamp")
            dynamodb.delete_item(TableName=name, Key={key: item[key] for key in keys})
        for row in rows[name]:
            dynamodb.put_item(TableName=name, Item=row)


alert_maps = st.dictionaries(st.sampled_from(ALERTS), st.sampled_from("fg"), max_size=4)
transaction_rows = st.fixed_dictionaries(
    # Our rows always have a map of alerts. Without one moto breaks on `size(#alerts)`, where
    # DynamoDB's condition is false.
    {
        "transaction_id": st.just({"S": ID}),
        "alerts": alert_maps.map(lambda made: {"M": {k: {"S": v} for k, v in made.items()}}),
    },
    optional={
        "status": st.sampled_from(STATUSES).map(lambda value: {"S": value}),
        "history": st.integers(0, 2).map(lambda count: {"L": [CHANGE] * count}),
        "amount": st.sampled_from(["100.00", "0.1"]).map(lambda value: {"S": value}),
    },
)
alert_rows = st.fixed_dictionaries(
    {
        "alert_id": st.sampled_from(ALERTS).map(lambda value: {"S": value}),
        "timestamp": st.sampled_from(["5", "6"]).map(lambda value: {"N": value}),
        "fingerprint": st.just({"S": "f"}),
    }
)
tables: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "transactions": st.lists(transaction_rows, max_size=1),
        "fraud-alerts": st.lists(alert_rows, max_size=1),
    }
)


def with_values(draw: Any, call: Call, rows: Mapping[str, list[Any]]) -> Call:
    """The same call about the made rows, with values that often meet theirs."""
    row: Any = next(iter(rows["transactions"]), {})
    size = len(row.get("alerts", {"M": {}})["M"])
    statuses = st.just(row.get("status", {}).get("S", "pending")) | st.sampled_from(STATUSES)
    operation, given_parameters = call
    parameters = copy.deepcopy(dict(given_parameters))
    if "Key" in parameters:
        parameters["Key"] = {"transaction_id": {"S": ID}}
    if "Item" in parameters:
        items = transaction_rows if parameters["TableName"] == "transactions" else alert_rows
        parameters["Item"] = draw(items)
    for name in parameters.get("ExpressionAttributeNames", {}):
        if name == "#alert":
            parameters["ExpressionAttributeNames"][name] = draw(st.sampled_from(ALERTS))
    for name, value in parameters.get("ExpressionAttributeValues", {}).items():
        if "N" in value:
            value["N"] = str(draw(st.integers(size, size + 1)))
        elif value.get("S") in STATUSES:
            value["S"] = draw(statuses)
        parameters["ExpressionAttributeValues"][name] = value
    return operation, parameters


per_engine = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def test_every_table_call_of_the_handlers_is_compared(calls: list[Call]) -> None:
    forms = {form(call) for call in one_of_each_form(calls)}
    operations = sorted(json.loads(each)[0] for each in forms)
    # One read, two creations, and an update for each of: processed, noted, noted with review.
    assert operations == ["GetItem", "PutItem", "PutItem", *["UpdateItem"] * 3]
    reads = [json.loads(each)[2] for each in forms if json.loads(each)[0] == "GetItem"]
    assert reads == [{"ConsistentRead": True}]


@per_engine
@given(data=st.data())
def test_both_engines_do_the_same(
    world: Any, second: Any, calls: list[Call], data: st.DataObject
) -> None:
    rows = data.draw(tables)
    call = with_values(data.draw, data.draw(st.sampled_from(one_of_each_form(calls))), rows)
    outcomes = []
    for dynamodb in (world.dynamodb, second):
        fill(dynamodb, rows)
        outcomes.append((perform(dynamodb, call), content(dynamodb)))
    assert outcomes[0] == outcomes[1]


@per_engine
@given(data=st.data())
def test_both_engines_cancel_a_transaction_for_the_same_reasons(
    world: Any, second: Any, calls: list[Call], data: st.DataObject
) -> None:
    if not second_dynamodb.has_transactions(second):
        pytest.skip(
            "dynalite knows no transactions; name an engine that does in "
            f"{second_dynamodb.ENDPOINT}"
        )
    transactions = [call for call in calls if call[0] == "TransactWriteItems"]
    _, parameters = data.draw(st.sampled_from(transactions))
    rows = data.draw(tables)
    items = [
        {kind: with_values(data.draw, (kind, action), rows)[1] for kind, action in item.items()}
        for item in parameters["TransactItems"]
    ]
    outcomes = []
    for dynamodb in (world.dynamodb, second):
        fill(dynamodb, rows)
        call = ("TransactWriteItems", {"TransactItems": items})
        outcomes.append((perform(dynamodb, call), content(dynamodb)))
    assert outcomes[0] == outcomes[1]


@pytest.fixture
def on_second_engine(world: Any, second: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The world with the second engine's tables in place of the emulated ones."""
    fill(second, {name: [] for name in TABLES})
    # Not the tests' own client: what that one calls is no handler's use.
    of_handlers = second_dynamodb.client(second.meta.endpoint_url)
    for module in (process_transactions, fraud_alerts, retrieve_transactions):
        monkeypatch.setattr(module, "DYNAMODB", of_handlers)
    world.dynamodb = second
    return world


def test_a_transaction_is_accepted_processed_and_read_on_the_second_engine(
    on_second_engine: Any,
) -> None:
    world = on_second_engine
    first = world.submit({**GOOD, "amount": 100, "metadata": {"a": ""}}, key="k")
    assert first["statusCode"] == 202
    records = world.take(world.transactions_queue)
    assert world.submit({**GOOD, "metadata": {"a": ""}}, key="k")["body"] == first["body"]
    assert world.submit({**GOOD, "amount": 101}, key="k")["statusCode"] == 422
    for _ in range(2):
        assert world.process(records) == {"batchItemFailures": []}
    shown = json.loads(world.get(json.loads(first["body"])["transaction_id"])["body"])
    assert (shown["status"], len(shown["status_history"]), shown["metadata"]) == (
        "processed",
        1,
        {"a": ""},
    )
    assert len(world.rows()) == 1


def test_a_message_creates_the_row_that_a_crash_left_out_on_the_second_engine(
    on_second_engine: Any,
) -> None:
    world = on_second_engine
    accepted = json.loads(world.submit(GOOD, key="k")["body"])
    records = world.take(world.transactions_queue)
    world.dynamodb.delete_item(
        TableName="transactions", Key={"transaction_id": {"S": accepted["transaction_id"]}}
    )
    assert world.process(records) == {"batchItemFailures": []}
    assert [row["status"]["S"] for row in world.rows()] == ["processed"]


def test_alerts_are_stored_once_on_the_second_engine(on_second_engine: Any) -> None:
    world = on_second_engine
    if not second_dynamodb.has_transactions(world.dynamodb):
        pytest.skip("dynalite knows no transactions")
    transaction_id = json.loads(world.submit(GOOD)["body"])["transaction_id"]
    alert = {"transaction_id": transaction_id, "fraud_score": 99, "alert_id": "a", "timestamp": 5}
    assert [world.alert(alert)["statusCode"] for _ in range(2)] == [201, 200]
    assert world.alert({**alert, "timestamp": 6})["statusCode"] == 409
    assert world.rows()[0]["status"]["S"] == "fraud_review"
