"""Which resources a resource's properties speak of: the edges of the resource graph.

Three things tell: what the engine recorded for a property, a known text that is another
resource's id, name, ARN or URL, and such a text inside a policy document.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from payment_guardrails.iam.arns import without_children
from payment_guardrails.resource import Resource
from payment_guardrails.stack import Stack

# Texts that a program writes for other reasons are short words; a name is not `dev`.
_SHORTEST_NAME: Final = 6
_QUEUE: Final = "aws:sqs/queue:Queue"
# https://docs.aws.amazon.com/general/latest/gr/sqs-service.html
_QUEUE_URL: Final = re.compile(r"https://sqs\.[a-z0-9.-]+/\d+/([\w.-]+)")


@dataclass(frozen=True, order=True)
class Link:
    """A property (its name among the inputs) that speaks of the resource `target`, a URN."""

    property: str
    target: str


def links(stack: Stack) -> Mapping[str, tuple[Link, ...]]:
    """The links of every resource of a stack, by its URN; those without any are left out."""
    found = {each.urn: tuple(sorted(set(_links(stack, each)))) for each in stack.resources}
    return {urn: edges for urn, edges in found.items() if edges}


def _links(stack: Stack, resource: Resource) -> Iterator[Link]:
    for property_, urns in resource.property_dependencies.items():
        yield from (Link(property_, urn) for urn in urns if urn in stack.by_urn)
    for property_, value in resource.inputs.items():
        for text in set(_texts(value)):
            others = _named(stack, text)
            # A text that several things are called names none of them for certain.
            if len(others) == 1 and resource.urn not in others:
                yield from (Link(property_, urn) for urn in others)


def _named(stack: Stack, text: str) -> frozenset[str]:
    """The resources that a text names: with what follows it, without, or once they are there."""
    bare = without_children(text)
    for name in (text, bare):
        if len(name) >= _SHORTEST_NAME and name in stack.identities:
            return stack.identities[name]
    return _will_be(stack, bare)


def _will_be(stack: Stack, text: str) -> frozenset[str]:
    """Whose ARN or URL a text will be, where the resource has none yet, as in a first preview."""
    if text.startswith("arn:"):
        return frozenset(each.urn for each in stack.named(text, stack.types))
    queue = _QUEUE_URL.fullmatch(text)
    return frozenset(each.urn for each in stack.named(queue[1], [_QUEUE])) if queue else frozenset()


def _texts(value: Any) -> Iterator[str]:
    """Every text in a value, in the documents in it too; not what is secret."""
    if isinstance(value, str):
        yield value
        if value[:1] in "{[":
            yield from _texts(_parsed(value))
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
