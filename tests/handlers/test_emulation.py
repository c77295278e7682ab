"""The short cut to moto gives the answers that boto3 gives through HTTP."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from botocore.exceptions import ClientError

from handlers import ledger
from handlers.transaction import Transaction, transaction_of_body
from tests.handlers import emulation
from tests.handlers.conftest import World
from tests.handlers.model import read_json
from tests.handlers.tables import MotoTables

NAME = "txn_" + "a" * 32


class ShortCut:
    """A client that calls moto directly."""

    def __init__(self) -> None:
        self.tables = MotoTables()
        self.tables.empty()

    def __getattr__(self, method: str) -> Any:
        operation = "".join(word.title() for word in method.split("_"))
        return lambda **parameters: self.tables.perform(operation, parameters)


def transaction() -> Transaction:
    body = read_json('{"currency": "USD", "merchant_id": "shop", "metadata": {"a": "b"}}')
    return transaction_of_body(NAME, "f", "then", {**body, "amount": Decimal("1.00")})


def outcome(work: Any) -> Any:
    try:
        return work()
    except ClientError as error:
        reasons: Any = error.response.get("CancellationReasons", [])
        return error.response["Error"]["Code"], [reason["Code"] for reason in reasons]


def story(client: Any) -> list[Any]:
    """Every kind of call that the handlers make, in success and in failure."""
    alert = ledger.Alert("a", 5, NAME, 99, "f", "why")
    seen = transaction()
    transact = {
        "TransactItems": [
            {"Put": ledger._put_alert(alert)},
            {"Update": ledger._note_alert(alert, seen, "now", review=True)},
        ]
    }
    return [
        outcome(lambda: ledger.read(client, NAME)),
        outcome(lambda: ledger.mark_processed(client, NAME, "now")),
        outcome(lambda: ledger.read(client, NAME)),
        outcome(lambda: client.transact_write_items(**transact)),
        outcome(lambda: ledger.create_if_absent(client, seen)),
        outcome(lambda: ledger.create_if_absent(client, seen)),
        outcome(lambda: client.put_item(
            TableName="transactions",
            Item={"transaction_id": {"S": NAME}},
            ConditionExpression="attribute_not_exists(transaction_id)",
        )),
        outcome(lambda: ledger.store_alert(client, alert, seen, "now", review=True)),
        outcome(lambda: ledger.store_alert(client, alert, seen, "now", review=True)),
        outcome(lambda: client.transact_write_items(**transact)),
        outcome(lambda: ledger.mark_processed(client, NAME, "now")),
        outcome(lambda: ledger.read(client, NAME)),
        outcome(lambda: client.get_item(TableName="none", Key={"transaction_id": {"S": NAME}})),
    ]  # fmt: skip


def test_the_short_cut_answers_as_boto3_does(world: World) -> None:
    through_http = story(world.dynamodb)
    emulation.empty("dynamodb")
    assert story(ShortCut()) == through_http
    assert ("TransactionCanceledException", ["None", "ConditionalCheckFailed"]) in through_http
    codes = [each[0] for each in through_http if isinstance(each, tuple)]
    assert {"ConditionalCheckFailedException", "ResourceNotFoundException"} <= set(codes)


def test_a_parameter_is_kept_and_read_back() -> None:
    emulation.empty("ssm")
    wanted = {"Name": "/x", "WithDecryption": True}
    with pytest.raises(ClientError, match="ParameterNotFound"):
        emulation.perform("ssm", "GetParameter", wanted)
    value = {"Name": "/x", "Value": "v", "Type": "SecureString"}
    emulation.perform("ssm", "PutParameter", value)
    assert emulation.perform("ssm", "GetParameter", wanted)["Parameter"]["Value"] == "v"
