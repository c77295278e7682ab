"""The changes that the data files ask for: properties removed, set, renamed, cut and swapped."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from payment_guardrails.resource import Resource
from payment_guardrails.stack import Stack
from payment_guardrails.values import SECRET_TEXT, Secret, Unknown

from compliance.proof.change import (
    REMOVED,
    Change,
    Kind,
    Location,
    edited,
    found,
    locations,
    opened,
    renamed,
    shown,
)
from compliance.proof.classification import TypeEntry, Weakening
from compliance.proof.conditions import CONDITIONS, Setting
from compliance.proof.references import References

_ENVIRONMENT: Final = "Environment"
_LONGEST_SHOWN: Final = 80


def property_changes(
    setting: Setting, references: References, resource: Resource, entry: TypeEntry
) -> Iterator[Change]:
    """Every change of one resource that its type's entry names and that changes something."""
    for path, said in entry.properties.items():
        for weakening in said.weakens:
            if _applies(weakening, setting, resource):
                for location in locations(resource.inputs, path):
                    yield from _at(setting, references, resource, location, weakening)
    for weakening in entry.removal.weakens:
        if _applies(weakening, setting, resource):
            yield Change(
                Kind.RESOURCE, resource.urn, "", "the resource is removed", {resource.urn: None}
            )


def _applies(weakening: Weakening, setting: Setting, resource: Resource) -> bool:
    return weakening.where is None or CONDITIONS[weakening.where](setting, resource)


def _at(
    setting: Setting,
    references: References,
    resource: Resource,
    location: Location,
    weakening: Weakening,
) -> Iterator[Change]:
    present = found(resource.inputs, location)
    if weakening.action == "set":
        for value in weakening.values:
            yield from _set(resource, location, present, value)
    elif present is REMOVED or (weakening.unless is not None and present == weakening.unless):
        return
    elif weakening.action == "removed":
        yield _change(
            Kind.REMOVED, resource, location, "removed", edited(resource, location, REMOVED)
        )
    elif weakening.action == "renamed":
        yield from _renamed(setting.stack, resource, location, present)
    else:
        yield from _link(references, resource, location, weakening.action)


def _set(resource: Resource, location: Location, present: Any, value: Any) -> Iterator[Change]:
    # A document that the program writes as text is weakened as text.
    if isinstance(present, str) and not isinstance(value, str) and opened(present)[1] is str:
        value = json.dumps(value)
    if present is REMOVED or not _same(present, value):
        before = "" if present is REMOVED else f", was {_text(present)}"
        after = edited(resource, location, value)
        yield _change(Kind.VALUE, resource, location, f"set to {_text(value)}{before}", after)


def _same(present: Any, value: Any) -> bool:
    return type(present) is type(value) and bool(present == value)


def _renamed(
    stack: Stack, resource: Resource, location: Location, present: Any
) -> Iterator[Change]:
    """The name without the environment, wherever the stack writes it: nothing else changes."""
    other = _without_environment(resource, stack, present)
    if other is None:
        return
    edits = {}
    for each in stack.resources:
        inputs = _replaced(each.inputs, str(present), other)
        if inputs != each.inputs:
            outputs = renamed(each.outputs, str(present), other)
            edits[each.urn] = replace(each, inputs=inputs, outputs=outputs)
    what = f"named {other}, was {present}, wherever it is written"
    yield Change(Kind.VALUE, resource.urn, shown(location), what, edits)


def _without_environment(resource: Resource, stack: Stack, name: Any) -> str | None:
    tags = resource.inputs.get("tags")
    environment = tags.get(_ENVIRONMENT) if isinstance(tags, dict) else None
    if not isinstance(name, str):
        return None
    for suffix in (environment, stack.name):
        if isinstance(suffix, str) and suffix:
            pattern = rf"[-/.]{re.escape(suffix)}(?=[-/.]|$)"
            other = re.sub(pattern, "", name)
            if other != name:
                return other
    return None


def _replaced(value: Any, old: str, new: str) -> Any:
    if isinstance(value, str):
        return re.sub(rf"{re.escape(old)}(?![A-Za-z0-9_-])", lambda _: new, value)
    if isinstance(value, Secret):
        return Secret(_replaced(value.value, old, new))
    if isinstance(value, dict):
        return {key: _replaced(item, old, new) for key, item in value.items()}
    return [_replaced(item, old, new) for item in value] if isinstance(value, list) else value


def _link(
    references: References, resource: Resource, location: Location, action: str
) -> Iterator[Change]:
    reference = references.of(resource, location)
    if reference is None:
        return
    target = reference.target.name
    if action == "cut":
        what = f"no longer {target}: points outside the stack"
        after = references.cut(resource, location, reference)
        yield _change(Kind.LINK, resource, location, what, after)
        return
    for after, other in references.swapped(resource, location, reference):
        what = f"{other.name} instead of {target}"
        yield _change(Kind.LINK, resource, location, what, after)


def _change(
    kind: Kind, resource: Resource, location: Location, what: str, after: Resource
) -> Change:
    return Change(kind, resource.urn, shown(location), what, {resource.urn: after})


def _text(value: Any) -> str:
    """A value as the report shows it; what is secret is not shown."""
    text = json.dumps(value, default=_unwritten, sort_keys=True)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 1]}…"


def _unwritten(value: Any) -> str:
    if isinstance(value, Secret):
        return SECRET_TEXT
    return "[unknown]" if isinstance(value, Unknown) else "[asset]"
