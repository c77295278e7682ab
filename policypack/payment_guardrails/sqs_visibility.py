"""The rule on visibility timeouts: a message stays hidden while a function works on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from payment_guardrails.finding import Finding, failed, not_applicable, passed, undecided
from payment_guardrails.functions_limits import timeout_of
from payment_guardrails.functions_mappings import MAPPING, is_of_queue
from payment_guardrails.functions_named import functions_named, unsure
from payment_guardrails.redrive import QUEUE
from payment_guardrails.resource import Resource
from payment_guardrails.rule import Settings, Severity, stack_rule
from payment_guardrails.stack import Link, Stack
from payment_guardrails.values import SECRET_TEXT, Reading

# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
_DEFAULT_VISIBILITY: Final = 30


@dataclass(frozen=True)
class _Need:
    """The visibility timeout that a mapping asks of its queue, at `least` and all in all.

    `unknown` is the value on which the rest depends.
    """

    mapping: Resource
    least: float
    unknown: Reading | None
    secret: bool

    @property
    def rank(self) -> tuple[bool, float]:
        """Greater where it is harder to meet."""
        return self.unknown is not None, self.least

    @property
    def text(self) -> str:
        """The least as a message may show it."""
        return SECRET_TEXT if self.secret else f"{self.least}"


@dataclass
class _Needs:
    """What mappings ask of queues, by URN: for certain, or perhaps."""

    surely: dict[str, list[_Need]] = field(default_factory=dict)
    perhaps: dict[str, list[tuple[Reading, _Need]]] = field(default_factory=dict)
    anywhere: list[tuple[Reading, _Need]] = field(default_factory=list)

    def add(self, link: Link, source: Reading, need: _Need) -> None:
        """Note what a mapping asks of the queue that its source names."""
        if link.target is not None:
            self.surely.setdefault(link.target.urn, []).append(need)
            return
        for queue in link.targets:
            self.perhaps.setdefault(queue.urn, []).append((unsure(source), need))
        if not link.decided:
            # The one that asks for most decides, or any of which nobody knows what it asks for.
            most = [*self.anywhere, (unsure(source), need)]
            self.anywhere = [max(most, key=lambda each: each[1].rank)]


@stack_rule(
    "sqs-queue-visibility-timeout",
    types=[QUEUE],
    severity=Severity.HIGH,
    fix="""
        aws.sqs.Queue("notifications", ..., visibility_timeout_seconds=6 * 30)
        aws.lambda_.Function("notify", ..., timeout=30)
    """,
    options={
        "timesTheTimeout": {
            "type": "integer",
            "default": 6,
            "minimum": 1,
            "description": "how many times its function's timeout a queue hides a message",
        }
    },
)
def visibility_timeout(stack: Stack, settings: Settings) -> Iterator[Finding]:
    """A queue hides a message for six times the timeout of the function that it feeds.

    Where it shows the message again while the function still works or is throttled, the
    payment is handled twice. The batching window of the mapping comes on top:
    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    Where the properties are not set, AWS hides a message for 30 s and lets a function run 3 s.
    """
    needs = _needs(stack, settings["timesTheTimeout"])
    for queue in stack.of_types([QUEUE]):
        yield _judge(queue, needs)


def _judge(queue: Resource, needs: _Needs) -> Finding:
    surely = needs.surely.get(queue.urn, [])
    perhaps = [*needs.perhaps.get(queue.urn, ()), *needs.anywhere]
    if not surely and not perhaps:
        return not_applicable(queue, "it feeds no function")
    if not surely:
        source, need = perhaps[0]
        return undecided(queue, source, f"where it names {queue.name}, {_wanted(need)}")
    visible, shown = _visible(queue)
    if visible.unknown:
        wanted = "it must cover the timeout of the function that the queue feeds"
        return undecided(queue, visible, wanted)
    short = next((need for need in surely if need.least > visible.value), None)
    if short is not None:
        seen = f"visibility_timeout_seconds is {shown}"
        name = short.mapping.name
        return failed(queue, visible.path, f"{seen}; {_wanted(short)}", name)
    for need in surely:
        if need.unknown is not None:
            return undecided(queue, need.unknown, f"{queue.name}: {_wanted(need)}")
    for source, need in perhaps:
        if need.unknown is not None or need.least > visible.value:
            return undecided(queue, source, f"where it names {queue.name}, {_wanted(need)}")
    return passed(queue, visible.path, f"visibility_timeout_seconds is {shown}")


def _visible(queue: Resource) -> tuple[Reading, str]:
    """How many seconds a queue hides a message, and how a message says so."""
    visible = queue.read("visibilityTimeoutSeconds").number()
    if visible.missing:
        default = Reading(_DEFAULT_VISIBILITY, visible.path)
        return default, f"{_DEFAULT_VISIBILITY} s (AWS's default)"
    return visible, f"{visible.text} s"


def _wanted(need: _Need) -> str:
    more = " and what is not known" if need.unknown is not None else ""
    return (
        f"visibility_timeout_seconds must be at least {need.text} s{more}, "
        f"for the function that {need.mapping.name} feeds"
    )


def _needs(stack: Stack, times: int) -> _Needs:
    needs = _Needs()
    for mapping in stack.of_types([MAPPING]):
        source = mapping.read("eventSourceArn")
        if is_of_queue(stack, mapping) is not False:
            link = stack.link(mapping, source, [QUEUE])
            needs.add(link, source, _need(stack, mapping, times))
    return needs


def _need(stack: Stack, mapping: Resource, times: int) -> _Need:
    window = mapping.read("maximumBatchingWindowInSeconds").number()
    seconds = max(0, window.value) if isinstance(window.value, int | float) else 0
    function = functions_named(stack, mapping, mapping.read("functionName")).function
    if function is None:
        return _Need(mapping, seconds, unsure(mapping.read("functionName")), window.secret)
    timeout = timeout_of(function)
    unknown = next((each for each in (timeout, window) if each.unknown), None)
    least = seconds + (0 if timeout.unknown else times * max(0, timeout.value))
    return _Need(mapping, least, unknown, window.secret or timeout.secret)
