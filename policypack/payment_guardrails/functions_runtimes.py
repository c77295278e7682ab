"""The rule on the runtimes of Lambda functions, and until when AWS supports each."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from payment_guardrails.finding import Finding, failed, not_applicable, passed, undecided
from payment_guardrails.functions_named import FUNCTION
from payment_guardrails.resource import Resource
from payment_guardrails.rule import Settings, Severity, resource_rule
from payment_guardrails.values import UNKNOWN, Reading

_DATA: Final = Path(__file__).with_name("lambda_runtimes.json")
_WANTED: Final = "runtime must be one that AWS supports"


@cache
def _data() -> Mapping[str, Any]:
    data: Mapping[str, Any] = json.loads(_DATA.read_text("utf-8"))
    return data


def deprecation_date(runtime: str) -> date | None:
    """From which day AWS supports a runtime no more; None where the data does not have it."""
    found = _data()["deprecated"].get(runtime)
    return None if found is None else date.fromisoformat(found)


def data_date() -> str:
    """The day of the data (YYYY-MM-DD)."""
    day: str = _data()["date"]
    return day


@resource_rule(
    "lambda-function-runtime-supported",
    types=[FUNCTION],
    severity=Severity.HIGH,
    fix='aws.lambda_.Function("process", ..., runtime="python3.13")',
    options={
        "asOf": {
            "type": "string",
            # The CLI holds defaults to the schema too, and an empty text is no `format: date`.
            "pattern": "^([0-9]{4}-[0-9]{2}-[0-9]{2})?$",
            "default": "",
            "description": (
                "the day (YYYY-MM-DD) that support is judged on, today in UTC where it is empty; "
                "the gate sets it to its --as-of"
            ),
        }
    },
)
def runtime_supported(resource: Resource, settings: Settings) -> Iterator[Finding]:
    """The runtime is not deprecated on the day of the check.

    AWS patches a deprecated runtime no more, and later refuses new functions and new code:
    https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
    The dates are data with a source and a date. A container image brings its own runtime.
    """
    reading = resource.read("runtime").string()
    if reading.missing or reading.value == "":
        yield _without_runtime(resource, reading)
    elif isinstance(reading.value, str):
        yield _judge(resource, reading, reading.value, _day(settings["asOf"]))
    else:
        yield undecided(resource, reading, _WANTED)


def _day(as_of: str) -> date:
    return date.fromisoformat(as_of) if as_of else datetime.now(UTC).date()


def _without_runtime(resource: Resource, reading: Reading) -> Finding:
    package = resource.read("packageType").string()
    if package.value == "Image":
        return not_applicable(resource, "a container image brings its own runtime")
    if package.unknown:
        return undecided(resource, package, f"unless it is Image, {_WANTED}")
    return failed(resource, reading.path, f"runtime is not set; {_WANTED}")


def _judge(resource: Resource, reading: Reading, runtime: str, day: date) -> Finding:
    deprecated = deprecation_date(runtime)
    if deprecated is None:
        known = f"{reading.text} is not among the runtimes known on {data_date()}; {_WANTED}"
        return undecided(resource, Reading(UNKNOWN, reading.path), known)
    if day >= deprecated:
        seen = f"runtime is {reading.text}, which AWS supports no more since {deprecated}"
        return failed(resource, reading.path, f"{seen}; {_WANTED}")
    return passed(
        resource, reading.path, f"runtime is {reading.text}, which AWS supports until {deprecated}"
    )
