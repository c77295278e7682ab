"""The resources of the stack as OSCAL's inventory items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from compliance.evidence import Evidence
from compliance.reports.oscal.document import line, properties
from compliance.reports.oscal.identity import Identity
from compliance.wording import name_of


def item_uuids(evidence: Evidence) -> dict[str, str]:
    """The UUID of each resource, by its URN."""
    urns = dict.fromkeys(resource.urn for resource in evidence.resources)
    uuids = Identity.of(evidence.subject).of_each("resource", ((urn,) for urn in urns))
    return dict(zip(urns, uuids, strict=True))


def inventory_items(evidence: Evidence, uuids: Mapping[str, str]) -> list[dict[str, Any]]:
    """An item for each resource. `asset-id` is OSCAL's own property: what identifies it."""
    return [
        {
            "uuid": uuids[resource.urn],
            "description": line(name_of(resource.urn)),
            "props": [
                {"name": "asset-id", "value": line(resource.urn)},
                *properties(
                    {
                        "resource-type": resource.type,
                        "inputs-digest": resource.inputs_digest,
                        "tested": "yes" if resource.tested else "no",
                        "data-class": resource.classification,
                        "stores": resource.stores,
                    }
                ),
            ],
        }
        for resource in {each.urn: each for each in evidence.resources}.values()
    ]
