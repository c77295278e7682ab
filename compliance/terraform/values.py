"""The inputs of a resource as the attributes of a Terraform plan."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import PurePath
from typing import Any, Final

from payment_guardrails.secrets import is_secret_name, is_secret_value
from payment_guardrails.values import SECRET_TEXT, Asset, Secret, Unknown, has_unknown

from compliance.terraform.names import Member, snake_case

# Documents that Terraform takes as JSON text, and Pulumi as data too.
_DOCUMENTS: Final = frozenset(
    {"policy", "assume_role_policy", "access_policy", "access_policies", "policy_document"}
    | {"inline_policy", "redrive_policy", "redrive_allow_policy", "container_definitions"}
    | {"container_properties", "definition", "body", "delivery_policy", "filter_policy"}
)
_PLAIN: Final = Member("")
_ABSENT: Final = object()

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
    *,
    masked: bool = False,
) -> Attributes:
    """The attributes that the inputs of a resource come to.

    `members` name the properties (see :mod:`compliance.terraform.names`). What Pulumi marks as
    secret is never in them; where `masked`, neither is what has the name or the shape of one.
    """
    found = Attributes()
    for name, value in inputs.items():
        one = _Conversion(partial(references, name), masked)
        member = members.get(name) or Member(snake_case(name))
        one.member(found, member, value, member.name)
        found.hidden.extend(one.hidden)
        found.referred.extend(one.referred)
    return found


class _Conversion:
    """The conversion of one property; it collects what is hidden."""

    def __init__(self, references: Callable[[Any], list[str]], masked: bool) -> None:
        self._references = references
        self._masked = masked
        self.hidden: list[str] = []
        self.referred: list[str] = []

    def member(self, target: Attributes, member: Member, given: Any, path: str) -> None:
        """Add one member of an object to its attributes."""
        value, secret = _bare(given)
        if value is None:
            return
        name = member.name
        if isinstance(value, Unknown):
            self._hide(target.unknown, name, path)
        elif isinstance(value, Mapping):
            self._mapping(target, member, value, path, secret)
        elif isinstance(value, list | tuple):
            self._list(target, member, list(value), path, secret)
        elif member.wrapped:
            self._list(target, member, [value], path, secret)
        else:
            leaf = self._leaf(target.sensitive, name, value, path, secret)
            if leaf is not _ABSENT:
                target.values[name] = leaf
        if not member.block:
            found = [] if secret else self._references(value)
            if found:
                target.expressions[name] = {"references": found}
                self.referred.append(path)

    def _mapping(
        self, target: Attributes, member: Member, value: Mapping[str, Any], path: str, secret: bool
    ) -> None:
        if member.block:
            self._blocks(target, member, [value], path, secret)
        elif member.name in _DOCUMENTS:
            self._document(target, member.name, value, path, secret)
        else:
            self._map(target, member.name, value, path, secret)

    def _blocks(
        self, target: Attributes, member: Member, values: list[Any], path: str, secret: bool
    ) -> None:
        blocks = [self._block(member, each, path, secret) for each in values]
        target.values[member.name] = [each.values for each in blocks]
        for part, place in (("unknown", target.unknown), ("sensitive", target.sensitive)):
            if any(getattr(each, part) for each in blocks):
                place[member.name] = [getattr(each, part) for each in blocks]
        if any(each.expressions for each in blocks):
            target.expressions[member.name] = [each.expressions for each in blocks]

    def _block(self, member: Member, given: Any, path: str, secret: bool) -> Attributes:
        value, also = _bare(given)
        inner = Attributes()
        if not isinstance(value, Mapping):
            self.hidden.append(path)
            return inner
        for name, each in value.items():
            known = member.members.get(name) or Member(snake_case(name))
            kept = Secret(each) if secret or also else each
            self.member(inner, known, kept, f"{path}/{known.name}")
        return inner

    def _list(
        self, target: Attributes, member: Member, values: list[Any], path: str, secret: bool
    ) -> None:
        if member.block:
            return self._blocks(target, member, values, path, secret)
        sensitive: dict[str, Any] = {}
        target.values[member.name] = [
            self._element(sensitive, each, path, secret) for each in values
        ]
        if sensitive:
            target.sensitive[member.name] = True
        if any(isinstance(_bare(each)[0], Unknown) for each in values):
            target.unknown[member.name] = [isinstance(_bare(each)[0], Unknown) for each in values]
        return None

    def _element(self, sensitive: dict[str, Any], given: Any, path: str, secret: bool) -> Any:
        """An element of a list that is no block; null where it is hidden, as in Terraform."""
        value, also = _bare(given)
        if isinstance(value, Unknown):
            self.hidden.append(path)
            return None
        if isinstance(value, Mapping | list | tuple):
            inner = Attributes()
            self.member(inner, _PLAIN, Secret(value) if secret or also else value, path)
            return inner.values.get("")
        leaf = self._leaf(sensitive, path, value, path, secret or also)
        return None if leaf is _ABSENT else leaf

    def _map(
        self, target: Attributes, name: str, value: Mapping[str, Any], path: str, secret: bool
    ) -> None:
        inner = Attributes()
        for key, each in value.items():
            # Its keys are the program's own, and stay as they are.
            kept = Secret(each) if secret else each
            self.member(inner, Member(str(key)), kept, f"{path}/{key}")
        target.values[name] = inner.values
        for part, place in ((inner.unknown, target.unknown), (inner.sensitive, target.sensitive)):
            if part:
                place[name] = part

    def _document(
        self, target: Attributes, name: str, value: Mapping[str, Any], path: str, secret: bool
    ) -> None:
        if secret or has_unknown(value):
            self._hide(target.unknown, name, path)
        else:
            target.values[name] = json.dumps(_without_secrets(value))

    def _leaf(
        self, sensitive: dict[str, Any], name: str, value: Any, path: str, secret: bool
    ) -> Any:
        if secret or (self._masked and _looks_secret(path.rsplit("/", 1)[-1], value)):
            sensitive[name] = True
            self.hidden.append(path)
            return SECRET_TEXT if isinstance(value, str) else _ABSENT
        if isinstance(value, Asset):
            # What is in an asset is no attribute; where it lies is this machine's business.
            return PurePath(value.path).name if value.path else value.kind
        return value

    def _hide(self, unknown: dict[str, Any], name: str, path: str) -> None:
        unknown[name] = True
        self.hidden.append(path)


def _bare(value: Any) -> tuple[Any, bool]:
    """A value without what marks it as secret, and whether it was marked."""
    secret = False
    while isinstance(value, Secret):
        value, secret = value.value, True
    return value, secret


def _without_secrets(value: Any) -> Any:
    if isinstance(value, Secret):
        return SECRET_TEXT
    if isinstance(value, Mapping):
        return {str(key): _without_secrets(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_without_secrets(each) for each in value]
    return value


def _looks_secret(name: str, value: Any) -> bool:
    return isinstance(value, str) and (is_secret_name(name) or is_secret_value(value))


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
