"""The rule on privilege escalation: nobody can give themselves more rights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from payment_guardrails.finding import Finding, failed, first_few, not_applicable, passed, undecided
from payment_guardrails.iam.attachments import Carriers, carriers, policies_of
from payment_guardrails.iam.carriers import CARRIERS, ROLE, documents_of
from payment_guardrails.iam.documents import Document
from payment_guardrails.iam.escalation import Grant, Opened, opened
from payment_guardrails.resource import Resource
from payment_guardrails.rule import Settings, Severity, stack_rule
from payment_guardrails.stack import Stack
from payment_guardrails.values import UNKNOWN, Reading, Unknown

_WANTED: Final = "no known path to more rights must be open"
_INLINE: Final = "inlinePolicies"


@stack_rule(
    "iam-policy-no-privilege-escalation",
    types=CARRIERS,
    severity=Severity.CRITICAL,
    fix="""
        aws.iam.Policy(
            "deploy",
            policy=json.dumps({
                "Version": "2012-10-17",
                "Statement": [{
                    "Effect": "Allow",
                    "Action": "iam:AttachRolePolicy",
                    "Resource": process_role_arn,
                    "Condition": {"ArnEquals": {"iam:PolicyARN": process_policy_arn}},
                }],
            }),
        )
    """,
)
def no_privilege_escalation(stack: Stack, _: Settings) -> Iterator[Finding]:
    """No policy, and no role by all its policies, opens a known path to more rights.

    Who may pass a role to a function of their own making, change a function's code or write
    a policy has the rights of the most powerful identity in reach, whatever else the policy
    says. The paths are data with a source for each; a grant on one named resource counts, a
    Deny counts where it takes back all of a grant, and so does a condition on the service,
    the policy or the boundary. A role's own permissions boundary does not: who can give
    rights can take it off.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html
    """
    given = carriers(stack)
    for resource in stack.of_types(CARRIERS):
        if resource.type == ROLE:
            yield from _judge_role(stack, resource, given)
        else:
            yield from _judge_document(resource)


def _judge_document(resource: Resource) -> Iterator[Finding]:
    for place, found in documents_of(resource):
        if place.missing:
            yield not_applicable(resource, f"{place.path} is not set")
        elif found.unreadable:
            yield from (undecided(resource, reading, _WANTED) for reading in found.unreadable)
        else:
            yield from _findings(resource, [found], place.path, "its document opens")


def _judge_role(stack: Stack, role: Resource, given: Carriers) -> Iterator[Finding]:
    policies = policies_of(stack, role, given)
    if not policies.complete:
        reading = Reading(Unknown("are not all known"), "the role's policies")
        unread = next((each for each in _unread(role) if each.unknown), reading)
        yield undecided(role, unread, _WANTED)
    elif not policies.documents:
        yield not_applicable(role, "it has no policies")
    else:
        yield from _findings(role, policies.documents, "", "its policies together open")


def _unread(role: Resource) -> Iterator[Reading]:
    for _, found in documents_of(role):
        yield from found.unreadable
    yield from role.read("managedPolicyArns").elements()


def _findings(
    resource: Resource, documents: Sequence[Document], path: str, what: str
) -> Iterator[Finding]:
    paths = list(opened(documents))
    by_grants: dict[tuple[tuple[int, str], ...], list[Opened]] = {}
    for each in paths:
        if each.decided:
            key = tuple(grant.key for grant in each.grants)
            by_grants.setdefault(key, []).append(each)
    yield from (_open(resource, together, what) for together in by_grants.values())
    unsure = [each for each in paths if not each.decided]
    if unsure:
        names = first_few([each.path.id for each in unsure])
        reading = _doubt(unsure[0])
        yield undecided(resource, reading, f"{_WANTED} ({names})", "may escalate")
    if not paths:
        yield passed(resource, path, f"{what} no known path to more rights")


def _open(resource: Resource, together: Sequence[Opened], what: str) -> Finding:
    """One finding for all that the same elements of statements open."""
    first, *more = together
    granted = [_name(grant) for grant in first.grants]
    others = f", and opens {', '.join(each.path.id for each in more)}" if more else ""
    element = first.grants[-1].element
    # The paths in a role's other policies are those of other resources.
    own = resource.type != ROLE or element.path.startswith(_INLINE)
    return failed(
        resource,
        element.path if own else "",
        f"{what} {len(together)} known path{'s' * bool(more)} to more rights: "
        f"{' with '.join(granted)} may {first.path.title} ({first.path.id}, {first.path.source})"
        f"{others}; take {'one of them' if len(granted) > 1 else 'it'} away",
        f"Allow {' with '.join(sorted(granted)).lower()}",
    )


def _name(grant: Grant) -> str:
    return grant.element.text if isinstance(grant.element.value, str) else "NotAction"


def _doubt(unsure: Opened) -> Reading:
    parts = [
        part
        for grant in unsure.grants
        for each in [grant.statement]
        for part in (each.effect, *each.actions, *each.not_actions, *each.resources, each.condition)
    ]
    unread = Reading(UNKNOWN, unsure.grants[0].statement.path)
    return next((part for part in parts if part.unknown), unread)
