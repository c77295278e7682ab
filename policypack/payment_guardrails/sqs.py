"""Rules on SQS queues by themselves, and on who reads them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from payment_guardrails.finding import Finding, failed, not_applicable, passed, undecided
from payment_guardrails.iam.actions import grants
from payment_guardrails.iam.carriers import CARRIERS, documents_of
from payment_guardrails.iam.documents import Document, Statement, document, known
from payment_guardrails.redrive import QUEUE, dead_letter_queues
from payment_guardrails.resource import Resource
from payment_guardrails.rule import Settings, Severity, resource_rule, stack_rule
from payment_guardrails.stack import Stack
from payment_guardrails.values import Reading

FUNCTION: Final = "aws:lambda/function:Function"
MAPPING: Final = "aws:lambda/eventSourceMapping:EventSourceMapping"
INVOKE_CONFIG: Final = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"
QUEUE_POLICY: Final = "aws:sqs/queuePolicy:QueuePolicy"
_RECEIVE: Final = "sqs:ReceiveMessage"

# Where a function's failures go: AWS requires a standard queue there.
# https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
_FAILURE_TARGETS: Final = (
    (FUNCTION, "deadLetterConfig.targetArn"),
    (INVOKE_CONFIG, "destinationConfig.onFailure.destination"),
    (MAPPING, "destinationConfig.onFailure.destinationArn"),
)


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
    AWS requires to be a standard one.
    """
    targets = _failure_targets(stack)
    for queue in stack.of_types([QUEUE]):
        fifo = is_fifo(queue)
        if fifo.unknown:
            yield undecided(queue, fifo, "fifo_queue must be True")
        elif fifo.value:
            yield _judge_name(queue)
        elif queue.urn in targets:
            yield not_applicable(queue, "it takes a function's failures, where AWS allows no FIFO")
        else:
            yield failed(queue, fifo.path, "fifo_queue is not set; fifo_queue must be True")


def _judge_name(queue: Resource) -> Finding:
    name = queue.read("name").string()
    wanted = "the name must end in .fifo"
    if name.missing:
        return passed(queue, "fifoQueue", "it is FIFO; its name is made by the provider")
    if name.unknown:
        return undecided(queue, name, wanted)
    if name.value.endswith(".fifo"):
        return passed(queue, "fifoQueue", f"{name.value} is FIFO")
    return failed(queue, name.path, f"the name is {name.text}; {wanted}")


def _failure_targets(stack: Stack) -> frozenset[str]:
    return frozenset(
        target.urn
        for type_, path in _FAILURE_TARGETS
        for resource in stack.of_types([type_])
        for target in stack.link(resource, resource.read(path), [QUEUE]).targets
    )


@resource_rule(
    "sqs-queue-content-based-deduplication",
    types=[QUEUE],
    severity=Severity.MEDIUM,
    fix='aws.sqs.Queue("notifications", ..., content_based_deduplication=True)',
)
def content_based_deduplication(resource: Resource, _: Settings) -> Iterator[Finding]:
    """A FIFO queue deduplicates by content.

    A sender that forgets the deduplication id is then refused nothing and doubles nothing:
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-exactly-once-processing.html
    """
    fifo = is_fifo(resource)
    reading = resource.read("contentBasedDeduplication").boolean()
    wanted = "content_based_deduplication must be True"
    if reading.value is True:
        yield passed(resource, reading.path, "content-based deduplication is on")
    elif fifo.value is False:
        yield not_applicable(resource, "a standard queue does not deduplicate")
    elif fifo.unknown:
        yield undecided(resource, fifo, f"where it is FIFO, {wanted}")
    elif reading.unknown:
        yield undecided(resource, reading, wanted)
    else:
        yield failed(resource, reading.path, f"content_based_deduplication is off; {wanted}")


@stack_rule(
    "sqs-queue-consumed",
    types=[QUEUE],
    severity=Severity.MEDIUM,
    fix="""
        aws.lambda_.EventSourceMapping(
            "notify", event_source_arn=queue.arn, function_name=function.name,
            function_response_types=["ReportBatchItemFailures"],
        )
    """,
)
def queue_consumed(stack: Stack, _: Settings) -> Iterator[Finding]:
    """Every queue has a consumer: an event source mapping, or a grant to receive from it.

    What is put into a queue that nobody reads is lost after its retention, without an
    error. Dead-letter queues are exempt: people read them.
    """
    exempt = dead_letter_queues(stack)
    readers, unsure = _readers(stack)
    for queue in stack.of_types([QUEUE]):
        if queue.urn in readers:
            yield passed(queue, "arn", f"{readers[queue.urn]} reads it")
        elif queue.urn in exempt:
            yield not_applicable(queue, "it is a dead-letter queue")
        elif unsure is not None:
            yield undecided(queue, unsure, "some consumer must read this queue")
        else:
            yield failed(queue, "arn", "nobody reads it: no mapping, no grant to receive")


def _readers(stack: Stack) -> tuple[dict[str, str], Reading | None]:
    """Who reads each queue, and a mapping's source that may be any of them, if there is one."""
    readers: dict[str, str] = {}
    unsure: Reading | None = None
    for mapping in stack.of_types([MAPPING]):
        source = mapping.read("eventSourceArn")
        link = stack.link(mapping, source, [QUEUE])
        readers.update(dict.fromkeys((queue.urn for queue in link.targets), mapping.name))
        if not link.decided and not mapping.property_dependencies.get("eventSourceArn"):
            unsure = source
    for queue, carrier in (*_granted(stack), *_granted_by_queues(stack)):
        readers.setdefault(queue.urn, carrier.name)
    return readers, unsure


def _granted(stack: Stack) -> Iterator[tuple[Resource, Resource]]:
    """Queues that an identity's policy lets it receive from, with the policy's carrier."""
    for carrier in stack.of_types(CARRIERS):
        for place, found in documents_of(carrier):
            # An unknown document is another rule's finding; here its dependencies tell enough.
            named = stack.link(carrier, place, [QUEUE]).targets if place.unknown else ()
            arns = [arn for statement in _receiving(found) for arn in known(statement.resources)]
            for queue in (*named, *(queue for arn in arns for queue in stack.named(arn, [QUEUE]))):
                yield queue, carrier


def _granted_by_queues(stack: Stack) -> Iterator[tuple[Resource, Resource]]:
    """Queues whose own policy lets somebody receive, with that policy."""
    for policy in stack.of_types([QUEUE_POLICY]):
        if any(_receiving(document(policy.read("policy")))):
            for queue in stack.link(policy, policy.read("queueUrl"), [QUEUE]).targets:
                yield queue, policy


def _receiving(found: Document) -> Iterator[Statement]:
    for statement in found.statements:
        if statement.allows and any(grants(each, _RECEIVE) for each in known(statement.actions)):
            yield statement
