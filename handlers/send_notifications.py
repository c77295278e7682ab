"""The notifications queue: tell merchants of each status, signed, until they say 2xx."""

from __future__ import annotations

import os
import time
from typing import Any, Final

from handlers import aws, names
from handlers.aws import AwsError
from handlers.batch import Unhandled, run_batch
from handlers.log import Log
from handlers.messages import MessageError, read_announcement
from handlers.parameters import Parameters
from handlers.webhook import Endpoint, WebhookError, deliver, parse_endpoint, parse_keys

PARAMETERS = Parameters(aws.ssm())
# One delivery: two parameters, a look-up, and a post with its timeouts.
_RESERVE_MILLISECONDS: Final = 30_000


def handle(event: Any, context: Any) -> dict[str, Any]:
    """Lambda's entry point, for batches of the queue."""
    return run_batch(event, context, _RESERVE_MILLISECONDS, _notify)


def _notify(text: str, log: Log) -> None:
    try:
        announcement = read_announcement(text)
    except MessageError as error:
        raise Unhandled(f"the message {error}") from None
    log = log.about(announcement.transaction_id)
    try:
        endpoint, keys = _configuration()
        deliver(endpoint, announcement, int(time.time()), keys)
    except WebhookError as error:
        raise Unhandled(str(error)) from None
    except AwsError as error:
        raise Unhandled(f"a call to AWS failed: {type(error).__name__}") from None
    log.info("delivered", webhook_id=announcement.webhook_id)


def _configuration() -> tuple[Endpoint, list[bytes]]:
    url = PARAMETERS.value(os.environ[names.WEBHOOK_URL_PARAMETER])
    keys = PARAMETERS.value(os.environ[names.WEBHOOK_KEYS_PARAMETER])
    if names.PLACEHOLDER in (url.strip(), keys.strip()):
        raise WebhookError("the webhook is not configured: set its URL and its keys in SSM")
    return parse_endpoint(url), parse_keys(keys)
