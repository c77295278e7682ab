"""Rules on the kind of SQS queues: FIFO, with content-based deduplication."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from payment_guardrails.finding import Finding, failed, not_applicable, passed, undecided
from payment_guardrails.redrive import QUEUE, Redrives, redrives
from payment_guardrails.remediation import replacing
from payment_guardrails.resource import Resource
from payment_guardrails.rule import Settings, Severity, resource_rule, stack_rule
from payment_guardrails.stack import Stack
from payment_guardrails.values import Reading


def is_fifo(queue: Resource) -> Reading:
    """Whether a queue is FIFO: true, false, or unknown."""
    reading = queue.read("fifoQueue").boolean()
    return Reading(value=False, path=reading.path) if reading.missing else reading


@stack_rule(
    "sqs-queue-fifo",
    types=[QUEUE],
    severity=Severity.HIGH,
    fix='aws.sqs.Queue("notifications", name="queue-notifications-dev.fifo", fifo_queue=True)',
)
def queue_fifo(stack: Stack, _: Settings) -> Iterator[Finding]:
    """Queues are FIFO, and their names end in `.fifo`.

    A standard queue delivers twice and out of order; a payment must be processed once, and
    its states announced in order. Exempt: a queue that takes a function's failures, which
    AWS requires to be a standard one, and the dead-letter queue of such a queue.
    """
    graph = redrives(stack)
    exempt = _exempt(graph)
    for queue in stack.of_types([QUEUE]):
        fifo = is_fifo(queue)
        wanted = "fifo_queue must be True"
        # Only a dead-letter queue of one that takes functions' failures is exempt too.
        exempting = bool(exempt) or not graph.functions_decided
        doubt = graph.doubt(queue) if exempting else None
        if fifo.unknown:
            yield undecided(queue, fifo, wanted)
        elif fifo.value:
            yield _judge_name(queue)
        elif queue.urn in exempt:
            yield not_applicable(queue, "it takes a function's failures, where AWS allows no FIFO")
        elif doubt is not None:
            yield undecided(queue, doubt, f"unless it names {queue.name}, {wanted}")
        else:
            yield failed(
                queue, fifo.path, f"fifo_queue is {queue.read('fifoQueue').text}; {wanted}"
            )


def _judge_name(queue: Resource) -> Finding:
    name = queue.read("name").string()
    wanted = "the name must end in .fifo"
    if name.missing:
        return passed(queue, "fifoQueue", "it is FIFO; its name is made by the provider")
    if name.unknown:
        return undecided(queue, name, wanted)
    if name.value.endswith(".fifo"):
        return passed(queue, "fifoQueue", f"{name.text} is FIFO")
    return failed(queue, name.path, f"the name is {name.text}; {wanted}")


def _exempt(graph: Redrives) -> frozenset[str]:
    """Queues (URNs) that take functions' failures, and the dead-letter queues of such."""
    of_those = (
        urn
        for urn, sources in graph.sources.items()
        if sources and all(source.urn in graph.of_functions for source in sources)
    )
    return graph.of_functions.union(of_those)


def _deduplicating(resource: Resource, _: Settings) -> Mapping[str, Any]:
    if is_fifo(resource).value is not True:
        return {}
    holds = resource.read("contentBasedDeduplication").boolean().value is True
    return replacing(resource, "contentBasedDeduplication", value=True, holds=holds)


@resource_rule(
    "sqs-queue-content-based-deduplication",
    types=[QUEUE],
    severity=Severity.MEDIUM,
    fix='aws.sqs.Queue("notifications", ..., content_based_deduplication=True)',
    remedy=_deduplicating,
)
def content_based_deduplication(resource: Resource, _: Settings) -> Iterator[Finding]:
    """A FIFO queue deduplicates by content.

    A sender that forgets the deduplication id is then refused nothing and doubles nothing:
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-exactly-once-processing.html
    """
    fifo = is_fifo(resource)
    reading = resource.read("contentBasedDeduplication").boolean()
    wanted = "content_based_deduplication must be True"
    if fifo.value is False:
        yield not_applicable(resource, "a standard queue does not deduplicate")
    elif reading.value is True:
        yield passed(resource, reading.path, "content-based deduplication is on")
    elif fifo.unknown:
        yield undecided(resource, fifo, f"where it is FIFO, {wanted}")
    elif reading.unknown:
        yield undecided(resource, reading, wanted)
    else:
        yield failed(
            resource, reading.path, f"content_based_deduplication is {reading.text}; {wanted}"
        )
