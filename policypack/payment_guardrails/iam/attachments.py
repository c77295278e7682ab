"""Which policies each role has, through every way to attach one."""

from __future__ import annotations

from collections.abc import Mapping
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
class Source:
    """A document and the policy that it is of: a resource's URN, or the ARN of AWS's own one."""

    policy: str
    document: Document


@dataclass(frozen=True)
class RolePolicies:
    """The documents of a role; `complete` is False where one of them cannot be found."""

    sources: tuple[Source, ...]
    complete: bool

    @property
    def documents(self) -> tuple[Document, ...]:
        """The documents without their sources."""
        return tuple(each.document for each in self.sources)


def attached_arns(resource: Resource) -> tuple[Reading, ...]:
    """The policy ARNs that an attachment (or a role) names."""
    return resource.read(POLICY_ARNS[resource.type]).elements()


@dataclass(frozen=True)
class Carriers:
    """What gives policies to roles: by the role's URN, and to roles that are not known."""

    by_role: Mapping[str, tuple[Resource, ...]]
    undecided: tuple[Resource, ...]


def carriers(stack: Stack) -> Carriers:
    """Every resource of the stack that gives a role policies, indexed once for all roles."""
    by_role: dict[str, list[Resource]] = {role.urn: [role] for role in stack.of_types([ROLE])}
    unsure: list[Resource] = []
    for resource in stack.of_types(_ROLES):
        for named in resource.read(_ROLES[resource.type]).elements():
            link = stack.link(resource, named, [ROLE])
            for role in link.targets:
                by_role[role.urn].append(resource)
            if not link.decided:
                unsure.append(resource)
    return Carriers({urn: tuple(found) for urn, found in by_role.items()}, tuple(unsure))


def policies_of(stack: Stack, role: Resource, given: Carriers) -> RolePolicies:
    """Every identity-based document of a role that the stack tells of."""
    sources: list[Source] = []
    complete = not given.undecided
    for carrier in (*given.by_role[role.urn], *given.undecided):
        if carrier.type in (ROLE, ROLE_POLICY):
            sources.extend(
                Source(carrier.urn, found)
                for place, found in documents_of(carrier)
                if not place.missing
            )
        if carrier.type not in POLICY_ARNS:
            continue
        for arn in attached_arns(carrier):
            found = _document_of(stack, carrier, arn)
            sources.extend(found)
            complete = complete and bool(found)
    complete = complete and not any(each.document.unreadable for each in sources)
    return RolePolicies(tuple(sources), complete)


def _document_of(stack: Stack, carrier: Resource, arn: Reading) -> list[Source]:
    name = managed_name(arn.value) if isinstance(arn.value, str) else None
    if name is not None:
        found = managed_document(name)
        return [Source(arn.value, found)] if found else []
    policies = stack.link(carrier, arn, [POLICY]).targets
    return [Source(policy.urn, found) for policy in policies for _, found in documents_of(policy)]
