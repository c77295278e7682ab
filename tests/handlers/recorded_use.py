"""What the handlers use of AWS, recorded from runs: `make recording` writes it down.

The runs take each way through the four functions; a test holds every other call of the
suite against the same record.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from handlers import names
from tests.handlers import recording

RECORDING: Final = Path(__file__).resolve().parents[2] / "compliance/recorded_use.json"
_VARIABLES: Final = (
    names.TRANSACTIONS_TABLE,
    names.FRAUD_ALERTS_TABLE,
    names.TRANSACTION_QUEUE_URL,
    names.NOTIFICATION_QUEUE_URL,
    names.WEBHOOK_URL_PARAMETER,
    names.WEBHOOK_KEYS_PARAMETER,
)
# Where each service's requests name the resource.
_NAMED_BY: Final = {"dynamodb": "TableName", "sqs": "QueueUrl", "ssm": "Name"}

Use = tuple[str, str, str]
"""The entry point, the action, and the environment variable that names the resource."""


def uses_of(
    function: str, service: str, operation: str, parameters: Mapping[str, Any]
) -> Iterator[Use]:
    """The uses in a call. A transaction is authorized action by action.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
    """
    if operation == "TransactWriteItems":
        for item in parameters["TransactItems"]:
            for kind, action in item.items():
                named = "ConditionCheckItem" if kind == "ConditionCheck" else f"{kind}Item"
                yield from uses_of(function, service, named, action)
        return
    resource = parameters[_NAMED_BY[service]]
    told_by = [name for name in _VARIABLES if os.environ.get(name) == resource]
    variable = told_by[0] if told_by else f"told by no variable: {resource}"
    yield f"handlers.{function}.handle", f"{service}:{operation}", variable


@contextmanager
def recorded() -> Iterator[set[Use]]:
    """The uses of every handler while this is open."""
    found: set[Use] = set()

    def listen(function: str, service: str, operation: str, given: Mapping[str, Any]) -> None:
        found.update(uses_of(function, service, operation, given))

    recording.LISTENERS.append(listen)
    try:
        yield found
    finally:
        recording.LISTENERS.remove(listen)


def run_everything(world: Any, context: Any) -> None:
    """Each way through the functions that ends at AWS."""
    from handlers import send_notifications

    body = {"amount": 100, "currency": "USD", "merchant_id": "shop-1"}
    accepted = json.loads(world.submit(body, key="k")["body"])
    world.submit(body, key="k")
    world.drain()
    world.alert({"transaction_id": accepted["transaction_id"], "fraud_score": 99})
    world.get(accepted["transaction_id"])
    for variable in (names.WEBHOOK_URL_PARAMETER, names.WEBHOOK_KEYS_PARAMETER):
        world.ssm.put_parameter(
            Name=os.environ[variable], Value=names.PLACEHOLDER, Type="SecureString"
        )
    send_notifications.PARAMETERS._kept.clear()
    send_notifications.handle({"Records": world.take(world.notifications_queue)}, context)


def as_json(found: set[Use]) -> str:
    """The text of the recording, the same for the same uses."""
    functions: dict[str, dict[str, list[str]]] = {}
    for handler, action, variable in sorted(found):
        functions.setdefault(handler, {}).setdefault(action, []).append(variable)
    return json.dumps({"functions": functions}, indent=2) + "\n"


def committed() -> set[Use]:
    """The uses in the recording of the repository."""
    functions = json.loads(RECORDING.read_text())["functions"]
    return {
        (handler, action, variable)
        for handler, actions in functions.items()
        for action, variables in actions.items()
        for variable in variables
    }


def main() -> None:
    """Write the recording, whole or not at all."""
    from tests.handlers.conftest import Context, new_world

    with new_world() as world, recorded() as found:
        run_everything(world, Context())
    partial = RECORDING.with_suffix(".partial")
    partial.write_text(as_json(found))
    partial.replace(RECORDING)


if __name__ == "__main__":
    main()
