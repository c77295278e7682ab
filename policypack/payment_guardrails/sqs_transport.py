"""The rule on how queues are reached: with TLS only."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Final

from payment_guardrails.authorization import all_of, any_of
from payment_guardrails.finding import Finding, failed, passed, undecided
from payment_guardrails.iam.conditions import meets_every_plain_request
from payment_guardrails.iam.documents import Document, Statement, document
from payment_guardrails.redrive import QUEUE
from payment_guardrails.resource import Resource
from payment_guardrails.rule import Level, Settings, Severity, stack_rule
from payment_guardrails.stack import Stack
from payment_guardrails.values import UNKNOWN, Reading

QUEUE_POLICY: Final = "aws:sqs/queuePolicy:QueuePolicy"

_WANTED: Final = 'its policy must deny sqs:* to * on the queue where aws:SecureTransport is "false"'
_EVERY_ACTION: Final = frozenset({"*", "sqs:*"})


@stack_rule(
    "sqs-queue-tls-only",
    types=[QUEUE],
    severity=Severity.LOW,
    level=Level.ADVISORY,
    fix="""
        aws.sqs.Queue(
            "notifications",
            name=f"queue-notifications-{suffix}.fifo",
            policy=json.dumps({
                "Version": "2012-10-17",
                "Statement": [{
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": "sqs:*",
                    "Resource": f"arn:aws:sqs:{region}:{account}:queue-notifications-{suffix}.fifo",
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                }],
            }),
        )
    """,
)
def queue_tls_only(stack: Stack, _: Settings) -> Iterator[Finding]:
    """The policy of a queue denies every request that comes without TLS.

    SQS answers HTTP as well as HTTPS, and over HTTP messages cross the network in the clear:
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html
    The denial must be for everybody, for all of SQS's actions and on that queue, with no other
    condition. A queue has one policy: where its own property and a QueuePolicy both give one,
    the later one stands, so each must deny.
    """
    policies = _Policies.of(stack)
    for queue in stack.of_types([QUEUE]):
        yield _judge(stack, queue, policies)


@dataclass(frozen=True)
class _Policies:
    """The QueuePolicy resources of each queue, by URN, and the unknown URLs of others.

    `doubts` has queues that an unknown URL may name beside others; `anywhere` is one that
    may name any queue.
    """

    surely: dict[str, list[Resource]] = field(default_factory=dict)
    doubts: dict[str, Reading] = field(default_factory=dict)
    anywhere: list[Reading] = field(default_factory=list)

    @staticmethod
    def of(stack: Stack) -> _Policies:
        policies = _Policies()
        for policy in stack.of_types([QUEUE_POLICY]):
            url = policy.read("queueUrl")
            link = stack.link(policy, url, [QUEUE])
            if link.target is not None and link.decided:
                policies.surely.setdefault(link.target.urn, []).append(policy)
                continue
            policies.doubts.update({target.urn: url for target in link.targets})
            if not link.decided:
                policies.anywhere.append(url)
        return policies

    def doubt(self, queue: Resource) -> Reading | None:
        """What is not known and may name this queue."""
        found = self.doubts.get(queue.urn) or next(iter(self.anywhere), None)
        return found if found is None or found.unknown else Reading(UNKNOWN, found.path)


def _judge(stack: Stack, queue: Resource, policies: _Policies) -> Finding:
    inline = queue.read("policy")
    given = [] if inline.missing or inline.value == "" else [(queue, inline)]
    given += [(each, each.read("policy")) for each in policies.surely.get(queue.urn, ())]
    answers = [(place, _denies(stack, queue, carrier, place)) for carrier, place in given]
    doubt = policies.doubt(queue)
    for place, answer in answers:
        if answer is False:
            seen = f"{place.path} lets requests without TLS through"
            return failed(queue, "policy", f"{seen}; {_WANTED}")
    for place, answer in answers:
        if answer is None:
            return undecided(queue, _unread(place), _WANTED)
    if doubt is not None:
        return undecided(queue, doubt, f"where it names {queue.name}, {_WANTED}")
    if not answers:
        return failed(queue, inline.path, f"it has no policy; {_WANTED}")
    return passed(queue, inline.path, "its policy denies requests without TLS")


def _unread(place: Reading) -> Reading:
    found = document(place)
    unknown = next((each for each in (place, *found.unreadable) if each.unknown), None)
    return unknown or Reading(UNKNOWN, place.path)


def _denies(stack: Stack, queue: Resource, carrier: Resource, place: Reading) -> bool | None:
    """Whether a policy denies everybody everything on the queue without TLS."""
    found: Document = document(place)
    unread = None if found.unreadable else False
    return any_of(
        (
            unread,
            *(_denies_plain_requests(stack, queue, carrier, each) for each in found.statements),
        )
    )


def _denies_plain_requests(
    stack: Stack, queue: Resource, carrier: Resource, statement: Statement
) -> bool | None:
    denies = False if statement.allows else None if statement.may_allow else True
    return all_of(
        (
            denies,
            _of_everybody(statement),
            any_of(_is_every_action(each) for each in statement.actions),
            any_of(_covers(stack, queue, carrier, each) for each in _resources(statement)),
            meets_every_plain_request(statement),
        )
    )


def _of_everybody(statement: Statement) -> bool | None:
    principal = statement.principal
    members: Iterable[Reading] = principal.elements()
    if isinstance(principal.value, Mapping):
        # A service or an identity provider of any name is not everybody.
        members = [
            each
            for kind, named in principal.items()
            if kind.strip().lower() in ("aws", "*")
            for each in named.elements()
        ]
    # get_policy_document drops the principals that it does not know: none is no answer.
    elif principal.missing and statement.not_principal.missing:
        return None
    texts = [each.string().value for each in members]
    return any_of(text.strip() == "*" if isinstance(text, str) else None for text in texts)


def _is_every_action(action: Reading) -> bool | None:
    if not isinstance(action.value, str):
        return None
    return re.sub(r"\*+", "*", action.value.strip().lower()) in _EVERY_ACTION


def _resources(statement: Statement) -> tuple[Reading, ...]:
    # get_policy_document drops the resources that it does not know: absence is no answer.
    absent = not statement.resources and not statement.not_resources
    return (Reading(UNKNOWN, statement.path),) if absent else statement.resources


def _covers(stack: Stack, queue: Resource, carrier: Resource, element: Reading) -> bool | None:
    """Whether a resource element covers the queue."""
    if not isinstance(element.value, str):
        link = stack.link(carrier, element, [QUEUE])
        return True if link.target is not None and link.target.urn == queue.urn else None
    pattern = element.value.strip()
    if pattern == "*":
        return True
    arn = queue.identity("arn").value
    if isinstance(arn, str):
        return fnmatchcase(arn, pattern.replace("[", "[[]"))
    link = stack.link(carrier, element, [QUEUE])
    if any(target.urn == queue.urn for target in link.targets):
        return True
    name = queue.read("name")
    # A name that the provider draws is none that a program can have spelled out.
    drawn_or_known = name.missing or isinstance(name.value, str)
    return False if drawn_or_known and not re.search(r"[*?]", pattern) else None
