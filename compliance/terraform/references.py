"""Which resources the values of a resource refer to, in Terraform's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from payment_guardrails.links import links
from payment_guardrails.stack import Stack
from payment_guardrails.values import has_unknown

from compliance.terraform.values import References, texts

_NAMES: Final = ("id", "arn", "name", "url", "functionName", "invokeArn", "bucket")
_SHORTEST_NAME: Final = 6


def referring(stack: Stack, addresses: Mapping[str, str]) -> Callable[[str], References]:
    """For a URN, the function that tells what a value of that resource refers to.

    A known value refers to the resources that its texts name; one with something unknown in
    it to all that its property was made from.
    """
    linked = links(stack)
    names = {urn: _names(stack, urn) for urn in addresses}

    def of_resource(urn: str) -> References:
        targets: dict[str, list[str]] = {}
        for link in linked.get(urn, ()):
            if link.target in addresses:
                targets.setdefault(link.property, []).append(link.target)

        def of_value(property_: str, value: Any) -> list[str]:
            candidates = targets.get(property_, [])
            if candidates and not has_unknown(value):
                found = tuple(texts(value))
                candidates = [
                    each
                    for each in candidates
                    if any(name in text for name in names[each] for text in found)
                ]
            return [word for each in candidates for word in _words(addresses[each], value)]

        return of_value

    return of_resource


def _names(stack: Stack, urn: str) -> tuple[str, ...]:
    resource = stack.by_urn[urn]
    found = (resource.identity(each).value for each in _NAMES)
    return tuple({each for each in found if isinstance(each, str) and len(each) >= _SHORTEST_NAME})


def _words(address: str, value: Any) -> tuple[str, str]:
    """A reference as Terraform writes it: the attribute, then the resource."""
    is_arn = isinstance(value, str) and value.startswith("arn:")
    return f"{address}.{'arn' if is_arn else 'id'}", address
