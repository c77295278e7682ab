"""How any IAM document is weakened: wider actions, resources and principals, fewer conditions.

What a statement grants to whom decides what is claimed of it (see `weakenings/documents.yaml`
for what is not): an identity's document must name actions and resources, a role's trust policy
actions and principals, a policy of a resource must not let everybody in, and a queue's must
deny what comes without TLS.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from payment_guardrails.resource import Resource

from compliance.proof.change import REMOVED, Change, Kind, Location, edited, found, shown
from compliance.proof.conditions import denies_plain
from compliance.proof.documents import STATEMENT, Document, documents

_VERB: Final = re.compile(r"[A-Z][a-z]+")
# The parts of arn:partition:service:region:account:resource
_REGION, _ACCOUNT, _NAME = 3, 4, 5
# Paths to more rights, each by itself, on one named thing: what is wrong with them is the
# action, not how wide it is. https://bishopfox.com/blog/privilege-escalation-in-aws
_IAM: Final = "arn:aws:iam::123456789012"
_FUNCTION: Final = "arn:aws:lambda:us-east-2:123456789012:function:elsewhere"
_ROLE: Final = f"{_IAM}:role/administrator"
_ESCALATIONS: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "write inline policies": (("iam:PutRolePolicy", _ROLE),),
    "attach policies": (("iam:AttachRolePolicy", _ROLE),),
    "write policy versions": (("iam:CreatePolicyVersion", f"{_IAM}:policy/elsewhere"),),
    "change who may be a role": (("iam:UpdateAssumeRolePolicy", _ROLE),),
    "make access keys": (("iam:CreateAccessKey", f"{_IAM}:user/administrator"),),
    "give passwords": (("iam:CreateLoginProfile", f"{_IAM}:user/administrator"),),
    "change code": (("lambda:UpdateFunctionCode", _FUNCTION),),
    "run code as a role": (
        ("iam:PassRole", _ROLE),
        ("lambda:CreateFunction", _FUNCTION),
        ("lambda:InvokeFunction", _FUNCTION),
    ),
}
_TRUST: Final = "assumeRolePolicy"
_QUEUES: Final = "aws:sqs/"
_TLS: Final = "aws:SecureTransport"
_ELSEWHERE: Final = "arn:aws:elasticbeanstalk:us-east-2::solutionstack/elsewhere"
_EVERYBODY: Final = ("*", {"AWS": "*"})


def document_changes(resource: Resource) -> Iterator[Change]:
    """Every widening of every document in a resource, one at a time."""
    for document in documents(resource):
        for place in document.statements:
            statement = found(resource.inputs, place)
            if statement.get("Effect") == "Deny":
                yield from _denied(resource, document, place)
            elif document.is_identity:
                yield from _actions(resource, place, statement)
                yield from _resources(resource, place, statement)
                yield from _worthless(resource, place, statement)
            else:
                if document.location[0] == _TRUST:
                    yield from _actions(resource, place, statement)
                yield from _principals(resource, place, statement)
                yield from _conditions(resource, place, statement)
        if document.is_identity:
            yield from _escalations(resource, document)


def _actions(resource: Resource, place: Location, statement: Mapping[str, Any]) -> Iterator[Change]:
    yield from _each(resource, (*place, "Action"), statement.get("Action"), _wider_actions)
    yield from _turned(resource, place, statement, "Action")


def _resources(
    resource: Resource, place: Location, statement: Mapping[str, Any]
) -> Iterator[Change]:
    yield from _each(resource, (*place, "Resource"), statement.get("Resource"), _wider_resources)
    if statement.get("Resource") != "*":
        yield from _turned(resource, place, statement, "Resource")


def _turned(
    resource: Resource, place: Location, statement: Mapping[str, Any], name: str
) -> Iterator[Change]:
    """Everything but what was named."""
    if name in statement:
        other = {f"Not{key}" if key == name else key: item for key, item in statement.items()}
        yield _change(resource, place, other, f"{name} turned into Not{name}")


def _each(
    resource: Resource, place: Location, value: Any, wider: Callable[[str], Iterator[str]]
) -> Iterator[Change]:
    """Each text of a member that is a text or a list of them, made wider."""
    places = (
        [((*place, index), item) for index, item in enumerate(value)]
        if isinstance(value, list)
        else [(place, value)]
    )
    for where, item in places:
        for other in wider(item) if isinstance(item, str) else ():
            yield _change(resource, where, other, f"{item} widened to {other}")


def _wider_actions(action: str) -> Iterator[str]:
    service, colon, name = action.partition(":")
    verb = _VERB.match(name)
    if colon:
        wider = ("*", f"{service}:*", f"{service}:{verb[0] if verb else name}*")
        yield from (each for each in wider if each != action)


def _wider_resources(arn: str) -> Iterator[str]:
    if arn == "*":
        return
    yield "*"
    parts = arn.split(":", _NAME)
    if len(parts) <= _NAME:
        return
    for index in (_REGION, _ACCOUNT):
        if parts[index] not in ("", "*"):
            yield ":".join([*parts[:index], "*", *parts[index + 1 :]])
    for name in _wider_names(parts[_NAME]):
        if name != parts[_NAME]:
            yield ":".join([*parts[:_NAME], name])


def _wider_names(name: str) -> Iterator[str]:
    """Every name of the kind, and every name that begins like this one."""
    own = name.removesuffix(":*")
    kind = re.match(r"[a-z-]+[:/]", own)
    prefix = kind[0] if kind else ""
    yield f"{prefix}*"
    beginning, dash, _ = own.removeprefix(prefix).rpartition("-")
    if beginning:
        yield f"{prefix}{beginning}{dash}*"


def _worthless(
    resource: Resource, place: Location, statement: Mapping[str, Any]
) -> Iterator[Change]:
    """A grant of nothing: whoever reads it believes in a right that is not there."""
    for action in _listed(statement.get("Action")):
        if isinstance(action, str) and "*" not in action:
            other = _put(statement, "Action", action, f"{action}Misspelt")
            yield _change(resource, place, other, f"{action} misspelt", Kind.IDLE)
    for arn in _listed(statement.get("Resource")):
        if isinstance(arn, str) and arn != "*":
            other = _put(statement, "Resource", arn, _ELSEWHERE)
            yield _change(resource, place, other, f"{_ELSEWHERE} instead of {arn}", Kind.IDLE)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _put(statement: Mapping[str, Any], name: str, old: str, new: str) -> dict[str, Any]:
    changed = [new if each == old else each for each in _listed(statement[name])]
    return {**statement, name: changed}


def _principals(
    resource: Resource, place: Location, statement: Mapping[str, Any]
) -> Iterator[Change]:
    """Everybody instead of those that are named, on no condition."""
    if "Principal" not in statement or statement["Principal"] in _EVERYBODY:
        return
    free = {name: item for name, item in statement.items() if name != "Condition"}
    for everybody in _EVERYBODY:
        other = {**free, "Principal": everybody}
        yield _change(resource, place, other, f"Principal widened to {everybody}, unconditionally")
    yield from _turned(resource, place, free, "Principal")


def _conditions(
    resource: Resource, place: Location, statement: Mapping[str, Any]
) -> Iterator[Change]:
    """The conditions removed that keep out everybody, or an outsider from a role."""
    condition, principal = statement.get("Condition"), statement.get("Principal")
    of_services = isinstance(principal, Mapping) and set(principal) <= {"Service"}
    is_claimed = principal in _EVERYBODY or (place[0] == _TRUST and not of_services)
    if condition and is_claimed:
        where = (*place, "Condition")
        yield _change(resource, where, REMOVED, "every condition removed")


def _denied(resource: Resource, document: Document, place: Location) -> Iterator[Change]:
    """A queue that no longer denies everybody who comes without TLS."""
    if not (resource.type.startswith(_QUEUES) and denies_plain(found(resource.inputs, place))):
        return
    if len(document.statements) > 1 and isinstance(place[-1], int):
        yield _change(resource, place, REMOVED, "the Deny statement removed")
    secure = {"Bool": {_TLS: "true"}}
    named = {"Bool": {_TLS: "false"}, "StringEquals": {"aws:PrincipalAccount": "123456789012"}}
    for name, value in (
        ("Effect", "Allow"),
        ("Principal", {"AWS": f"{_IAM}:root"}),
        ("Action", "sqs:PurgeQueue"),
        ("Condition", secure),
        ("Condition", named),
    ):
        if found(resource.inputs, (*place, name)) not in (value, REMOVED):
            yield _change(resource, (*place, name), value, f"of a Deny, set to {value}")


def _escalations(resource: Resource, document: Document) -> Iterator[Change]:
    place = (*document.location, STATEMENT)
    before = _listed(found(resource.inputs, place))
    for what, grants in _ESCALATIONS.items():
        added = [{"Effect": "Allow", "Action": [name], "Resource": arn} for name, arn in grants]
        yield _change(resource, place, [*before, *added], f"the right to {what} added")


def _change(
    resource: Resource, place: Location, new: Any, what: str, kind: Kind = Kind.GRANT
) -> Change:
    return Change(
        kind, resource.urn, shown(place), what, {resource.urn: edited(resource, place, new)}
    )
