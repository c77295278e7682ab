"""What each function may do: exact actions on exact ARNs, as its code uses them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from program.naming import Naming
from program.parameters import WEBHOOK_KEYS, WEBHOOK_URL
from program.queues import NOTIFICATIONS, TRANSACTION_PROCESSING
from program.tables import FRAUD_ALERTS, TRANSACTIONS

PROCESS: Final = "process-transactions"
FRAUD: Final = "fraud-alerts"
NOTIFY: Final = "send-notifications"
RETRIEVE: Final = "retrieve-transactions"
PURPOSES: Final = (PROCESS, FRAUD, NOTIFY, RETRIEVE)

# What Lambda's poller does under the function's role.
# https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
_POLL: Final = ("sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage")


@dataclass(frozen=True)
class Grant:
    """Actions on one resource."""

    actions: Sequence[str]
    resource: str


def grants(naming: Naming) -> Mapping[str, tuple[Grant, ...]]:
    """The grants of each function, by its purpose."""
    transactions = naming.table_arn(TRANSACTIONS)
    processing = naming.queue_arn(TRANSACTION_PROCESSING)
    notifications = naming.queue_arn(NOTIFICATIONS)
    announce = Grant(("sqs:SendMessage",), notifications)
    return {
        PROCESS: (
            Grant(("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"), transactions),
            Grant((*_POLL, "sqs:SendMessage"), processing),
            announce,
        ),
        # A transaction's item actions are authorized one by one.
        # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
        FRAUD: (
            Grant(("dynamodb:GetItem", "dynamodb:UpdateItem"), transactions),
            Grant(("dynamodb:PutItem",), naming.table_arn(FRAUD_ALERTS)),
            announce,
        ),
        NOTIFY: (
            Grant(_POLL, notifications),
            Grant(("ssm:GetParameter",), naming.parameter_arn(WEBHOOK_URL)),
            Grant(("ssm:GetParameter",), naming.parameter_arn(WEBHOOK_KEYS)),
        ),
        RETRIEVE: (Grant(("dynamodb:GetItem",), transactions),),
    }


def policy_document(naming: Naming, purpose: str) -> str:
    """The policy document of a function: its grants, its own logs, and traces."""
    log_group = naming.log_group_arn(naming.function_log_group(purpose))
    statements = [
        *(_allow(grant.actions, grant.resource) for grant in grants(naming)[purpose]),
        _allow(("logs:CreateLogStream", "logs:PutLogEvents"), f"{log_group}:*"),
        # X-Ray has no resources: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
        _allow(("xray:PutTelemetryRecords", "xray:PutTraceSegments"), "*"),
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def trust_document(service: str) -> str:
    """A trust policy that lets one AWS service take the role."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": f"{service}.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _allow(actions: Sequence[str], resource: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource}
