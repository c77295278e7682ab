"""The four functions in a simulated world: virtual time, our queues, emulated tables."""

from __future__ import annotations

import io
import json
import os
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from types import ModuleType, SimpleNamespace
from typing import Any, Final

import pytest
import urllib3
from botocore.client import BaseClient

from handlers import (
    fraud_alerts,
    names,
    process_transactions,
    send_notifications,
)
from tests.handlers import emulation, recording
from tests.handlers.faults import Call, Mode, Run
from tests.handlers.fifo import FifoQueue, Message
from tests.handlers.merchant import URL, Merchant
from tests.handlers.tables import tables_of_this_process

_QUEUE_URL: Final = "https://sqs.us-east-2.amazonaws.com/123456789012/"
START: Final = 1_800_000_000.0
# Six times the timeouts of the functions that they feed, as the program sets them.
_VISIBILITY: Final = {"transactions": 168.0, "notifications": 1800.0}


@dataclass
class Polled:
    """A batch in the hands of a function: its run, and the receipts for what it was given."""

    queue: FifoQueue
    run: Run
    receipts: list[tuple[Message, str]]


class Simulation:
    """The world at one moment. Only its methods move time or run a function."""

    def __init__(self) -> None:
        self.now = START
        self.log: list[str] = []
        self.tables = tables_of_this_process()
        self.merchant = Merchant(lambda: self.now)
        self.queues: dict[str, FifoQueue] = {}
        for name, visibility in _VISIBILITY.items():
            dead = FifoQueue(f"{name}-dead-letter", lambda: self.now, visibility)
            self.queues[name] = FifoQueue(name, lambda: self.now, visibility, dead)
        self._drawn = 0
        self.tables.empty()
        emulation.empty("ssm")
        self.restart()

    def restart(self) -> None:
        """A new process: nothing is cached any more."""
        send_notifications.PARAMETERS._kept.clear()

    def configure(self, *secrets: str, url: str = URL) -> None:
        """Set the webhook's URL and its keys; the merchant knows the keys."""
        self.merchant.agree_on(secrets)
        for name, value in (
            (names.WEBHOOK_URL_PARAMETER, url),
            (names.WEBHOOK_KEYS_PARAMETER, " ".join(secrets)),
        ):
            request = {"Name": os.environ[name], "Value": value, "Type": "SecureString"}
            emulation.perform("ssm", "PutParameter", {**request, "Overwrite": True})

    def call(
        self, module: ModuleType, event: dict[str, Any], plan: Mapping[int, Mode] | None = None
    ) -> Run:
        """Run a function on an event, up to its end, its death, or where it is held."""
        # A millisecond apart, as two requests are.
        self.now += 0.001
        context = SimpleNamespace(
            aws_request_id="request-1", get_remaining_time_in_millis=lambda: 100_000
        )
        run = Run(lambda: module.handle(json.loads(json.dumps(event)), context), plan or {})
        self._watched(run.start)
        if not run.done and not run.paused:
            self.restart()
        return run

    def resume(self, run: Run) -> None:
        """Let a held run go on to its end."""
        self._watched(run.resume)

    def poll(self, name: str, most: int, plan: Mapping[int, Mode] | None = None) -> Polled | None:
        """Have Lambda's poller take a batch and hand it to the queue's function."""
        queue = self.queues[name]
        batch = queue.receive(most)
        if not batch:
            return None
        receipts = [(message, message.receipt) for message in batch]
        module = process_transactions if name == "transactions" else send_notifications
        event = {"Records": [message.record() for message in batch]}
        polled = Polled(queue, self.call(module, event, plan), receipts)
        self.finish(polled)
        return polled

    def finish(self, polled: Polled) -> None:
        """Delete what the function says it has handled, if it has said so yet.

        https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
        """
        if not polled.run.done:
            return
        failed = [item["itemIdentifier"] for item in polled.run.answer["batchItemFailures"]]
        if set(failed) <= {message.message_id for message, _ in polled.receipts}:
            for message, receipt in polled.receipts:
                if message.message_id not in failed:
                    polled.queue.delete(message, receipt)

    def rows(self, table: str = "transactions") -> list[dict[str, Any]]:
        """All that a table holds."""
        return self.tables.perform("Scan", {"TableName": table, "ConsistentRead": True})["Items"]

    def time(self) -> float:
        """What the functions read as the time."""
        return self.now

    def random_bytes(self, size: int) -> bytes:
        """What the functions read as random: never the same twice."""
        self._drawn += 1
        return self._drawn.to_bytes(size, "big")

    def aws(self, service: str, operation: str, parameters: Mapping[str, Any]) -> Any:
        """The effect of a call, and its answer."""
        if service == "sqs":
            return self._send(operation, **parameters)
        if service == "dynamodb":
            if operation == "GetItem" and not parameters.get("ConsistentRead"):
                return {}  # An eventually consistent read may know nothing yet.
            return self.tables.perform(operation, parameters)
        return emulation.perform(service, operation, parameters)

    def _send(
        self,
        operation: str,
        *,
        QueueUrl: str,  # noqa: N803 - the API's names
        MessageBody: str,  # noqa: N803
        MessageGroupId: str,  # noqa: N803
        MessageDeduplicationId: str,  # noqa: N803
    ) -> dict[str, str]:
        assert operation == "SendMessage"
        sent = self.queues[QueueUrl.removeprefix(_QUEUE_URL)].send(
            MessageBody, MessageGroupId, MessageDeduplicationId
        )
        return {"MessageId": sent}

    def _watched(self, step: Callable[[], None]) -> None:
        output = io.StringIO()
        with redirect_stdout(output), redirect_stderr(output):
            step()
        self.log += output.getvalue().splitlines()


@contextmanager
def simulated() -> Iterator[Simulation]:
    """A new world, with the functions in it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(names.TRANSACTION_QUEUE_URL, f"{_QUEUE_URL}transactions")
        patch.setenv(names.NOTIFICATION_QUEUE_URL, f"{_QUEUE_URL}notifications")
        simulation = Simulation()
        clock = SimpleNamespace(time=simulation.time, monotonic=simulation.time)
        for module in (process_transactions, fraud_alerts, send_notifications):
            patch.setattr(module, "time", clock)
        system = SimpleNamespace(urandom=simulation.random_bytes, environ=os.environ)
        patch.setattr(process_transactions, "os", system)
        patch.setattr(send_notifications.PARAMETERS, "_clock", simulation.time)
        patch.setattr(urllib3, "HTTPSConnectionPool", simulation.merchant.pool)
        patch.setattr(socket, "getaddrinfo", simulation.merchant.look_up)

        def make_call(client: BaseClient, operation: str, parameters: dict[str, Any]) -> Any:
            recording.record(client, operation, parameters)
            service = client.meta.service_model.service_name

            def effect() -> Any:
                return simulation.aws(service, operation, parameters)

            run = Run.active
            return effect() if run is None else run.call(Call(service, operation), effect)

        patch.setattr(BaseClient, "_make_api_call", make_call)
        yield simulation
