"""Rules on how fast a mapping feeds its function: batches, and how many at the same time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from payment_guardrails.finding import Finding, failed, not_applicable, passed, undecided
from payment_guardrails.functions_invoked import Callers, api_callers
from payment_guardrails.functions_mappings import MAPPING, is_of_queue
from payment_guardrails.functions_named import functions_named, unsure
from payment_guardrails.redrive import QUEUE
from payment_guardrails.resource import Resource
from payment_guardrails.rule import Settings, Severity, stack_rule
from payment_guardrails.stack import Stack
from payment_guardrails.values import Reading

# https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
_LARGEST_FIFO_BATCH: Final = 10
_NO_QUEUE: Final = "its source is no SQS queue"
_FIFO_SUFFIX: Final = ".fifo"


@stack_rule(
    "lambda-mapping-fifo-limits",
    types=[MAPPING],
    severity=Severity.MEDIUM,
    fix="""
        aws.lambda_.EventSourceMapping(
            "process", ..., batch_size=10, maximum_batching_window_in_seconds=0
        )
    """,
)
def fifo_limits(stack: Stack, _: Settings) -> Iterator[Finding]:
    """A mapping on a FIFO queue has a batch of at most 10, and no batching window.

    AWS refuses more, in the middle of a deployment:
    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    Where no batch size is set, it is 10.
    """
    for mapping in stack.of_types([MAPPING]):
        yield _judge_limits(mapping, _is_of_fifo(stack, mapping))


def _judge_limits(mapping: Resource, of_fifo: bool | None) -> Finding:
    if of_fifo is False:
        return not_applicable(mapping, "its source is no FIFO queue")
    if of_fifo is None:
        wanted = f"on a FIFO queue: a batch of at most {_LARGEST_FIFO_BATCH} and no window"
        return undecided(mapping, unsure(mapping.read("eventSourceArn")), wanted)
    batch = mapping.read("batchSize").number()
    window = mapping.read("maximumBatchingWindowInSeconds").number()
    for reading, name, most in (
        (batch, "batch_size", _LARGEST_FIFO_BATCH),
        (window, "maximum_batching_window_in_seconds", 0),
    ):
        if isinstance(reading.value, int | float) and reading.value > most:
            wanted = f"on a FIFO queue {name} must be at most {most}"
            return failed(mapping, reading.path, f"{name} is {reading.text}; {wanted}")
    unknown = next((each for each in (batch, window) if each.unknown), None)
    if unknown is not None:
        wanted = f"on a FIFO queue: a batch of at most {_LARGEST_FIFO_BATCH} and no window"
        return undecided(mapping, unknown, wanted)
    size = f"{_LARGEST_FIFO_BATCH} (AWS's default)" if batch.missing else batch.text
    return passed(mapping, batch.path, f"batch_size is {size}, without a window")


def _is_of_fifo(stack: Stack, mapping: Resource) -> bool | None:
    """Whether a mapping reads from a FIFO queue; None where that is unknown."""
    of_queue = is_of_queue(stack, mapping)
    if not of_queue:
        return of_queue
    source = mapping.read("eventSourceArn").string()
    is_known = isinstance(source.value, str)
    if is_known and source.value.endswith(_FIFO_SUFFIX):
        return True
    queues = stack.link(mapping, source, [QUEUE]).targets
    if not queues:
        return False if is_known else None
    answers = {_is_fifo(queue) for queue in queues}
    return answers.pop() if len(answers) == 1 else None


def _is_fifo(queue: Resource) -> bool | None:
    fifo, name = queue.read("fifoQueue").boolean(), queue.read("name").string()
    # The name of every FIFO queue ends so, and no other's.
    if fifo.value is True or (isinstance(name.value, str) and name.value.endswith(_FIFO_SUFFIX)):
        return True
    return None if fifo.unknown or name.unknown else False


@stack_rule(
    "lambda-mapping-concurrency",
    types=[MAPPING],
    severity=Severity.HIGH,
    fix="""
        aws.lambda_.Function("process", ..., reserved_concurrent_executions=50)
        aws.lambda_.EventSourceMapping(
            "process", ..., scaling_config={"maximum_concurrency": 20}
        )
    """,
)
def mapping_concurrency(stack: Stack, _: Settings) -> Iterator[Finding]:
    """An SQS mapping feeds its function at most as many batches at a time as it can take.

    Where it sends more than the function's reserved concurrency, the rest is throttled:
    each time costs a message one of its receives, until it lies in the dead-letter queue
    though nobody ever looked at it. Where an API calls the function too, something must be
    left for it: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
    """
    callers = api_callers(stack, that_wait=False)
    for mapping in stack.of_types([MAPPING]):
        yield _judge_concurrency(stack, mapping, callers)


def _judge_concurrency(stack: Stack, mapping: Resource, callers: Callers) -> Finding:
    of_queue = is_of_queue(stack, mapping)
    if of_queue is False:
        return not_applicable(mapping, _NO_QUEUE)
    most = mapping.read("scalingConfig.maximumConcurrency").number()
    wanted = "scaling_config.maximum_concurrency must be set"
    if of_queue is None:
        source = unsure(mapping.read("eventSourceArn"))
        return undecided(mapping, source, f"where it is a queue's, {wanted}")
    if most.missing:
        return failed(mapping, most.path, f"maximum_concurrency is not set; {wanted}")
    if most.unknown:
        return undecided(mapping, most, f"{wanted}, to no more than its function can take")
    finding = _within_reserved(stack, mapping, most, callers)
    return finding or passed(mapping, most.path, f"maximum_concurrency is {most.text}")


def _within_reserved(
    stack: Stack, mapping: Resource, most: Reading, callers: Callers
) -> Finding | None:
    """What is wrong with a maximum concurrency beside the function's reserved one, if anything."""
    name = mapping.read("functionName")
    function = functions_named(stack, mapping, name).function
    wanted = "maximum_concurrency must be at most the function's reserved concurrency"
    if function is None:
        return undecided(mapping, unsure(name), wanted)
    reserved = function.read("reservedConcurrentExecutions").number()
    if reserved.unknown:
        return undecided(mapping, reserved, f"{function.name}: {wanted}")
    if reserved.missing or reserved.value < 0:
        # Nothing is reserved: lambda-function-reserved-concurrency says so.
        return None
    seen = f"maximum_concurrency is {most.text}, {function.name} reserves {reserved.text}"
    if most.value > reserved.value:
        return failed(mapping, most.path, f"{seen}; {wanted}")
    if most.value < reserved.value:
        return None
    caller = callers.surely.get(function.urn)
    more = f"an API calls {function.name} too: maximum_concurrency must be less"
    if caller is not None:
        return failed(mapping, most.path, f"{seen}; {more} ({caller})")
    doubt = callers.doubt(function)
    return None if doubt is None else undecided(mapping, doubt, f"{seen}; where {more}")
