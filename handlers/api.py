"""Runs a handler of the API so that it always gives a valid answer and never raises."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from handlers.aws import AwsError
from handlers.log import Log
from handlers.requests import Request, read_request
from handlers.responses import ProblemError, Response, problem

UNAVAILABLE = "The service could not finish. Send the same request again."


def run_api(event: Any, handle: Callable[[Request, Log], Response]) -> Response:
    """The answer of `handle`, or the problem it raised."""
    request = read_request(event)
    log = Log(request.request_id)
    try:
        return handle(request, log)
    except ProblemError as error:
        log.info("refused", status=error.status)
        return problem(error, request.request_id)
    except AwsError as error:
        log.fault("a call to AWS failed", error=type(error).__name__)
        return problem(ProblemError(503, UNAVAILABLE), request.request_id)
    except Exception as error:  # noqa: BLE001 - a client never sees a stack trace
        log.fault("the handler broke", error=type(error).__name__)
        return problem(ProblemError(500, "The service made an error."), request.request_id)


def utc(seconds: float) -> str:
    """A Unix time as ISO 8601 in UTC with milliseconds."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
