"""Which resources a resource's properties speak of: the edges of the resource graph.

Three things tell: what the engine recorded for a property, a known text that is another
resource's id, name, ARN or URL, and such a text inside a policy document.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from payment_guardrails.resource import Resource
from payment_guardrails.stack import Stack
from payment_guardrails.values import Secret

_IDENTITIES: Final = ("id", "arn", "name", "url", "functionName", "bucket")
# Texts that a program writes for other reasons are short words; a name is not `dev`.
_SHORTEST_NAME: Final = 6
# What an ARN or a name can be followed by: the children of what it names.
_CHILDREN: Final = re.compile(r"(?::\*|/\*|:log-stream:.*|/index/.*)$")

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
    named = _by_identity(stack)
    found = {each.urn: tuple(sorted(set(_links(stack, each, named)))) for each in stack.resources}
    return {urn: edges for urn, edges in found.items() if edges}


def _by_identity(stack: Stack) -> Mapping[str, frozenset[str]]:
    index: dict[str, set[str]] = defaultdict(set)
    for resource in stack.resources:
        for output in _IDENTITIES:
            value = resource.identity(output).value
            if isinstance(value, str) and len(value) >= _SHORTEST_NAME:
                index[value].add(resource.urn)
    return {value: frozenset(urns) for value, urns in index.items()}


def _links(stack: Stack, resource: Resource, named: Mapping[str, frozenset[str]]) -> Iterator[Link]:
    for property_, urns in resource.property_dependencies.items():
        yield from (Link(property_, urn) for urn in urns if urn in stack.by_urn)
    for property_, value in resource.inputs.items():
        for text in set(_texts(value)):
            bare = _CHILDREN.sub("", text)
            others = named.get(text, named.get(bare, frozenset())) or _will_be(stack, bare)
            # A text that several things are called names none of them for certain.
            if len(others) == 1 and resource.urn not in others:
                yield from (Link(property_, urn) for urn in others)


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
    elif isinstance(value, Secret):
        return


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
