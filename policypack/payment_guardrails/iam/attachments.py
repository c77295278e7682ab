"""Which policies each role has, through every way to attach one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from payment_guardrails.iam.carriers import POLICY, ROLE, documents_of
from payment_guardrails.iam.documents import Document
from payment_guardrails.iam.managed_policies import managed_document, managed_name
from payment_guardrails.resource import Resource
from payment_guardrails.stack import Stack
from payment_guardrails.values import Reading

ROLE_POLICY: Final = "aws:iam/rolePolicy:RolePolicy"

# Where each type names the policies that it attaches.
POLICY_ARNS: Final[Mapping[str, str]] = {
    ROLE: "managedPolicyArns",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": "policyArn",
    "aws:iam/policyAttachment:PolicyAttachment": "policyArn",
    "aws:iam/userPolicyAttachment:UserPolicyAttachment": "policyArn",
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment": "policyArn",
    "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive": "policyArns",
    "aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment": "managedPolicyArn",
}
# Where each type names the roles that it attaches them to.
_ROLES: Final[Mapping[str, str]] = {
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": "role",
    "aws:iam/policyAttachment:PolicyAttachment": "roles",
    "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive": "roleName",
    ROLE_POLICY: "role",
}


@dataclass(frozen=True)
class RolePolicies:
    """The documents of a role; `complete` is False where one of them cannot be found."""

    documents: tuple[Document, ...]
    complete: bool


def attached_arns(resource: Resource) -> tuple[Reading, ...]:
    """The policy ARNs that an attachment (or a role) names."""
    return resource.read(POLICY_ARNS[resource.type]).elements()


def policies_of(stack: Stack, role: Resource) -> RolePolicies:
    """Every identity-based document of a role that the stack tells of."""
    documents: list[Document] = []
    complete = True
    for carrier, sure in _carriers(stack, role):
        complete = complete and sure
        if carrier.type in (ROLE, ROLE_POLICY):
            documents.extend(found for place, found in documents_of(carrier) if not place.missing)
        if carrier.type not in POLICY_ARNS:
            continue
        for arn in attached_arns(carrier):
            found = _document_of(stack, carrier, arn)
            documents.extend(found)
            complete = complete and bool(found)
    complete = complete and not any(item.unreadable for item in documents)
    return RolePolicies(tuple(documents), complete)


def _carriers(stack: Stack, role: Resource) -> Iterator[tuple[Resource, bool]]:
    """The resources that give the role policies, and whether it is sure that they do."""
    yield role, True
    for resource in stack.of_types(_ROLES):
        for named in resource.read(_ROLES[resource.type]).elements():
            link = stack.link(resource, named, [ROLE])
            if role in link.targets:
                yield resource, True
            elif not link.decided:
                yield resource, False


def _document_of(stack: Stack, carrier: Resource, arn: Reading) -> list[Document]:
    name = managed_name(arn.value) if isinstance(arn.value, str) else None
    if name is not None:
        found = managed_document(name)
        return [found] if found else []
    policies = stack.link(carrier, arn, [POLICY]).targets
    return [found for policy in policies for _, found in documents_of(policy)]
