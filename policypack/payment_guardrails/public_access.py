"""The rule on resource policies: none lets everybody in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from payment_guardrails.apigateway_openapi import member, openapi
from payment_guardrails.authorization import all_of, negation
from payment_guardrails.finding import Finding, failed, first_few, not_applicable, passed, undecided
from payment_guardrails.iam.callers import NARROWING
from payment_guardrails.iam.conditions import limits
from payment_guardrails.iam.documents import Document, Statement, document
from payment_guardrails.resource import Resource
from payment_guardrails.resource_policies import FUNCTION_URL, LAYER, PERMISSION, POLICIES, REST_API
from payment_guardrails.rule import Settings, Severity, resource_rule
from payment_guardrails.values import SECRET_TEXT, UNKNOWN, Reading

_WANTED: Final = (
    "name the principals, or add a condition that only they meet "
    "(aws:SourceArn, aws:SourceAccount, aws:PrincipalOrgID)"
)
# What narrows `Principal: *` in a permission, by type.
# https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
# https://docs.aws.amazon.com/lambda/latest/api/API_AddLayerVersionPermission.html
_LIMITS: Final = {
    PERMISSION: ("sourceArn", "sourceAccount", "principalOrgId"),
    LAYER: ("organizationId",),
}
_KEYS: Final = {
    "sourceArn": "aws:sourcearn",
    "sourceAccount": "aws:sourceaccount",
    "principalOrgId": "aws:principalorgid",
    "organizationId": "aws:principalorgid",
}
# What the provider sends where the program set nothing.
_UNSET: Final = ""


@resource_rule(
    "resource-policy-not-public",
    types=[*POLICIES, *_LIMITS, FUNCTION_URL],
    severity=Severity.CRITICAL,
    fix="""
        aws.sqs.QueuePolicy(
            "notifications",
            queue_url=queue.id,
            policy=json.dumps({
                "Version": "2012-10-17",
                "Statement": [{
                    "Effect": "Allow",
                    "Principal": {"Service": "sns.amazonaws.com"},
                    "Action": "sqs:SendMessage",
                    "Resource": queue_arn,
                    "Condition": {"ArnEquals": {"aws:SourceArn": topic_arn}},
                }],
            }),
        )
    """,
)
def not_public(resource: Resource, _: Settings) -> Iterator[Finding]:
    """No resource policy lets everybody in without a condition that tells callers apart.

    `Principal: *`, or `NotPrincipal` with Allow, means every AWS account, and often people
    without one. A condition counts where it must hold and names few callers: a source, an
    account, an organization, a network. Encryption in transit, a tag that callers give
    themselves or `StringLike` on `*` keep nobody out. A function's URL without
    authorization is public too: the provider adds the policy that makes it so.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
    """
    if resource.type in _LIMITS:
        yield _judge_permission(resource)
    elif resource.type == FUNCTION_URL:
        yield _judge_url(resource)
    else:
        yield from _judge_policies(resource)


def _judge_policies(resource: Resource) -> Iterator[Finding]:
    places = [resource.read(POLICIES[resource.type])]
    if resource.type == REST_API:
        places += _in_openapi(resource.read("body"))
    given = [place for place in places if not (place.missing or place.value == _UNSET)]
    if not given:
        yield not_applicable(resource, f"{places[0].path} is not set")
    for place in given:
        found = document(place)
        openings = list(_openings(found))
        for reading in found.unreadable:
            yield undecided(resource, reading, f"it must not let everybody in; {_WANTED}")
        for opening in openings:
            yield _finding(resource, opening)
        if not openings and not found.unreadable:
            yield passed(resource, place.path, f"{place.path} lets in named callers only")


def _in_openapi(body: Reading) -> list[Reading]:
    """The resource policy that an OpenAPI body can hold.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/openapi-extensions-policy.html
    """
    if body.missing or body.value == _UNSET:
        return []
    return [member(openapi(body), "x-amazon-apigateway-policy")]


@dataclass(frozen=True)
class _Opening:
    """A statement that lets everybody in, or (`doubt` is set) may do so."""

    statement: Statement
    principal: Reading
    doubt: Reading | None


def _openings(found: Document) -> Iterator[_Opening]:
    for statement in found.statements:
        allows = True if statement.allows else None if statement.may_allow else False
        narrowed = limits(statement, NARROWING)
        for principal, everybody in _principals(statement):
            public = all_of((allows, everybody, negation(narrowed)))
            if public:
                yield _Opening(statement, principal, None)
            elif public is None:
                unsure = principal if everybody is None else statement.condition
                yield _Opening(statement, principal, statement.effect if allows is None else unsure)


def _principals(statement: Statement) -> Iterator[tuple[Reading, bool | None]]:
    """Each principal of a statement, and whether it is everybody."""
    if not statement.not_principal.missing:
        yield statement.not_principal, True
        return
    principal = statement.principal
    named = (
        [each for _, members in principal.items() for each in members.elements()]
        if isinstance(principal.value, dict)
        else [principal]
    )
    # get_policy_document drops the principals that it does not know: none is no answer.
    for reading in named or [principal]:
        text = reading.string()
        yield text, is_everybody(text.value) if isinstance(text.value, str) else None


def is_everybody(principal: str) -> bool:
    """True where a principal is a wildcard, or an ARN whose account is one."""
    parts = principal.split(":", 5)
    return "*" in (parts[4] if len(parts) == 6 else principal)


def _finding(resource: Resource, opening: _Opening) -> Finding:
    statement, principal, doubt = opening.statement, opening.principal, opening.doubt
    what = sorted({action.text.lower() for action in (*statement.actions, *statement.not_actions)})
    shown = first_few(what)
    detail = f"everybody {', '.join(what)}".strip()
    if doubt is not None:
        reading = doubt if doubt.unknown else Reading(UNKNOWN, doubt.path)
        return undecided(resource, reading, f"it must not let everybody in; {_WANTED}", detail)
    excepting = principal is statement.not_principal
    who = "everybody but NotPrincipal" if excepting else f"everybody ({principal.text})"
    return failed(
        resource,
        principal.path,
        f"{statement.path} allows {shown or 'actions'} to {who}{_condition(statement)}; {_WANTED}",
        detail,
    )


def _condition(statement: Statement) -> str:
    keys = sorted({key for _, block in statement.condition.items() for key, _ in block.items()})
    if not keys:
        return ""
    shown = SECRET_TEXT if statement.condition.secret else ", ".join(keys[:3])
    return f", and its condition ({shown}) tells no callers apart"


def _judge_permission(resource: Resource) -> Finding:
    principal = resource.read("principal").string()
    everybody = is_everybody(principal.value) if isinstance(principal.value, str) else None
    if everybody is False:
        return passed(resource, principal.path, f"only {principal.text}")
    limiting = [resource.read(name) for name in _LIMITS[resource.type]]
    for limit in limiting:
        value = limit.string().value
        if isinstance(value, str) and NARROWING[_KEYS[limit.path]](value):
            return passed(resource, limit.path, f"only for {limit.text}")
    wanted = f"name one service or account, or set {' or '.join(each.path for each in limiting)}"
    for doubt in (principal, *(limit.string() for limit in limiting)):
        if doubt.unknown:
            return undecided(resource, doubt, f"it must not let everybody in; {wanted}")
    if everybody is None:
        reading = Reading(UNKNOWN, principal.path)
        return undecided(resource, reading, f"it must not let everybody in; {wanted}")
    return failed(
        resource, principal.path, f"principal {principal.text} lets everybody in; {wanted}"
    )


def _judge_url(resource: Resource) -> Finding:
    authorization = resource.read("authorizationType").string()
    wanted = 'authorization_type must be "AWS_IAM"'
    if not isinstance(authorization.value, str):
        reading = authorization if authorization.unknown else Reading(UNKNOWN, authorization.path)
        return undecided(resource, reading, wanted)
    if authorization.value == "NONE":
        return failed(
            resource,
            authorization.path,
            f"authorization_type is NONE: whoever finds the URL may call it; {wanted}",
            "everybody lambda:invokefunctionurl",
        )
    return passed(
        resource, authorization.path, f"callers sign their requests: {authorization.text}"
    )
