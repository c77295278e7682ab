"""Which queues are dead-letter queues: of which queues, or of functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from payment_guardrails.resource import Resource
from payment_guardrails.stack import Stack
from payment_guardrails.values import Reading

QUEUE: Final = "aws:sqs/queue:Queue"
REDRIVE: Final = "aws:sqs/redrivePolicy:RedrivePolicy"
# Where a function's failures go; AWS requires a standard queue there.
# https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
# What else may take a function's failures. A parameter or a secret may hold the ARN of a queue.
# https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
_OTHER_TARGETS: Final = ("aws:sns/", "aws:lambda/", "aws:cloudwatch/eventBus", "aws:s3/")
_FAILURE_TARGETS: Final = (
    ("aws:lambda/function:Function", "deadLetterConfig.targetArn"),
    (
        "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
        "destinationConfig.onFailure.destination",
    ),
    (
        "aws:lambda/eventSourceMapping:EventSourceMapping",
        "destinationConfig.onFailure.destinationArn",
    ),
)


@dataclass(frozen=True)
class Redrive:
    """A redrive policy: the resource that carries it, and the document (parsed)."""

    carrier: Resource
    policy: Reading

    @property
    def target(self) -> Reading:
        """The ARN of the dead-letter queue; unknown where the whole document is."""
        return self.policy.get("deadLetterTargetArn")


@dataclass(frozen=True)
class Redrives:
    """All redrive policies of a stack; every mapping is by the URN of a queue.

    `policies` are those of each queue. `sources` has each dead-letter queue with the
    queues of this stack whose messages it takes; `of_functions` are those that take what
    functions fail to handle, all of them where `functions_decided`. `doubts` has queues
    that an unknown value may name beside others; `anywhere` is an unknown target that may
    be any queue but its carrier (URN), `unplaced` a policy's unknown queue. `circular` are
    queues whose messages come back to them: none of them is a dead-letter queue.
    """

    policies: Mapping[str, tuple[Redrive, ...]]
    sources: Mapping[str, tuple[Resource, ...]]
    of_functions: frozenset[str]
    functions_decided: bool
    doubts: Mapping[str, Reading]
    anywhere: tuple[tuple[str, Reading], ...]
    unplaced: Reading | None
    circular: frozenset[str]

    def doubt(self, queue: Resource) -> Reading | None:
        """The unknown value that would make the queue a dead-letter queue, if there is one."""
        others = (reading for carrier, reading in self.anywhere if carrier != queue.urn)
        return self.doubts.get(queue.urn) or next(others, None)


def redrives(stack: Stack) -> Redrives:
    """Read all redrive policies (inline ones and resources) and all targets of failures."""
    policies: dict[str, list[Redrive]] = {}
    targets = _Targets(stack)
    unplaced: Reading | None = None
    for redrive, queues, placed in _found(stack):
        unplaced = unplaced or placed
        for queue in queues:
            policies.setdefault(queue.urn, []).append(redrive)
        # A policy of a queue outside this stack makes a dead-letter queue too.
        targets.note(redrive.carrier, redrive.target, queues)
    of_functions = _targets_of_functions(stack)
    taken = targets.sources | {
        urn: {} for urn in of_functions.sources if urn not in targets.sources
    }
    circular = _circular(taken)
    return Redrives(
        policies={urn: tuple(found) for urn, found in policies.items()},
        sources={urn: tuple(found.values()) for urn, found in taken.items() if urn not in circular},
        of_functions=frozenset(of_functions.sources),
        functions_decided=not (of_functions.doubts or of_functions.anywhere),
        doubts=targets.doubts | of_functions.doubts,
        # Two are enough to have one that is not the queue's own.
        anywhere=(*targets.anywhere, *of_functions.anywhere)[:2],
        unplaced=unplaced,
        circular=circular,
    )


@dataclass(frozen=True)
class _Targets:
    """What the targets read so far name: see :class:`Redrives`."""

    stack: Stack
    sources: dict[str, dict[str, Resource]] = field(default_factory=dict)
    doubts: dict[str, Reading] = field(default_factory=dict)
    anywhere: list[tuple[str, Reading]] = field(default_factory=list)

    def note(self, carrier: Resource, reading: Reading, queues: tuple[Resource, ...]) -> None:
        """Follow the target of `queues`' messages (or of a function's failures)."""
        link = self.stack.link(carrier, reading, [QUEUE])
        if not link.decided:
            self.anywhere.append((carrier.urn, reading))
        if link.target is None:
            self.doubts.update({target.urn: reading for target in link.targets})
        else:
            of_target = self.sources.setdefault(link.target.urn, {})
            of_target.update({queue.urn: queue for queue in queues})


def _targets_of_functions(stack: Stack) -> _Targets:
    targets = _Targets(stack)
    for type_, path in _FAILURE_TARGETS:
        for resource in stack.of_types([type_]):
            reading = resource.read(path)
            if not _is_of_another_kind(stack, resource, reading):
                targets.note(resource, reading, ())
    return targets


def _found(stack: Stack) -> Iterator[tuple[Redrive, tuple[Resource, ...], Reading | None]]:
    """Each redrive policy, the queues that have it, and its queue's URL where that is unknown."""
    for queue in stack.of_types([QUEUE]):
        inline = queue.read("redrivePolicy")
        # The provider takes an empty text for no policy.
        if not inline.missing and inline.value != "":
            yield Redrive(queue, inline.parsed()), (queue,), None
    for carrier in stack.of_types([REDRIVE]):
        url = carrier.read("queueUrl")
        link = stack.link(carrier, url, [QUEUE])
        redrive = Redrive(carrier, carrier.read("redrivePolicy").parsed())
        if link.decided and len(link.targets) <= 1:
            yield redrive, link.targets, None
        else:
            yield redrive, (), url


def _is_of_another_kind(stack: Stack, resource: Resource, reading: Reading) -> bool:
    """True where an unknown target was made from resources that take failures, and no queues."""
    urns = resource.property_dependencies.get(reading.path.split(".")[0], ())
    types = [stack.by_urn[urn].type if urn in stack.by_urn else "" for urn in urns]
    return (
        not isinstance(reading.value, str)
        and bool(types)
        and all(type_.startswith(_OTHER_TARGETS) for type_ in types)
    )


def _circular(sources: Mapping[str, Mapping[str, Resource]]) -> frozenset[str]:
    """The queues that their own messages reach again."""
    targets: dict[str, list[str]] = {}
    for target, queues in sources.items():
        for queue in queues:
            targets.setdefault(queue, []).append(target)
    # What is left after taking away, again and again, whoever takes messages from nobody
    # or hands them to nobody.
    takes = {urn: len(queues) for urn, queues in sources.items()}
    hands = {urn: len(found) for urn, found in targets.items()}
    ends = [urn for urn in {*takes, *hands} if not takes.get(urn) or not hands.get(urn)]
    gone: set[str] = set()
    while ends:
        urn = ends.pop()
        if urn in gone:
            continue
        gone.add(urn)
        for following in targets.get(urn, ()):
            takes[following] -= 1
            if not takes[following]:
                ends.append(following)
        for before in sources.get(urn, ()):
            hands[before] -= 1
            if not hands[before]:
                ends.append(before)
    return frozenset({*takes, *hands} - gone)
