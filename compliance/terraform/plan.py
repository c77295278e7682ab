"""A stack as a Terraform plan in JSON, for tools that read nothing else.

The format: https://developer.hashicorp.com/terraform/internals/json-format. A plan says what
Terraform would make; here it says what Pulumi would, with Terraform's names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from payment_guardrails.aws_types import is_of_aws
from payment_guardrails.resource import Resource
from payment_guardrails.stack import Stack

from compliance.terraform.addresses import addresses
from compliance.terraform.masking import marked
from compliance.terraform.names import terraform_type
from compliance.terraform.references import referring
from compliance.terraform.values import Attributes, attributes

_FORMAT: Final = "1.2"
# Tools ask for a version; it is that whose documentation describes the format.
_TERRAFORM: Final = "1.9.0"
_PROVIDER: Final = "registry.terraform.io/hashicorp/aws"


@dataclass(frozen=True)
class Plan:
    """A stack in Terraform's words.

    `document` is the plan. `addresses` are the URNs of its resources by address, `hidden` the
    attributes, with slashes, that are unknown or secret, by URN, `referred` those of them for
    which a reference to another resource stands. `unseen` are the resources
    (URNs) that Terraform's AWS provider has no type for, or that are none of AWS.
    """

    document: Mapping[str, Any]
    addresses: Mapping[str, str]
    hidden: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    referred: Mapping[str, frozenset[str]] = field(default_factory=dict)
    unseen: tuple[str, ...] = ()


def plan(stack: Stack, *, masked: bool = False, changes: bool = False) -> Plan:
    """The plan of a stack.

    What Pulumi marks as secret is never in it; where `masked`, neither is what has the name or
    the shape of a secret. `changes` adds `resource_changes`, which some tools read instead.
    """
    named = addresses(stack)
    refer = referring(stack, named)
    converted = {urn: _attributes(stack.by_urn[urn], refer(urn), masked=masked) for urn in named}
    document: dict[str, Any] = {
        "format_version": _FORMAT,
        "terraform_version": _TERRAFORM,
        "planned_values": {
            "root_module": {
                "resources": [
                    {
                        **_head(named[urn]),
                        "provider_name": _PROVIDER,
                        "schema_version": 0,
                        "values": each.values,
                        "sensitive_values": each.sensitive,
                    }
                    for urn, each in converted.items()
                ]
            }
        },
        "configuration": {
            "provider_config": {"aws": {"name": "aws", "full_name": _PROVIDER}},
            "root_module": {
                "resources": [
                    {
                        **_head(named[urn]),
                        "provider_config_key": "aws",
                        "expressions": each.expressions,
                        "schema_version": 0,
                    }
                    for urn, each in converted.items()
                ]
            },
        },
    }
    if changes:
        document["resource_changes"] = [
            _change(named[urn], each) for urn, each in converted.items()
        ]
    return Plan(
        document,
        {address: urn for urn, address in named.items()},
        {urn: tuple(sorted(set(each.hidden))) for urn, each in converted.items() if each.hidden},
        {urn: frozenset(each.referred) for urn, each in converted.items() if each.referred},
        tuple(_unseen(stack, named)),
    )


def _attributes(resource: Resource, references: Any, *, masked: bool) -> Attributes:
    type_ = terraform_type(resource.type)
    inputs = marked(resource.inputs) if masked else resource.inputs
    return attributes(inputs, type_.members if type_ else {}, references)


def _unseen(stack: Stack, named: Mapping[str, str]) -> Iterator[str]:
    for resource in stack.resources:
        if resource.custom and resource.urn not in named and _is_made(resource):
            yield resource.urn


def _is_made(resource: Resource) -> bool:
    return is_of_aws(resource) or not resource.type.startswith("pulumi:")


def _head(address: str) -> dict[str, str]:
    type_, _, name = address.partition(".")
    return {"address": address, "mode": "managed", "type": type_, "name": name}


def _change(address: str, attributes_: Attributes) -> dict[str, Any]:
    return {
        **_head(address),
        "provider_name": _PROVIDER,
        "change": {
            "actions": ["create"],
            "before": None,
            "after": attributes_.values,
            "after_unknown": attributes_.unknown,
            "before_sensitive": False,
            "after_sensitive": attributes_.sensitive,
        },
    }
