"""Rules on the limits of Lambda functions: how long one may run, and in how much memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from payment_guardrails.finding import Finding, failed, passed, undecided
from payment_guardrails.functions_invoked import Callers, api_callers
from payment_guardrails.functions_named import FUNCTION
from payment_guardrails.resource import Resource
from payment_guardrails.rule import Level, Settings, Severity, resource_rule, stack_rule
from payment_guardrails.stack import Stack
from payment_guardrails.values import Reading

# What AWS takes where the properties are not set.
# https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
_DEFAULT_TIMEOUT: Final = 3
_DEFAULT_MEMORY: Final = 128
# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
_API_WAITS: Final = 29


def timeout_of(function: Resource) -> Reading:
    """How many seconds a function may run: a number, or unknown."""
    reading = function.read("timeout").number()
    return Reading(_DEFAULT_TIMEOUT, reading.path) if reading.missing else reading


@stack_rule(
    "lambda-function-timeout",
    types=[FUNCTION],
    severity=Severity.MEDIUM,
    fix='aws.lambda_.Function("process", ..., timeout=20)',
    options={
        "maxTimeoutSeconds": {
            "type": "integer",
            "default": 300,
            "minimum": 1,
            "maximum": 900,
            "description": "how many seconds a function may run",
        }
    },
)
def function_timeout(stack: Stack, settings: Settings) -> Iterator[Finding]:
    """A function runs for a bounded time, which fits into the 29 s that an API waits.

    One that hangs holds its reserved concurrency until its timeout; one that runs longer
    than API Gateway waits goes on working after the caller was told that it failed:
    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
    An API waits for its integrations, in an OpenAPI body too, and for its authorizers; not
    for an integration with the invocation type Event. Where no timeout is set, AWS gives 3 s.
    """
    callers = api_callers(stack, that_wait=True)
    for function in stack.of_types([FUNCTION]):
        yield _judge_timeout(function, callers, settings["maxTimeoutSeconds"])


def _judge_timeout(function: Resource, callers: Callers, most: int) -> Finding:
    timeout = timeout_of(function)
    wanted = f"timeout must be at most {most} s"
    behind_api = f"timeout must be at most {_API_WAITS} s, for which an API waits"
    if timeout.unknown:
        return undecided(function, timeout, wanted)
    if timeout.value > most:
        return failed(function, timeout.path, f"timeout is {timeout.text} s; {wanted}")
    if timeout.value <= _API_WAITS:
        return passed(function, timeout.path, f"timeout is {timeout.text} s")
    caller = callers.surely.get(function.urn)
    if caller is not None:
        seen = f"timeout is {timeout.text} s, and the API calls it ({caller})"
        return failed(function, timeout.path, f"{seen}; {behind_api}")
    doubt = callers.doubt(function)
    if doubt is not None:
        return undecided(function, doubt, f"where it calls {function.name}, {behind_api}")
    return passed(function, timeout.path, f"timeout is {timeout.text} s, and no API waits for it")


@resource_rule(
    "lambda-function-memory",
    types=[FUNCTION],
    severity=Severity.LOW,
    level=Level.ADVISORY,
    fix='aws.lambda_.Function("process", ..., memory_size=3072)',
    options={
        "minMemorySize": {
            "type": "integer",
            "default": 3008,
            "minimum": 128,
            "description": "the least memory of a function, in MB",
        },
        "maxMemorySize": {
            "type": "integer",
            "default": 3072,
            "minimum": 128,
            "description": "the most memory of a function, in MB",
        },
    },
)
def function_memory(resource: Resource, settings: Settings) -> Iterator[Finding]:
    """A function has about 3 GB of memory.

    Lambda gives processor time in proportion to memory: 1,769 MB are one core, so with the
    128 MB of the default a payment takes many times as long:
    https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
    """
    least, most = settings["minMemorySize"], settings["maxMemorySize"]
    reading = resource.read("memorySize").number()
    wanted = f"memory_size must be from {least} to {most} MB"
    if reading.unknown:
        yield undecided(resource, reading, wanted)
        return
    size = _DEFAULT_MEMORY if reading.missing else reading.value
    seen = f"not set ({_DEFAULT_MEMORY} MB)" if reading.missing else f"{reading.text} MB"
    if least <= size <= most:
        yield passed(resource, reading.path, f"memory_size is {seen}")
    else:
        yield failed(resource, reading.path, f"memory_size is {seen}; {wanted}")
