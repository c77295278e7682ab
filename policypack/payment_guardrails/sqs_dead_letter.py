"""Rules on dead-letter queues and retention: where messages go that nobody could handle."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from payment_guardrails.finding import Finding, Status, failed, not_applicable, passed, undecided
from payment_guardrails.redrive import QUEUE, Redrive, Redrives, redrives
from payment_guardrails.resource import Resource
from payment_guardrails.rule import Settings, Severity, stack_rule
from payment_guardrails.stack import Stack
from payment_guardrails.values import UNKNOWN, Reading

# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
DEFAULT_RETENTION: Final = 345_600
_QUEUE_ARN: Final = re.compile(r"arn:[^:]+:sqs:[^:]+:[^:]+:[^:]+")


@stack_rule(
    "sqs-queue-dead-letter",
    types=[QUEUE],
    severity=Severity.HIGH,
    fix="""
        aws.sqs.Queue("notifications", ..., redrive_policy=pulumi.Output.json_dumps({
            "deadLetterTargetArn": dead_letters.arn, "maxReceiveCount": 3,
        }))
    """,
    options={
        "minReceiveCount": {
            "type": "integer", "default": 1, "minimum": 1,
            "description": "the smallest receive count before a message is set aside",
        },
        "maxReceiveCount": {
            "type": "integer", "default": 10, "minimum": 1,
            "description": "the largest receive count before a message is set aside",
        },
    },
)  # fmt: skip
def dead_letter(stack: Stack, settings: Settings) -> Iterator[Finding]:
    """Each queue has a dead-letter queue of its own kind, after a bounded number of receives.

    A message that cannot be handled otherwise blocks its group until it is lost. The kinds
    must agree: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
    A queue that is itself a dead-letter queue is exempt.
    """
    graph = redrives(stack)
    for queue in stack.of_types([QUEUE]):
        if queue.urn in graph.sources:
            yield not_applicable(queue, "it is a dead-letter queue itself")
            continue
        doubt = graph.doubt(queue)
        for finding in _judge_queue(stack, queue, graph, settings):
            if finding.status is Status.FAIL and doubt is not None:
                yield undecided(queue, doubt, f"unless it makes {queue.name} a dead-letter queue: "
                                f"{finding.message}")  # fmt: skip
            else:
                yield finding


def _judge_queue(
    stack: Stack, queue: Resource, graph: Redrives, settings: Settings
) -> Iterator[Finding]:
    policies = graph.policies.get(queue.urn, ())
    if queue.urn in graph.circular:
        path = policies[0].policy.path if policies else "redrivePolicy"
        yield failed(queue, path, "its dead-letter queue leads back to it; use one of its own")
        return
    for redrive in policies:
        yield _judge_redrive(stack, queue, redrive, settings)
    if policies:
        return
    if graph.unplaced is not None:
        yield undecided(queue, graph.unplaced, f"a redrive policy must name {queue.name}")
        return
    yield failed(
        queue, "redrivePolicy", "redrive_policy is not set; set aside what cannot be handled"
    )


def _judge_redrive(stack: Stack, queue: Resource, redrive: Redrive, settings: Settings) -> Finding:
    policy, arn = redrive.policy, redrive.target
    wanted = "it must name a dead-letter queue of the same kind"
    if not isinstance(policy.value, Mapping):
        reading = policy if policy.unknown else Reading(UNKNOWN, policy.path)
        return undecided(queue, reading, wanted)
    wrong = _wrong_count(queue, policy, settings)
    if wrong is not None and wrong.status is Status.FAIL:
        return wrong
    if arn.missing:
        return failed(queue, policy.path, f"deadLetterTargetArn is not set; {wanted}")
    link = stack.link(redrive.carrier, arn, [QUEUE])
    if not link.decided or len(link.targets) > 1:
        return undecided(queue, arn if arn.unknown else Reading(UNKNOWN, arn.path), wanted)
    fault = _other_kind(queue, link.target, arn) or wrong
    if fault is not None:
        return fault
    count = policy.get("maxReceiveCount").number()
    name = link.target.name if link.target else arn.text
    return passed(queue, policy.path, f"after {count.text} receives messages go to {name}")


def _wrong_count(queue: Resource, policy: Reading, settings: Settings) -> Finding | None:
    least, most = settings["minReceiveCount"], settings["maxReceiveCount"]
    count = policy.get("maxReceiveCount").number()
    wanted = f"maxReceiveCount must be from {least} to {most}"
    if count.unknown:
        return undecided(queue, count, wanted)
    if count.missing or not least <= count.value <= most:
        return failed(queue, count.path, f"maxReceiveCount is {count.text}; {wanted}")
    return None


def _other_kind(queue: Resource, target: Resource | None, arn: Reading) -> Finding | None:
    """What is wrong with the kind of the dead-letter queue, if anything."""
    wanted = "the dead-letter queue must be of the same kind, FIFO or standard"
    fifo = queue.read("fifoQueue").boolean()
    if target is not None:
        other = target.read("fifoQueue").boolean()
    elif isinstance(arn.value, str) and _QUEUE_ARN.fullmatch(arn.value):
        other = Reading(arn.value.endswith(".fifo"), arn.path)
    else:
        return failed(queue, arn.path, f"{arn.path} is {arn.text}, no queue's ARN; {wanted}")
    for reading in (fifo, other):
        if reading.unknown:
            return undecided(queue, reading, wanted)
    if bool(other.value) == bool(fifo.value):
        return None
    name = target.name if target else arn.text
    kinds = {True: "FIFO", False: "a standard queue"}
    message = f"{name} is {kinds[bool(other.value)]}, this is {kinds[bool(fifo.value)]}; {wanted}"
    return failed(queue, arn.path, message)


@stack_rule(
    "sqs-queue-retention",
    types=[QUEUE],
    severity=Severity.MEDIUM,
    fix="""
        aws.sqs.Queue("notifications", ..., message_retention_seconds=345600)
        aws.sqs.Queue("notifications-dead-letter", ..., message_retention_seconds=1209600)
    """,
    options={
        "messageRetentionSeconds": {
            "type": "integer", "default": DEFAULT_RETENTION, "minimum": 60, "maximum": 1_209_600,
            "description": "how many seconds a queue keeps a message, exactly",
        }
    },
)  # fmt: skip
def retention(stack: Stack, settings: Settings) -> Iterator[Finding]:
    """A queue keeps messages for four days; a dead-letter queue at least as long as its source.

    A message's age counts from its first enqueueing, also in the dead-letter queue of a
    standard queue: one that keeps messages shorter loses them on arrival.
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/setting-up-dead-letter-queue-retention.html
    Where the property is not set, AWS keeps messages for 345600 s.
    """
    seconds = settings["messageRetentionSeconds"]
    graph = redrives(stack)
    for queue in stack.of_types([QUEUE]):
        sources = graph.sources.get(queue.urn)
        doubt = graph.doubt(queue)
        if sources is None:
            finding = _judge_working(queue, seconds)
        else:
            finding = _judge_dead_letters(queue, sources, seconds)
        if doubt is not None and finding.status is not Status.UNDECIDED:
            why = "a dead-letter queue must keep messages as long as its source"
            yield undecided(queue, doubt, f"if it names {queue.name}, {why}")
        else:
            yield finding


def _retention(queue: Resource) -> tuple[Reading, str]:
    """How many seconds a queue keeps messages, and how a message says so."""
    reading = queue.read("messageRetentionSeconds").number()
    if reading.missing:
        default = Reading(DEFAULT_RETENTION, reading.path)
        return default, f"{DEFAULT_RETENTION} s (AWS's default)"
    return reading, f"{reading.text} s"


def _judge_working(queue: Resource, seconds: int) -> Finding:
    kept, shown = _retention(queue)
    wanted = f"message_retention_seconds must be {seconds}"
    if kept.unknown:
        return undecided(queue, kept, wanted)
    if kept.value == seconds:
        return passed(queue, kept.path, f"messages are kept {shown}")
    return failed(queue, kept.path, f"messages are kept {shown}; {wanted}")


def _judge_dead_letters(queue: Resource, sources: tuple[Resource, ...], seconds: int) -> Finding:
    kept, shown = _retention(queue)
    # Where the source is a function, or a queue outside this stack: as long as all queues.
    needs = [(source.name, *_retention(source)) for source in sources] or [
        ("a function, or a queue outside this stack", Reading(seconds, kept.path), f"{seconds} s")
    ]
    unknown: Finding | None = None
    for name, other, other_shown in needs:
        wanted = f"a dead-letter queue must keep messages as long as its source ({name})"
        if kept.unknown or other.unknown:
            unknown = undecided(queue, kept if kept.unknown else other, wanted)
        elif not kept.value >= other.value:
            return failed(
                queue, kept.path, f"messages are kept {shown}, {other_shown} there; {wanted}"
            )
    return unknown or passed(
        queue, kept.path, f"messages are kept {shown}, no less than at the source"
    )
