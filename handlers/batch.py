"""Batches of SQS messages: partial failures, in order, within the time that is left.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from handlers.identifiers import is_transaction_id
from handlers.log import Log

# An empty identifier makes Lambda treat the whole batch as failed.
_WHOLE_BATCH: Final = {"batchItemFailures": [{"itemIdentifier": ""}]}


class Unhandled(Exception):  # noqa: N818 - it is an outcome, not a fault of the code
    """A message could not be handled and must come again; the message says why."""


def run_batch(
    event: Any, context: Any, reserve_milliseconds: int, handle: Callable[[str, Log], None]
) -> dict[str, Any]:
    """Hand each message's body to `handle`; answer with the ids of those that must come again.

    After the first failure of a message group the rest of the group is not touched, so that
    its order is kept. Messages for which less than the reserve of time is left are handed
    back. A batch in which a message has no id fails whole.
    """
    records = event.get("Records") if isinstance(event, dict) else None
    if not isinstance(records, list) or not all(_id(record) for record in records):
        Log(_request_id(context)).fault("the batch is malformed")
        return _WHOLE_BATCH
    failed: list[str] = []
    broken_groups: set[str] = set()
    for record in records:
        group = _group(record)
        # A line that tells of a failure names its transaction, which is the group's name.
        log = Log(_request_id(context), group if is_transaction_id(group) else "")
        if group in broken_groups or not _has_time(context, reserve_milliseconds):
            failed.append(_id(record))
            broken_groups.add(group)
            continue
        try:
            handle(record.get("body"), log)
        except Unhandled as error:
            log.fault(str(error), receive_count=_receive_count(record))
        except Exception as error:  # noqa: BLE001 - one bad message must not lose the others
            log.fault("a message broke its handler", error=type(error).__name__)
        else:
            continue
        failed.append(_id(record))
        broken_groups.add(group)
    return {"batchItemFailures": [{"itemIdentifier": each} for each in failed]}


def _id(record: Any) -> str:
    identifier = record.get("messageId") if isinstance(record, dict) else None
    return identifier if isinstance(identifier, str) else ""


def _group(record: Any) -> str:
    attributes = record.get("attributes")
    group = attributes.get("MessageGroupId") if isinstance(attributes, dict) else None
    return group if isinstance(group, str) else _id(record)


def _receive_count(record: Any) -> str:
    attributes = record.get("attributes")
    count = attributes.get("ApproximateReceiveCount") if isinstance(attributes, dict) else None
    return count if isinstance(count, str) and count.isdigit() else ""


def _has_time(context: Any, reserve_milliseconds: int) -> bool:
    left = getattr(context, "get_remaining_time_in_millis", None)
    return left is None or left() > reserve_milliseconds


def _request_id(context: Any) -> str:
    return str(getattr(context, "aws_request_id", ""))
