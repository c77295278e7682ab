"""What the resources of a stack are called in a Terraform plan."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from payment_guardrails.stack import Stack

from compliance.terraform.names import terraform_type

# https://developer.hashicorp.com/terraform/language/syntax/configuration#identifiers
_NOT_IN_A_NAME: Final = re.compile(r"[^A-Za-z0-9_-]")


def addresses(stack: Stack) -> Mapping[str, str]:
    """The address, such as `aws_sqs_queue.orders`, of each resource that Terraform knows, by URN.

    Resources that would be called the same are numbered, in the order of their URNs.
    """
    found: dict[str, str] = {}
    taken: set[str] = set()
    for resource in stack.resources:
        type_ = terraform_type(resource.type) if resource.custom else None
        if type_ is not None:
            found[resource.urn] = _free(f"{type_.name}.{_name(resource.name)}", taken)
            taken.add(found[resource.urn])
    return found


def _name(name: str) -> str:
    text = _NOT_IN_A_NAME.sub("_", name)
    return text if text[:1].isalpha() or text.startswith("_") else f"_{text}"


def _free(address: str, taken: set[str]) -> str:
    number, free = 1, address
    while free in taken:
        number += 1
        free = f"{address}_{number}"
    return free
