"""Which part a smaller resource serves: a role its function, a stage its API, ..."""

from __future__ import annotations

from collections.abc import Mapping

from compliance.evidence import ResourceEntry
from compliance.reports.html.architecture.kinds import DOCUMENTS, HOMES, PARTS, SHARED

_SEVERAL = 2
"""Of more owners than one no more are kept: that there are several is all that counts."""


def root_of(property_: str) -> str:
    """The property that a path begins with: `environment` of `environment.variables.TABLE`."""
    return property_.split(".", 1)[0].split("[", 1)[0]


def owners_of(
    resources: Mapping[str, ResourceEntry], mains: frozenset[str]
) -> Mapping[str, tuple[str, ...]]:
    """The parts that each satellite serves, by URN; without those that nothing tells of.

    Of a satellite that serves more than two parts, two are named.

    A satellite serves the part that it names as its home; else those that it is linked with;
    else those of the satellites that it is linked with, and so on outwards. Where no link tells,
    it serves the part that shares its parent, or else its name, where there is one such.
    """
    links = _links(resources)
    owners = {
        urn: found
        for urn in resources
        if urn not in mains and (found := _direct(resources[urn], links[urn], mains))
    }
    _spread(resources, links, owners)
    parents, names = _alone(resources, mains, "parent"), _alone(resources, mains, "name")
    for urn, entry in resources.items():
        if urn in mains or urn in owners or entry.type in SHARED:
            continue
        likely = (
            entry.parent
            if entry.parent in mains
            else parents.get(entry.parent) or names.get(entry.name)
        )
        if likely:
            owners[urn] = (likely,)
    return owners


def _links(resources: Mapping[str, ResourceEntry]) -> Mapping[str, tuple[str, ...]]:
    """What each resource is linked with in either direction; no way leads through the shared."""
    found: dict[str, dict[str, None]] = {urn: {} for urn in resources}
    for entry in resources.values():
        for link in entry.links:
            other = resources.get(link.target)
            if other is None or root_of(link.property) in DOCUMENTS:
                continue
            if entry.type not in SHARED and other.type not in SHARED:
                found[entry.urn][other.urn] = None
                found[other.urn][entry.urn] = None
    return {urn: tuple(others) for urn, others in found.items()}


def _direct(
    entry: ResourceEntry, linked: tuple[str, ...], mains: frozenset[str]
) -> tuple[str, ...]:
    homes = {
        link.target
        for link in entry.links
        if link.target in mains and root_of(link.property) in HOMES
    }
    return tuple(sorted(homes or mains.intersection(linked))[:_SEVERAL])


def _spread(
    resources: Mapping[str, ResourceEntry],
    links: Mapping[str, tuple[str, ...]],
    owners: dict[str, tuple[str, ...]],
) -> None:
    """Add the owners of those that are linked with satellites only, ring by ring."""
    ring = list(owners)
    while ring:
        reached: dict[str, set[str]] = {}
        for urn in ring:
            for other in links[urn]:
                if other not in owners and resources[other].type not in PARTS:
                    reached.setdefault(other, set()).update(owners[urn])
        for urn, found in reached.items():
            owners[urn] = tuple(sorted(found)[:_SEVERAL])
        ring = list(reached)


def _alone(
    resources: Mapping[str, ResourceEntry], mains: frozenset[str], field: str
) -> Mapping[str | None, str]:
    """By the value of a field, the one part that has it; of several, the one function."""
    found: dict[str, list[str]] = {}
    for urn in mains:
        value = getattr(resources[urn], field)
        # The parent of everything is the stack, which is no resource: it tells nothing.
        if value and (field != "parent" or value in resources):
            found.setdefault(value, []).append(urn)
    alone: dict[str | None, str] = {}
    for value, urns in found.items():
        functions = [urn for urn in urns if PARTS[resources[urn].type].symbol == "function"]
        one = functions if len(urns) > 1 else urns
        if len(one) == 1:
            alone[value] = one[0]
    return alone
