"""The inputs of a resource as the attributes of a Terraform plan."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import PurePath
from typing import Any, Final

from payment_guardrails.values import SECRET_TEXT, Asset, Secret, Unknown

from compliance.terraform.names import Member, snake_case

# Documents that Terraform takes as JSON text, and Pulumi as data too.
_DOCUMENTS: Final = frozenset(
    {"policy", "assume_role_policy", "access_policy", "access_policies", "policy_document"}
    | {"inline_policy", "redrive_policy", "redrive_allow_policy", "container_definitions"}
    | {"container_properties", "definition", "body", "delivery_policy", "filter_policy"}
)
_PLAIN: Final = Member("")

References = Callable[[str, Any], list[str]]
"""The addresses that a value speaks of, by the Pulumi property that it is in."""


@dataclass
class Attributes:
    """What becomes of the inputs of one resource.

    `values` are its attributes. `hidden` are the paths, with slashes, of what is not in them:
    not known before deployment, or secret; `referred` are those of them for which a reference
    stands. `unknown` and `sensitive` are shaped like `values`,
    with True where that is so. `expressions` hold the references.
    """

    values: dict[str, Any] = field(default_factory=dict)
    unknown: dict[str, Any] = field(default_factory=dict)
    sensitive: dict[str, Any] = field(default_factory=dict)
    expressions: dict[str, Any] = field(default_factory=dict)
    hidden: list[str] = field(default_factory=list)
    referred: list[str] = field(default_factory=list)


def attributes(
    inputs: Mapping[str, Any],
    members: Mapping[str, Member],
    references: References,
) -> Attributes:
    """The attributes that the inputs of a resource come to.

    `members` name the properties (see :mod:`compliance.terraform.names`). What is marked as
    secret is never in them.
    """
    found = Attributes()
    for name, value in inputs.items():
        one = _Conversion(partial(references, name))
        member = members.get(name) or Member(snake_case(name))
        one.member(found, member, value, member.name)
        found.hidden.extend(one.hidden)
        found.referred.extend(one.referred)
    return found


class _Conversion:
    """The conversion of one property; it collects what is hidden."""

    def __init__(self, references: Callable[[Any], list[str]]) -> None:
        self._references = references
        self.hidden: list[str] = []
        self.referred: list[str] = []

    def member(self, target: Attributes, member: Member, given: Any, path: str) -> None:
        """Add one member of an object to its attributes."""
        value, secret = _bare(given)
        if value is None:
            return
        if isinstance(value, Unknown) or _is_no_number(value):
            self._hide(target.unknown, member.name, path)
        elif secret:
            # The names in a secret are secret too: nothing of it but that it is a text.
            self._hide(target.sensitive, member.name, path)
            if isinstance(value, str):
                target.values[member.name] = SECRET_TEXT
        elif isinstance(value, Mapping):
            self._mapping(target, member, value, path)
        elif isinstance(value, list | tuple) or member.wrapped:
            self._list(target, member, value, path)
        else:
            target.values[member.name] = _leaf(value)
        if not (member.block or secret):
            self._refer(target, member.name, value, path)

    def _refer(self, target: Attributes, name: str, value: Any, path: str) -> None:
        found = self._references(value)
        if found:
            target.expressions[name] = {"references": found}
            self.referred.append(path)

    def _mapping(
        self, target: Attributes, member: Member, value: Mapping[str, Any], path: str
    ) -> None:
        if member.block:
            self._blocks(target, member, [value], path)
        elif member.name in _DOCUMENTS:
            self._document(target, member.name, value, path)
        else:
            self._map(target, member.name, value, path)

    def _blocks(self, target: Attributes, member: Member, values: Sequence[Any], path: str) -> None:
        blocks = [self._block(member, each, path) for each in values]
        target.values[member.name] = [each.values for each in blocks]
        for part, place in (("unknown", target.unknown), ("sensitive", target.sensitive)):
            if any(getattr(each, part) for each in blocks):
                place[member.name] = [getattr(each, part) for each in blocks]
        if any(each.expressions for each in blocks):
            target.expressions[member.name] = [each.expressions for each in blocks]

    def _block(self, member: Member, value: Any, path: str) -> Attributes:
        inner = Attributes()
        if not isinstance(value, Mapping):
            self.hidden.append(path)
            return inner
        for name, each in value.items():
            known = member.members.get(name) or Member(snake_case(name))
            self.member(inner, known, each, f"{path}/{known.name}")
        return inner

    def _list(self, target: Attributes, member: Member, value: Any, path: str) -> None:
        values = value if isinstance(value, list | tuple) else [value]
        if member.block:
            self._blocks(target, member, values, path)
            return
        elements = [self._element(each, path) for each in values]
        target.values[member.name] = [each.values.get("") for each in elements]
        if any(each.sensitive for each in elements):
            target.sensitive[member.name] = True
        if any(each.unknown for each in elements):
            target.unknown[member.name] = [bool(each.unknown) for each in elements]

    def _element(self, value: Any, path: str) -> Attributes:
        """An element of a list that is no block: null where it is hidden, as in Terraform."""
        inner = Attributes()
        self.member(inner, _PLAIN, value, path)
        return inner

    def _map(self, target: Attributes, name: str, value: Mapping[str, Any], path: str) -> None:
        inner = Attributes()
        for key, each in value.items():
            # Its keys are the program's own, and stay as they are.
            self.member(inner, Member(str(key)), each, f"{path}/{key}")
        target.values[name] = inner.values
        for part, place in ((inner.unknown, target.unknown), (inner.sensitive, target.sensitive)):
            if part:
                place[name] = part

    def _document(self, target: Attributes, name: str, value: Mapping[str, Any], path: str) -> None:
        if _any(value, _is_hidden):
            self._hide(target.unknown, name, path)
        else:
            target.values[name] = json.dumps(value, default=_leaf)

    def _hide(self, unknown: dict[str, Any], name: str, path: str) -> None:
        unknown[name] = True
        self.hidden.append(path)


def _bare(value: Any) -> tuple[Any, bool]:
    """A value without what marks it as secret, and whether it was marked."""
    secret = False
    while isinstance(value, Secret):
        value, secret = value.value, True
    return value, secret


def _any(value: Any, wanted: Callable[[Any], bool]) -> bool:
    """True where the value, or anything inside it, is as wanted."""
    if isinstance(value, Mapping):
        return any(_any(each, wanted) for each in value.values())
    if isinstance(value, list | tuple):
        return any(_any(each, wanted) for each in value)
    return wanted(value)


def _is_hidden(value: Any) -> bool:
    return isinstance(value, Unknown | Secret) or _is_no_number(value)


def _is_no_number(value: Any) -> bool:
    """True for what JSON has no number for."""
    return isinstance(value, float) and not math.isfinite(value)


def _leaf(value: Any) -> Any:
    if isinstance(value, Asset):
        # What is in an asset is no attribute; where it lies is this machine's business.
        return PurePath(value.path).name if value.path else value.kind
    return value


def texts(value: Any) -> Iterator[str]:
    """Every text in a value that is not secret."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from texts(each)
