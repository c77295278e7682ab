"""The rule on consumers: every queue is read by somebody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from payment_guardrails.authorization import all_of, matches
from payment_guardrails.finding import Finding, failed, not_applicable, passed, undecided
from payment_guardrails.functions_mappings import is_made_of_other_sources
from payment_guardrails.iam.carriers import CARRIERS, documents_of
from payment_guardrails.iam.documents import Document, Statement, document
from payment_guardrails.redrive import QUEUE, redrives
from payment_guardrails.resource import Resource
from payment_guardrails.rule import Settings, Severity, stack_rule
from payment_guardrails.stack import Link, Stack
from payment_guardrails.values import Reading

_MAPPING: Final = "aws:lambda/eventSourceMapping:EventSourceMapping"
_PIPE: Final = "aws:pipes/pipe:Pipe"
_QUEUE_POLICY: Final = "aws:sqs/queuePolicy:QueuePolicy"
_RECEIVE: Final = "sqs:ReceiveMessage"


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
    """Every queue has a consumer: an event source mapping, a pipe, or a grant to receive.

    What is put into a queue that nobody reads is lost after its retention, without an
    error. A grant is an identity's policy that allows sqs:ReceiveMessage on the queue's
    own ARN (a wildcard says nothing of this queue), or a policy of the queue. Dead-letter
    queues are exempt: people read them.
    """
    graph = redrives(stack)
    readers = _readers(stack)
    wanted = "a mapping, a pipe or a grant to receive must name it"
    for queue in stack.of_types([QUEUE]):
        exempting, reader = graph.doubt(queue), readers.surely.get(queue.urn)
        doubt = exempting or readers.doubts.get(queue.urn) or readers.anywhere
        if queue.urn in graph.sources:
            yield not_applicable(queue, "it is a dead-letter queue")
        elif reader is not None and exempting is None:
            yield passed(queue, "arn", f"{reader} reads it")
        elif reader is not None and exempting is not None:
            why = f"{reader} reads it, unless it is a dead-letter queue, which is exempt"
            yield undecided(queue, exempting, why)
        elif doubt is not None:
            yield undecided(queue, doubt, f"nothing known reads {queue.name}; {wanted}")
        else:
            yield failed(queue, "arn", f"nobody reads it; {wanted}")


@dataclass
class _Readers:
    """Who reads which queue, by URN: for certain, or where an unknown value names it."""

    surely: dict[str, str] = field(default_factory=dict)
    doubts: dict[str, Reading] = field(default_factory=dict)
    anywhere: Reading | None = None

    def add(self, link: Link, who: Resource, reading: Reading, sure: bool | None) -> None:
        """Note that `who` reads what a property links to; `sure` None where that is unknown."""
        if sure is False:
            return
        if link.target is not None and sure:
            self.surely.setdefault(link.target.urn, who.name)
            return
        for target in link.targets:
            self.doubts.setdefault(target.urn, reading)
        if not link.decided:
            self.anywhere = self.anywhere or reading


def _readers(stack: Stack) -> _Readers:
    readers = _Readers()
    for pipe in stack.of_types([_PIPE]):
        source = pipe.read("source")
        running = pipe.read("desiredState").value != "STOPPED"
        readers.add(_of_pollers(stack, pipe, source), pipe, source, running)
    for mapping in stack.of_types([_MAPPING]):
        source = mapping.read("eventSourceArn")
        enabled = mapping.read("enabled").boolean()
        on = True if enabled.missing else None if enabled.unknown else enabled.value
        doubtful = enabled if enabled.unknown else source
        readers.add(_of_pollers(stack, mapping, source), mapping, doubtful, on)
    for carrier in stack.of_types(CARRIERS):
        for place, found in documents_of(carrier):
            _add_grants(stack, readers, carrier, place, found)
    for policy in stack.of_types([_QUEUE_POLICY]):
        url = policy.read("queueUrl")
        link = stack.link(policy, url, [QUEUE])
        _add_policy(readers, link, policy, policy.read("policy"), url)
    for queue in stack.of_types([QUEUE]):
        own = queue.read("policy")
        _add_policy(readers, Link((queue,)), queue, own, own)
    return readers


def _of_pollers(stack: Stack, poller: Resource, source: Reading) -> Link:
    """The queue that a poller reads; what it was made from decides where it is unknown."""
    link = stack.link(poller, source, [QUEUE])
    elsewhere = source.unknown and is_made_of_other_sources(stack, poller, source)
    return Link(()) if elsewhere else link


def _add_grants(
    stack: Stack, readers: _Readers, carrier: Resource, place: Reading, found: Document
) -> None:
    for unread in found.unreadable:
        # The dependencies of a document name queues that it grants something on, and a
        # built ARN leaves no dependency: it may grant receiving from any queue.
        readers.anywhere = readers.anywhere or unread
    for statement in found.statements:
        receives = _receives(statement)
        for element in statement.resources:
            # Elements are unknown one by one: only those that may be an ARN count.
            link = stack.link(carrier, element, [QUEUE])
            readers.add(link, carrier, element if element.unknown else place, receives)
        if not statement.resources and not statement.not_resources and receives is not False:
            readers.anywhere = readers.anywhere or Reading(place.value, statement.path)


def _add_policy(
    readers: _Readers, link: Link, carrier: Resource, place: Reading, url: Reading
) -> None:
    found = document(place)
    for unread in found.unreadable:
        readers.add(link, carrier, unread, sure=None)
    for statement in found.statements:
        reading = url if url.unknown else statement.reading
        readers.add(link, carrier, reading, _receives(statement))


def _receives(statement: Statement) -> bool | None:
    allows = True if statement.allows else None if statement.may_allow else False
    return all_of((allows, matches(statement, _RECEIVE, lambda _: True)))
