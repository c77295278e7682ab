"""The functions as they are deployed: the archive of `make package` in AWS's own runtime.

The runtime is `awslambdaric`, which Lambda runs too, against a Runtime API of ours. The program
names the handlers, their variables and their timeouts; moto answers for AWS. The archive holds
pure Python only, so the interpreter of this machine runs all of it.
"""

from __future__ import annotations

import base64
import importlib
import json
import re
import secrets
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from handlers import names, send_notifications
from tests.handlers.conftest import Context, World, api_event
from tests.handlers.merchant import ADDRESS, HOST, URL
from tests.handlers.packaged import internet, payment
from tests.handlers.packaged.aws_over_http import served
from tests.handlers.packaged.deployed import functions, new_world
from tests.handlers.packaged.lambda_environment import BOOTSTRAP, Environment, started
from tests.handlers.packaged.merchant_server import Received, receiving
from tests.handlers.packaged.runtime_api import TRACE_ID

HANDLERS: Final = (
    names.PROCESS_TRANSACTIONS,
    names.FRAUD_ALERTS,
    names.SEND_NOTIFICATIONS,
    names.RETRIEVE_TRANSACTIONS,
)
# The status of an answer, or the ids of a batch that must come again.
STEPS: Final[dict[str, int | list[str]]] = {
    "a transaction is accepted": 202,
    "the same request comes again": 202,
    "its key comes with another body": 422,
    "the body is no JSON": 400,
    "the body holds a card number": 422,
    "the body is not Unicode": 400,
    "a transaction is processed": ["process-1"],
    "a processed transaction is read": 200,
    "an unknown transaction is read": 404,
    "a transaction is put in review": 201,
    "the same alert comes again": 200,
    "an alert is for an unknown transaction": 404,
    "a transaction in review is read": 200,
    "the merchant is told": ["notify-2"],
}
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


@dataclass(frozen=True)
class Run:
    """A payment's life: the answers by step, and what it leaves behind, without the times."""

    answers: dict[str, Any]
    left: dict[str, Any]
    log: str = ""


def live(world: World, call: payment.Call, received: Received) -> Run:
    key = f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"
    variables = functions()[names.SEND_NOTIFICATIONS].variables
    for variable, value in (
        (names.WEBHOOK_URL_PARAMETER, URL),
        (names.WEBHOOK_KEYS_PARAMETER, key),
    ):
        world.ssm.put_parameter(Name=variables[variable], Value=value, Type="SecureString")
    answers = dict(payment.life(world, call))
    tables = functions()[names.FRAUD_ALERTS].variables
    left = {
        "transactions": world.rows(tables[names.TRANSACTIONS_TABLE]),
        "alerts": world.rows(tables[names.FRAUD_ALERTS_TABLE]),
        "webhooks": received.webhooks,
    }
    return Run(without_times(answers), without_times(left))


def without_times(value: Any) -> Any:
    return json.loads(_TIME.sub("TIME", json.dumps(value)))


