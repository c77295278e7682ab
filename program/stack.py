"""The whole stack, part by part, and its outputs."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi

from handlers import names
from program.alarms import create_alarms
from program.api import create_api
from program.archive import archive_for_deployment
from program.configuration import Settings, read_settings
from program.functions import Function, Specification, consume, create_function
from program.grants import FRAUD, NOTIFY, PROCESS, RETRIEVE
from program.logs import create_log_key
from program.naming import Naming, naming
from program.parameters import Parameters, create_parameters
from program.queues import NOTIFICATIONS, TRANSACTION_PROCESSING, Queue, create_queue
from program.tables import Tables, create_tables

# Seconds. The functions behind the API stay below API Gateway's 29 s.
_PROCESS_TIMEOUT = 25
_FRAUD_TIMEOUT = 20
_RETRIEVE_TIMEOUT = 10
_NOTIFY_TIMEOUT = 120


def deploy() -> None:
    """Create every resource of the stack and export its outputs."""
    settings = read_settings()
    named = naming(settings)
    archive = archive_for_deployment()
    tables = create_tables(settings, named)
    processing = create_queue(settings, named, TRANSACTION_PROCESSING, _PROCESS_TIMEOUT)
    notifications = create_queue(settings, named, NOTIFICATIONS, _NOTIFY_TIMEOUT)
    parameters = create_parameters(settings, named)
    log_key = create_log_key(settings, named)
    functions = {
        specification.purpose: create_function(settings, named, archive, log_key, specification)
        for specification in _specifications(
            settings, named, tables, processing, notifications, parameters
        )
    }
    concurrency = settings.concurrency
    consume(
        settings, named, functions[PROCESS],
        TRANSACTION_PROCESSING, processing.queue, concurrency.process_queue,
    )  # fmt: skip
    consume(
        settings, named, functions[NOTIFY],
        NOTIFICATIONS, notifications.queue, concurrency.notify_queue,
    )  # fmt: skip
    for queue in (processing, notifications):
        create_alarms(settings, named, queue)
    api = create_api(settings, named, log_key, functions)
    pulumi.export("api_gateway_url", api.url)
    pulumi.export("api_key_id", api.key_id)
    _export(functions, tables, processing, notifications)


def _specifications(
    settings: Settings,
    named: Naming,
    tables: Tables,
    processing: Queue,
    notifications: Queue,
    parameters: Parameters,
) -> tuple[Specification, ...]:
    concurrency = settings.concurrency
    table: dict[str, pulumi.Input[str]] = {
        names.TRANSACTIONS_TABLE: named.name("table", "transactions")
    }
    announce: dict[str, pulumi.Input[str]] = {
        names.NOTIFICATION_QUEUE_URL: named.queue_url(NOTIFICATIONS)
    }
    return (
        Specification(
            PROCESS,
            names.PROCESS_TRANSACTIONS,
            _PROCESS_TIMEOUT,
            concurrency.process,
            {
                **table,
                **announce,
                names.TRANSACTION_QUEUE_URL: named.queue_url(TRANSACTION_PROCESSING),
            },
            (tables.transactions, processing.queue, notifications.queue),
        ),
        Specification(
            FRAUD,
            names.FRAUD_ALERTS,
            _FRAUD_TIMEOUT,
            concurrency.fraud,
            {
                **table,
                **announce,
                names.FRAUD_ALERTS_TABLE: named.name("table", "fraud-alerts"),
            },
            (tables.transactions, tables.fraud_alerts, notifications.queue),
        ),
        Specification(
            NOTIFY,
            names.SEND_NOTIFICATIONS,
            _NOTIFY_TIMEOUT,
            concurrency.notify,
            {
                names.WEBHOOK_URL_PARAMETER: named.parameter("webhook-url"),
                names.WEBHOOK_KEYS_PARAMETER: named.parameter("api-key"),
            },
            (notifications.queue, parameters.webhook_url, parameters.webhook_keys),
        ),
        Specification(
            RETRIEVE,
            names.RETRIEVE_TRANSACTIONS,
            _RETRIEVE_TIMEOUT,
            concurrency.retrieve,
            table,
            (tables.transactions,),
        ),
    )


def _export(
    functions: Mapping[str, Function], tables: Tables, processing: Queue, notifications: Queue
) -> None:
    for purpose, function in functions.items():
        pulumi.export(f"{purpose.replace('-', '_')}_function_arn", function.function.arn)
    pulumi.export("transactions_table_name", tables.transactions.name)
    pulumi.export("fraud_alerts_table_name", tables.fraud_alerts.name)
    for queue in (processing, notifications):
        name = queue.purpose.replace("-", "_")
        pulumi.export(f"{name}_queue_name", queue.queue.name)
        pulumi.export(f"{name}_dead_letter_queue_name", queue.dead_letters.name)
