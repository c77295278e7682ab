"""DynamoDB and SSM as moto emulates them, called without HTTP in between.

moto's own request handlers run on the parameters that boto3 was given; what is left out is
the signing, sending and parsing of requests, which is nine tenths of the time.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any, Final

from botocore import xform_name
from botocore.exceptions import ClientError
from moto.core.exceptions import JsonRESTError, ServiceException
from moto.dynamodb.exceptions import TransactionCanceledException
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.responses import DynamoHandler
from moto.ssm.models import ssm_backends
from moto.ssm.responses import SimpleSystemManagerResponse

ACCOUNT, REGION = "123456789012", "us-east-2"
_HANDLERS: Final[Mapping[str, Any]] = {
    "dynamodb": DynamoHandler,
    "ssm": SimpleSystemManagerResponse,
}


def perform(service: str, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The answer of the emulated service; raises `ClientError` as boto3 does."""
    handler = _HANDLERS[service]()
    handler.region, handler.current_account, handler.partition = REGION, ACCOUNT, "aws"
    # moto keeps what it is given: a caller's later change must not reach the table.
    handler.params = handler.body = copy.deepcopy(dict(parameters))
    handler.automated_parameter_parsing, handler.uri_match = True, {}
    try:
        result = getattr(handler, xform_name(operation))().result
    except JsonRESTError as error:
        raise _client_error(operation, error.error_type, error) from None
    except ServiceException as error:
        raise _client_error(operation, error.code, error) from None
    return result if isinstance(result, dict) else {}


def _client_error(operation: str, code: str, error: Any) -> ClientError:
    response: dict[str, Any] = {
        "Error": {"Code": code.rsplit("#", 1)[-1], "Message": str(error.message)}
    }
    if isinstance(error, TransactionCanceledException):
        response["CancellationReasons"] = json.loads(str(error.description))["CancellationReasons"]
    return ClientError(response, operation)  # type: ignore[arg-type]


def empty(service: str) -> None:
    """Forget everything that the service holds."""
    backends: Any = {"dynamodb": dynamodb_backends, "ssm": ssm_backends}[service]
    backends[ACCOUNT][REGION].reset()
