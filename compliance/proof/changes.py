"""Every change that weakens a stack, and what could not be made into changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from compliance.proof.change import Change
from compliance.proof.classification import EVERY_DOCUMENT, TypeEntry
from compliance.proof.conditions import Setting
from compliance.proof.document_changes import document_changes
from compliance.proof.documents import documents
from compliance.proof.limit_changes import limit_changes
from compliance.proof.property_changes import property_changes
from compliance.proof.references import References
from compliance.proof.secret_changes import secret_changes

_COMPONENT = "pulumi:"


@dataclass(frozen=True)
class Unclaimed:
    """A weakening that no rule is meant to catch: the type, the property ("" the whole), why."""

    type: str
    path: str
    reason: str
    resources: int


def weakening_changes(setting: Setting, classes: Mapping[str, TypeEntry]) -> Iterator[Change]:
    """Every change of a stack, each once, in the order of its resources.

    Two that make the same stack are one: the first is kept.
    """
    seen: set[tuple[object, ...]] = set()
    references = References(setting.stack)
    by_resource = (
        change
        for resource in setting.stack.resources
        for change in chain(
            property_changes(setting, references, resource, classes[resource.type])
            if resource.type in classes
            else (),
            document_changes(resource),
            secret_changes(resource),
        )
    )
    for change in chain(by_resource, limit_changes(setting.stack)):
        result = tuple(
            (urn, None if after is None else repr((after.inputs, after.property_dependencies)))
            for urn, after in sorted(change.edits.items())
        )
        if result not in seen and any(
            after != setting.stack.by_urn[urn] for urn, after in change.edits.items()
        ):
            seen.add(result)
            yield change


def unclaimed(setting: Setting, classes: Mapping[str, TypeEntry]) -> tuple[Unclaimed, ...]:
    """What the data files say that no rule claims, for the types in the stack."""
    counts = Counter(each.type for each in setting.stack.resources)
    counts[EVERY_DOCUMENT] = sum(len(list(documents(each))) for each in setting.stack.resources)
    return tuple(
        Unclaimed(type_, path, entry.unclaimed, counts[type_])
        for type_ in sorted(set(counts) & set(classes))
        for path, entry in (("", classes[type_].removal), *classes[type_].properties.items())
        if entry.unclaimed
    )


def unclassed(setting: Setting, classes: Mapping[str, TypeEntry]) -> Mapping[str, int]:
    """The types of the stack that no data file speaks of, and how many resources they have."""
    counts = Counter(
        each.type
        for each in setting.stack.resources
        if each.custom and each.type not in classes and not each.type.startswith(_COMPONENT)
    )
    return dict(sorted(counts.items()))
