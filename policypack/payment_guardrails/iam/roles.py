"""Rules on roles: what is attached to them, who may take them, who shares them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from payment_guardrails.finding import Finding, failed, not_applicable, passed, undecided
from payment_guardrails.iam.attachments import POLICY_ARNS, attached_arns
from payment_guardrails.iam.carriers import POLICY, ROLE
from payment_guardrails.iam.documents import Statement, condition_keys, document
from payment_guardrails.iam.managed_policies import data_date, managed_document, managed_name
from payment_guardrails.iam.wildcards import wide_actions, wide_resources
from payment_guardrails.resource import Resource
from payment_guardrails.rule import Settings, Severity, resource_rule, stack_rule
from payment_guardrails.stack import Stack
from payment_guardrails.values import UNKNOWN, Reading

FUNCTION: Final = "aws:lambda/function:Function"

_ACCOUNT: Final = re.compile(r"\d{12}")
_ACCOUNT_ARN: Final = re.compile(r"arn:[^:]+:(?:iam|sts)::(?P<account>\d{12}):(?P<who>.+)")
# Keys that tell a caller apart from others of the same kind: of an account, an
# organization, an agreed secret, a service acting for a named resource, or an identity
# provider's own claims (aud, sub, amr).
# https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
_NARROWING: Final = re.compile(
    r"(?:sts:externalid|aws:source(?:account|arn|orgid|orgpaths)|aws:principal(?:arn|account|orgid"
    r"|orgpaths|tag/.+)|.+:(?:aud|sub|amr|app_id|saml:aud|saml:sub))"
)


@stack_rule(
    "iam-role-no-broad-managed-policy",
    types=POLICY_ARNS,
    severity=Severity.HIGH,
    fix="""
        policy = aws.iam.Policy("process", policy=json.dumps({...exact actions, exact ARNs...}))
        aws.iam.RolePolicyAttachment("process", role=role.name, policy_arn=policy.arn)
    """,
)
def no_broad_managed_policy(stack: Stack, _: Settings) -> Iterator[Finding]:
    """No AWS managed policy that is too wide is attached, in whatever way.

    AWS writes its managed policies for everybody: AdministratorAccess and *FullAccess, but
    also AWSLambdaBasicExecutionRole (every log group of every region). They are held to
    the two wildcard rules; their documents are data with a date.
    """
    for resource in stack.of_types(POLICY_ARNS):
        arns = attached_arns(resource)
        if not arns:
            yield not_applicable(resource, "it attaches no managed policy")
        for arn in arns:
            yield _judge_attached(stack, resource, arn)


def _judge_attached(stack: Stack, resource: Resource, arn: Reading) -> Finding:
    wanted = "it must name a policy whose document can be judged"
    if arn.unknown:
        if stack.link(resource, arn, [POLICY]).targets:
            return passed(resource, arn.path, "a policy of this stack, judged by itself")
        return undecided(resource, arn, wanted, f"attached {arn.path}")
    text = arn.string()
    if text.unknown:
        return undecided(resource, text, wanted)
    managed = managed_name(text.value)
    if managed is None:
        return passed(resource, arn.path, f"{arn.text} is no AWS managed policy")
    found = managed_document(managed)
    name = arn.text if arn.secret else managed
    if found is None:
        return undecided(
            resource,
            Reading(UNKNOWN, arn.path),
            f"{name} is not among the AWS managed policies known on {data_date()}; {wanted}",
            name,
        )
    faults = [*wide_actions(found), *wide_resources(found)]
    if faults:
        # What is too wide in it names the policy, and so would tell a secret ARN.
        seen = "" if arn.secret else f" ({faults[0].message})"
        return failed(
            resource,
            arn.path,
            f"the AWS managed policy {name} is too wide{seen}; "
            "attach a policy of your own with the exact actions and ARNs",
            name,
        )
    return passed(resource, arn.path, f"the AWS managed policy {name} is narrow")


@resource_rule(
    "iam-role-trust-narrow",
    types=[ROLE],
    severity=Severity.CRITICAL,
    fix="""
        aws.iam.Role("process", assume_role_policy=json.dumps({
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }],
        }))
    """,
)
def trust_narrow(resource: Resource, _: Settings) -> Iterator[Finding]:
    """A role trusts named services or exact accounts, and outsiders only on a condition.

    A wildcard principal lets any AWS account take the role. Another account, or an identity
    provider, needs a condition (an external id, an organization, an audience), else
    whoever can act in its name can be led to misuse the role:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    The actions are named too: `sts:*` also lets it tag the session, which conditions elsewhere
    may go by.
    """
    place = resource.read("assumeRolePolicy")
    wanted = "it must trust named services or exact accounts"
    found = document(place)
    if place.missing:
        yield undecided(resource, Reading(UNKNOWN, place.path), wanted)
        return
    for reading in found.unreadable:
        yield undecided(resource, reading, wanted)
    own = _account_of(resource.identity("arn"))
    findings = [
        finding
        for statement in found.statements
        if statement.may_allow
        for finding in _judge_trust(resource, statement, own)
    ]
    yield from findings
    if not findings and not found.unreadable:
        yield passed(resource, place.path, "it trusts named principals only")


def _account_of(arn: Reading) -> str | None:
    match = _ACCOUNT_ARN.fullmatch(arn.value) if isinstance(arn.value, str) else None
    return match["account"] if match else None


def _judge_trust(resource: Resource, statement: Statement, own: str | None) -> Iterator[Finding]:
    yield from _judge_actions(resource, statement)
    wanted = "it must name services or exact accounts"
    if not statement.not_principal.missing:
        path = statement.not_principal.path
        yield failed(
            resource, path, f"{path} trusts everybody but some; {wanted}", "trust NotPrincipal"
        )
    elif statement.principal.missing:
        yield undecided(resource, Reading(UNKNOWN, f"{statement.path}.Principal"), wanted)
    for kind, principal in _principals(statement.principal):
        if principal.unknown:
            yield undecided(resource, principal, wanted, f"trust {kind}")
        elif "*" in principal.value or "?" in principal.value:
            yield failed(
                resource,
                principal.path,
                f"{principal.path} trusts {principal.text}; {wanted}",
                f"trust {kind} {principal.text}",
            )
        elif kind != "Service" and _is_outside(kind, principal.value, own):
            yield from _judge_outsider(resource, statement, kind, principal)


def _judge_actions(resource: Resource, statement: Statement) -> Iterator[Finding]:
    wanted = "it must name each action, such as sts:AssumeRole"
    for action in statement.not_actions[:1]:
        message = f"{action.path} allows everything but NotAction; {wanted}"
        yield failed(resource, action.path, message, "trust NotAction")
    for action in statement.actions:
        if action.unknown:
            yield undecided(resource, action, wanted, f"action {action.path}")
        elif "*" in action.value or "?" in action.value:
            message = f"{action.path} allows {action.text}; {wanted}"
            yield failed(resource, action.path, message, f"trust to {action.text.lower()}")


def _principals(principal: Reading) -> Iterator[tuple[str, Reading]]:
    if isinstance(principal.value, dict):
        for kind, named in principal.items():
            for each in named.elements():
                yield kind, each.string()
    elif not principal.missing:
        yield "AWS", principal.string()


def _is_outside(kind: str, principal: str, own: str | None) -> bool:
    if kind != "AWS":
        return True
    match = _ACCOUNT_ARN.fullmatch(principal)
    account = match["account"] if match else principal
    return not (_ACCOUNT.fullmatch(account) and account == own)


def _judge_outsider(
    resource: Resource, statement: Statement, kind: str, principal: Reading
) -> Iterator[Finding]:
    keys = condition_keys(statement)
    wanted = "an outsider needs a condition (sts:ExternalId, aws:PrincipalOrgID, an audience)"
    if keys is None:
        yield undecided(
            resource, Reading(UNKNOWN, statement.condition.path), wanted, f"trust {kind}"
        )
    elif not any(_NARROWING.fullmatch(key) for key in keys):
        yield failed(
            resource,
            principal.path,
            f"{principal.path} trusts {principal.text} without a condition; {wanted}",
            f"trust {kind} {principal.text}",
        )


@stack_rule(
    "iam-role-one-function",
    types=[FUNCTION],
    severity=Severity.HIGH,
    fix="""
        for name in ("process", "notify"):
            role = aws.iam.Role(f"{name}-role", ...)
            aws.lambda_.Function(name, role=role.arn, ...)
    """,
)
def one_function(stack: Stack, _: Settings) -> Iterator[Finding]:
    """No two Lambda functions share a role.

    A shared role gives each function the rights of all: a fault in the one that reads the
    internet is then a fault in the one that writes the ledger.
    """
    roles = {function.urn: _role_of(stack, function) for function in stack.of_types([FUNCTION])}
    users: dict[str, list[Resource]] = {}
    for function in stack.of_types([FUNCTION]):
        users.setdefault(roles[function.urn] or "", []).append(function)
    for function in stack.of_types([FUNCTION]):
        role = roles[function.urn]
        if role is None:
            yield _undecided_role(function)
            continue
        others = sorted(other.name for other in users[role] if other.urn != function.urn)
        name = stack.by_urn[role].name if role in stack.by_urn else function.read("role").text
        if others:
            yield failed(
                function,
                "role",
                f"{function.name} shares the role {name} with {', '.join(others)}; "
                "give each function a role of its own",
            )
        else:
            yield passed(function, "role", f"the role {name} is this function's alone")


def _role_of(stack: Stack, function: Resource) -> str | None:
    """The role's URN, or its ARN where it is none of the stack's; None where unknown."""
    reading = function.read("role")
    target = stack.link(function, reading, [ROLE]).target
    if target is not None:
        return target.urn
    return reading.value if isinstance(reading.value, str) else None


def _undecided_role(function: Resource) -> Finding:
    role = function.read("role")
    reading = role if role.unknown else Reading(UNKNOWN, "role")
    return undecided(function, reading, "it must be known to be this function's alone")
