"""Rules on the documents of identity-based policies: no wildcards, nothing that grants nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from payment_guardrails.finding import Finding, failed, not_applicable, passed, undecided
from payment_guardrails.iam.carriers import CARRIERS, documents_of
from payment_guardrails.iam.documents import Document
from payment_guardrails.iam.validity import idle_parts
from payment_guardrails.iam.wildcards import Fault, wide_actions, wide_resources
from payment_guardrails.resource import Resource
from payment_guardrails.rule import Settings, Severity, resource_rule
from payment_guardrails.values import UNKNOWN, Reading

_FIX: Final = """
    account = aws.get_caller_identity().account_id
    aws.iam.Policy(
        "process",
        policy=json.dumps({
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Allow",
                "Action": ["dynamodb:GetItem", "dynamodb:PutItem"],
                "Resource": f"arn:aws:dynamodb:us-east-2:{account}:table/transactions-dev",
            }],
        }),
    )
"""


@resource_rule(
    "iam-policy-no-wildcard-action", types=CARRIERS, severity=Severity.CRITICAL, fix=_FIX
)
def no_wildcard_action(resource: Resource, _: Settings) -> Iterator[Finding]:
    """No Allow statement has a wildcard in an action, or `NotAction`.

    A wildcard grants what the code does not use today, and what AWS adds tomorrow.
    Least privilege: https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html
    """
    return _judge(
        resource, wide_actions, "the action must be known to hold no wildcard", "none too wide"
    )


@resource_rule("iam-policy-no-wildcard-resource", types=CARRIERS, severity=Severity.HIGH, fix=_FIX)
def no_wildcard_resource(resource: Resource, _: Settings) -> Iterator[Finding]:
    """Allow statements name their resources, unless their actions support nothing narrower.

    A wildcard account, region or resource name reaches other systems' data. The children
    of one named thing are narrow (`log-group:/aws/lambda/x:*`, `table/x/index/*`). Which
    actions take no resource is data of AWS's service authorization reference:
    https://docs.aws.amazon.com/service-authorization/latest/reference/
    """
    return _judge(
        resource, wide_resources, "the resource must be known to be narrow", "none too wide"
    )


@resource_rule("iam-policy-valid-actions", types=CARRIERS, severity=Severity.MEDIUM, fix=_FIX)
def valid_actions(resource: Resource, _: Settings) -> Iterator[Finding]:
    """Each action exists, and each resource is one that an action of its statement works on.

    A misspelled action, or an item written to a queue, grants nothing: the call is refused
    on the day it is needed, and whoever reads the policy believes in a grant, or in a Deny,
    that is not there. Actions and their resource types are data of AWS's service
    authorization reference: https://docs.aws.amazon.com/service-authorization/latest/reference/
    """
    return _judge(
        resource,
        idle_parts,
        "actions must exist, and take the resources of their statement",
        "all of them grant or deny something",
    )


def _judge(
    resource: Resource,
    faults_of: Callable[[Document], Iterable[Fault]],
    wanted: str,
    good: str,
) -> Iterator[Finding]:
    carried = list(documents_of(resource))
    for place, found in carried:
        if place.missing:
            yield not_applicable(resource, f"{place.path} is not set")
            continue
        faults = list(faults_of(found))
        yield from (_finding(resource, fault, wanted) for fault in faults)
        if not faults:
            count = len(found.statements)
            message = f"{count} statement{'s' * (count != 1)} judged, {good}"
            yield passed(resource, place.path, message)
    if not carried:
        yield not_applicable(resource, "it has no inline policies")


def _finding(resource: Resource, fault: Fault, wanted: str) -> Finding:
    if fault.decided:
        return failed(resource, fault.reading.path, fault.message, fault.detail)
    reading = fault.reading
    if not reading.unknown:
        why = fault.message or f"it has {fault.detail}"
        return undecided(resource, Reading(UNKNOWN, reading.path), f"{why}; {wanted}", fault.detail)
    return undecided(resource, reading, wanted, fault.detail)
