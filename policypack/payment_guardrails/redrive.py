"""Rules on dead-letter queues and retention: where messages go that nobody could handle."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from payment_guardrails.finding import Finding, failed, not_applicable, passed, undecided
from payment_guardrails.resource import Resource
from payment_guardrails.rule import Settings, Severity, stack_rule
from payment_guardrails.stack import Stack
from payment_guardrails.values import UNKNOWN, Reading

QUEUE: Final = "aws:sqs/queue:Queue"
REDRIVE: Final = "aws:sqs/redrivePolicy:RedrivePolicy"
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
_DEFAULT_RETENTION: Final = 345_600


def redrive_policies(stack: Stack, queue: Resource) -> tuple[tuple[Resource, Reading], ...]:
    """The redrive policies of a queue, inline or as a resource, with their carriers.

    The reading is the parsed policy; it is unknown where the document is.
    """
    inline = queue.read("redrivePolicy")
    own = () if inline.missing else ((queue, inline.parsed()),)
    others = (
        (policy, policy.read("redrivePolicy").parsed())
        for policy in stack.of_types([REDRIVE])
        if queue in stack.link(policy, policy.read("queueUrl"), [QUEUE]).targets
    )
    return (*own, *others)


def _targets(stack: Stack, carrier: Resource, policy: Reading) -> tuple[Resource, ...]:
    arn = policy if policy.unknown else policy.get("deadLetterTargetArn")
    return stack.link(carrier, arn, [QUEUE]).targets


def dead_letter_queues(stack: Stack) -> dict[str, tuple[Resource, ...]]:
    """Each dead-letter queue's URN, with the queues whose messages it takes."""
    sources: dict[str, list[Resource]] = {}
    for queue in stack.of_types([QUEUE]):
        for carrier, policy in redrive_policies(stack, queue):
            for target in _targets(stack, carrier, policy):
                if target.urn != queue.urn:
                    sources.setdefault(target.urn, []).append(queue)
    return {urn: tuple(queues) for urn, queues in sources.items()}


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
    """
    exempt = dead_letter_queues(stack)
    for queue in stack.of_types([QUEUE]):
        if queue.urn in exempt:
            yield not_applicable(queue, "it is a dead-letter queue itself")
            continue
        policies = redrive_policies(stack, queue)
        if not policies:
            yield _without(stack, queue)
        for carrier, policy in policies:
            yield _judge_redrive(stack, queue, carrier, policy, settings)


def _without(stack: Stack, queue: Resource) -> Finding:
    for policy in stack.of_types([REDRIVE]):
        url = policy.read("queueUrl")
        if not stack.link(policy, url, [QUEUE]).decided:
            return undecided(queue, url, "a redrive policy must name this queue")
    return failed(
        queue, "redrivePolicy", "it has no redrive policy; set aside what cannot be handled"
    )


def _judge_redrive(
    stack: Stack, queue: Resource, carrier: Resource, policy: Reading, settings: Settings
) -> Finding:
    least, most = settings["minReceiveCount"], settings["maxReceiveCount"]
    if policy.unknown or not isinstance(policy.value, dict):
        reading = policy if policy.unknown else Reading(UNKNOWN, policy.path)
        return undecided(queue, reading, "it must name a dead-letter queue and a receive count")
    arn = policy.get("deadLetterTargetArn")
    count = policy.get("maxReceiveCount").number()
    if arn.missing:
        return failed(queue, policy.path, "its redrive policy names no dead-letter queue")
    wanted = f"maxReceiveCount must be from {least} to {most}"
    if not count.unknown and (count.missing or not least <= count.value <= most):
        return failed(queue, count.path, f"maxReceiveCount is {count.text}; {wanted}")
    link = stack.link(carrier, arn, [QUEUE])
    if not link.decided:
        return undecided(queue, arn, "it must name a dead-letter queue of the same kind")
    if queue in link.targets:
        return failed(queue, arn.path, "it is its own dead-letter queue")
    wrong = _other_kind(queue, link.targets, arn)
    if wrong is not None:
        return wrong
    if count.unknown:
        return undecided(queue, count, wanted)
    name = link.targets[0].name if link.targets else arn.text
    return passed(queue, policy.path, f"after {count.text} receives messages go to {name}")


def _other_kind(queue: Resource, targets: tuple[Resource, ...], arn: Reading) -> Finding | None:
    fifo = queue.read("fifoQueue").boolean()
    if fifo.unknown:
        return undecided(queue, fifo, "the dead-letter queue must be of the same kind")
    for target in targets:
        other = target.read("fifoQueue").boolean()
        if other.unknown:
            return undecided(queue, other, "the dead-letter queue must be of the same kind")
        if bool(other.value) != bool(fifo.value):
            return failed(queue, arn.path, f"{target.name} is not of the same kind (FIFO or not)")
    outside = not targets and isinstance(arn.value, str)
    if outside and arn.value.endswith(".fifo") != bool(fifo.value):
        return failed(queue, arn.path, f"{arn.text} is not of the same kind (FIFO or not)")
    return None


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
            "type": "integer", "default": _DEFAULT_RETENTION, "minimum": 60, "maximum": 1_209_600,
            "description": "how many seconds a queue keeps a message, exactly",
        }
    },
)  # fmt: skip
def retention(stack: Stack, settings: Settings) -> Iterator[Finding]:
    """A queue keeps messages for four days; a dead-letter queue at least as long as its source.

    A message's age counts from its first enqueueing, also in the dead-letter queue of a
    standard queue: one that keeps messages shorter loses them on arrival.
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/setting-up-dead-letter-queue-retention.html
    """
    seconds = settings["messageRetentionSeconds"]
    sources = dead_letter_queues(stack)
    for queue in stack.of_types([QUEUE]):
        kept = _retention(queue)
        if queue.urn in sources:
            yield _judge_dead_letters(queue, kept, sources[queue.urn])
            continue
        wanted = f"message_retention_seconds must be {seconds}"
        if kept.unknown:
            yield undecided(queue, kept, wanted)
        elif kept.value == seconds:
            yield passed(queue, kept.path, f"messages are kept {kept.text} s")
        else:
            yield failed(queue, kept.path, f"messages are kept {kept.text} s; {wanted}")


def _retention(queue: Resource) -> Reading:
    reading = queue.read("messageRetentionSeconds").number()
    return Reading(_DEFAULT_RETENTION, reading.path) if reading.missing else reading


def _judge_dead_letters(queue: Resource, kept: Reading, sources: tuple[Resource, ...]) -> Finding:
    for source in sources:
        other = _retention(source)
        wanted = f"a dead-letter queue must keep messages as long as its source ({source.name})"
        for reading in (kept, other):
            if reading.unknown:
                return undecided(queue, reading, wanted)
        if kept.value < other.value:
            return failed(
                queue, kept.path, f"messages are kept {kept.text} s, {other.text} s there; {wanted}"
            )
    return passed(queue, kept.path, f"messages are kept {kept.text} s, no less than at the source")
