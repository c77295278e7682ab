"""Where identity-based policy documents stand, by resource type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from payment_guardrails.iam.documents import Document, document
from payment_guardrails.resource import Resource
from payment_guardrails.values import Reading

POLICY: Final = "aws:iam/policy:Policy"
ROLE: Final = "aws:iam/role:Role"

_PROPERTY: Final[Mapping[str, str]] = {
    POLICY: "policy",
    "aws:iam/rolePolicy:RolePolicy": "policy",
    "aws:iam/userPolicy:UserPolicy": "policy",
    "aws:iam/groupPolicy:GroupPolicy": "policy",
    "aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy": "inlinePolicy",
}
CARRIERS: Final = frozenset({*_PROPERTY, ROLE})
"""The types whose identity-based documents the rules judge."""


def documents_of(resource: Resource) -> Iterator[tuple[Reading, Document]]:
    """Each identity-based document that a resource carries, with its place."""
    if resource.type == ROLE:
        for inline in resource.read("inlinePolicies").elements():
            # An empty block means "no inline policies" to the provider.
            if inline.value:
                place = inline.get("policy")
                yield place, document(place)
        return
    place = resource.read(_PROPERTY[resource.type])
    yield place, document(place)
