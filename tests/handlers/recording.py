"""Every AWS call that a handler makes, as it makes it, told to whoever wants to know.

Append to `LISTENERS` a function of (the handler's module, service, operation, parameters),
for example ("process_transactions", "dynamodb", "PutItem", {"TableName": ...}). It is called
for each call, whatever becomes of it, in emulated worlds of every kind.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any, Final

from botocore.client import BaseClient

Listener = Callable[[str, str, str, Mapping[str, Any]], None]

LISTENERS: Final[list[Listener]] = []
FUNCTIONS: Final = (
    "process_transactions",
    "fraud_alerts",
    "send_notifications",
    "retrieve_transactions",
)
_CLIENT: Any = BaseClient
_real = _CLIENT._make_api_call


def function_of(client: BaseClient) -> str | None:
    """The module of the function whose client this is; None for a test's own client."""
    for name in FUNCTIONS:
        module = sys.modules.get(f"handlers.{name}")
        parameters = getattr(module, "PARAMETERS", None)
        clients = (
            getattr(module, "DYNAMODB", None),
            getattr(module, "SQS", None),
            getattr(parameters, "_client", None),
        )
        if any(client is each for each in clients):
            return name
    return None


def unrecorded(client: Any, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The call as boto3 makes it, told to nobody."""
    return _real(client, operation, dict(parameters))


def record(client: BaseClient, operation: str, parameters: Mapping[str, Any]) -> None:
    """Tell the listeners of a call."""
    function = function_of(client) if LISTENERS else None
    if function is not None:
        service = client.meta.service_model.service_name
        for listener in LISTENERS:
            listener(function, service, operation, parameters)


def _recorded(self: BaseClient, operation_name: str, api_params: Any) -> Any:
    record(self, operation_name, api_params)
    return _real(self, operation_name, api_params)


def install() -> None:
    """Have every boto3 client tell of its calls from now on."""
    _CLIENT._make_api_call = _recorded