@pytest.fixture(scope="module")
def called(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The life of a payment where the handlers of this work tree are called."""
    folder = tmp_path_factory.mktemp("called")

    def call(handler: str, event: Any) -> Any:
        module, entry = handler.rsplit(".", 1)
        function = getattr(importlib.import_module(module), entry)
        return json.loads(json.dumps(function(json.loads(json.dumps(event)), Context())))

    with (
        new_world() as world,
        receiving(folder, HOST) as received,
        pytest.MonkeyPatch.context() as patch,
    ):
        for function in functions().values():
            for name, value in function.variables.items():
                patch.setenv(name, value)
        patch.setenv("SSL_CERT_FILE", str(folder / f"{HOST}.pem"))
        patch.setattr(socket, "getaddrinfo", internet.resolver(HOST, ADDRESS, received.port))
        send_notifications.PARAMETERS._kept.clear()
        return live(world, call, received)


@pytest.fixture(scope="module")
def packaged(tmp_path_factory: pytest.TempPathFactory, code: Path, client: Path) -> Run:
    """The same life where the functions of the archive run in AWS's runtime."""
    folder = tmp_path_factory.mktemp("packaged")
    running: dict[str, Environment] = {}
    with new_world() as world, served() as endpoint, receiving(folder, HOST) as received:
        with ExitStack() as processes:
            for handler, function in functions().items():
                outside = ("internet", HOST, ADDRESS, str(received.port))
                bootstrap = outside if handler == names.SEND_NOTIFICATIONS else BOOTSTRAP
                variables = {
                    "AWS_ENDPOINT_URL": endpoint,
                    "SSL_CERT_FILE": str(folder / f"{HOST}.pem"),
                }
                running[handler] = processes.enter_context(
                    started(function, code, client, variables, bootstrap)
                )
            run = live(world, lambda handler, event: running[handler].invoke(event), received)
        log = "".join(environment.log for environment in running.values())
        return Run(run.answers, run.left, log)


@contextmanager
def lone(
    handler: str, code: Path, client: Path, **variables: str | None
) -> Iterator[tuple[World, Environment]]:
    """A new world with one function in it."""
    with (
        new_world() as world,
        served() as endpoint,
        started(
            functions()[handler], code, client, {"AWS_ENDPOINT_URL": endpoint, **variables}
        ) as environment,
    ):
        yield world, environment


def test_the_program_deploys_each_handler_once() -> None:
    assert sorted(functions()) == sorted(HANDLERS)


@pytest.mark.parametrize(("step", "expected"), STEPS.items())
def test_a_packaged_function_answers_as_its_code_does(
    called: Run, packaged: Run, step: str, expected: int | list[str]
) -> None:
    answer = called.answers[step]
    if isinstance(expected, int):
        assert answer["statusCode"] == expected
    else:
        assert [each["itemIdentifier"] for each in answer["batchItemFailures"]] == expected
    assert packaged.answers[step] == answer


def test_the_packaged_functions_leave_the_same_behind(called: Run, packaged: Run) -> None:
    assert {name: len(things) for name, things in called.left.items()} == {
        "transactions": 1,
        "alerts": 1,
        "webhooks": 2,
    }
    assert packaged.left == called.left


def test_a_packaged_function_logs_json_with_the_trace_of_its_invocation(packaged: Run) -> None:
    lines = [json.loads(line) for line in packaged.log.splitlines()]
    assert len(lines) >= len(STEPS)
    assert {line["trace_id"] for line in lines} == {TRACE_ID}


def test_the_archive_holds_pure_python_only(code: Path) -> None:
    files = [path for path in code.rglob("*") if path.is_file()]
    assert code / "handlers/process_transactions.py" in files
    assert not [path for path in files if path.suffix in {".so", ".pyd", ".dylib"}]


def test_the_archive_holds_the_models_of_the_services_that_the_handlers_call(code: Path) -> None:
    models = {path.name for path in (code / "botocore" / "data").iterdir() if path.is_dir()}
    assert models == {"dynamodb", "sqs", "ssm"}


def test_a_batch_goes_back_where_the_runtime_says_that_little_time_is_left(
    code: Path, client: Path
) -> None:
    with lone(names.PROCESS_TRANSACTIONS, code, client) as (world, environment):
        accepted = environment.invoke(api_event(_body(), key="k"))
        batch = {"Records": world.take(world.transactions_queue)}
        handed_back = environment.invoke(batch, seconds=5)
        handled = environment.invoke(batch)
    assert accepted["statusCode"] == 202
    assert [item["itemIdentifier"] for item in handed_back["batchItemFailures"]] == [
        batch["Records"][0]["messageId"]
    ]
    assert handled == {"batchItemFailures": []}


@pytest.mark.parametrize("handler", HANDLERS)
def test_a_function_that_cannot_start_says_why(code: Path, client: Path, handler: str) -> None:
    nowhere = {"AWS_REGION": None, "AWS_DEFAULT_REGION": None}
    with lone(handler, code, client, **nowhere) as (_, environment):
        report = environment.report()
        assert environment.wait() == 1
    assert report.kind == "init error"
    assert (report.body["errorType"], report.body["errorMessage"]) == (
        "NoRegionError",
        "You must specify a region.",
    )


@pytest.mark.parametrize("handler", HANDLERS)
def test_a_function_without_its_variables_answers_and_promises_nothing(
    code: Path, client: Path, handler: str
) -> None:
    unset: dict[str, str | None] = dict.fromkeys(functions()[handler].variables)
    with lone(handler, code, client, **unset) as (_, environment):
        answer = environment.invoke(_event(handler))
    if handler == names.SEND_NOTIFICATIONS:
        assert answer == {"batchItemFailures": [{"itemIdentifier": "message-1"}]}
    else:
        assert answer["statusCode"] == 500
        assert "KeyError" not in answer["body"]
    assert json.loads(environment.log)["error"] == "KeyError"


def _event(handler: str) -> Any:
    known = f"txn_{'a' * 32}"
    if handler == names.SEND_NOTIFICATIONS:
        announcement = {"webhook_id": "msg_a", "transaction_id": known, "payload": "{}"}
        return {"Records": [{"messageId": "message-1", "body": json.dumps(announcement)}]}
    if handler == names.RETRIEVE_TRANSACTIONS:
        return {**api_event(None), "httpMethod": "GET", "pathParameters": {"id": known}}
    if handler == names.FRAUD_ALERTS:
        return api_event({"transaction_id": known, "fraud_score": 71})
    return api_event(_body(), key="k")


def _body() -> dict[str, Any]:
    return {"amount": 100, "currency": "USD", "merchant_id": "shop-1"}
