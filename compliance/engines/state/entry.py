"""One resource of an exported state: the fields that the gate reads, of the right types.

They are those of `apitype.ResourceV3`
(https://github.com/pulumi/pulumi/blob/master/sdk/go/common/apitype/core.go).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote

from payment_guardrails.resource import Location, Resource
from payment_guardrails.stack import ROOT_TYPE
from payment_guardrails.values import from_wire

from compliance.engines.state.deployed import deployed

_URN_PREFIX: Final = "urn:pulumi:"
# https://github.com/pulumi/pulumi/blob/master/sdk/go/common/apitype/core.go (ResourceV3)
_POSITION: Final = re.compile(r"project:///(?P<file>[^#]+)#(?P<line>[1-9]\d{0,8})(?:,\d+)?")
_KINDS: Final[Mapping[type, str]] = {
    bool: "true or false", str: "a string", list: "a list", dict: "an object",
}  # fmt: skip


class MalformedError(Exception):
    """A part of an export is not of its type; the message names the part."""


@dataclass(frozen=True)
class Entry:
    """A resource of the state. `inputs` and `outputs` are plain data (see `from_wire`).

    `delete` marks one that was replaced and waits to be deleted, beside its replacement of
    the same URN; `pending_replacement` one that is deleted already and waits to be made
    again; `external` one that the program only reads. `init_errors` are there where
    deploying it failed half way. `source_position` is where the program creates it, as the
    engine writes it, or empty.
    """

    urn: str
    type: str
    id: str
    custom: bool
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]
    parent: str
    provider: str
    dependencies: tuple[str, ...]
    property_dependencies: Mapping[str, tuple[str, ...]]
    source_position: str
    external: bool
    delete: bool
    pending_replacement: bool
    retain_on_delete: bool
    init_errors: bool

    @staticmethod
    def of(raw: Any, place: str) -> Entry:
        """The entry at `place` of an export. Raises :class:`MalformedError`."""
        raw = typed(raw, dict, place)
        by_property = typed(
            raw.get("propertyDependencies"), dict, f"{place}.propertyDependencies"
        ).items()

        def text(name: str) -> str:
            return str(typed(raw.get(name), str, f"{place}.{name}"))

        def flag(name: str) -> bool:
            return bool(typed(raw.get(name), bool, f"{place}.{name}"))

        def properties(name: str) -> dict[str, Any]:
            given = typed(raw.get(name), dict, f"{place}.{name}")
            # Names that begin so are the provider's notes to itself.
            return {key: from_wire(given[key]) for key in given if not key.startswith("__")}

        entry = Entry(
            urn=text("urn"),
            type=text("type"),
            id=text("id"),
            custom=flag("custom"),
            inputs=properties("inputs"),
            outputs=properties("outputs"),
            parent=text("parent"),
            provider=text("provider"),
            dependencies=_texts(raw.get("dependencies"), f"{place}.dependencies"),
            property_dependencies={
                name: _texts(urns, f"{place}.propertyDependencies.{name}")
                for name, urns in sorted(by_property)
                if urns
            },
            source_position=text("sourcePosition"),
            external=flag("external"),
            delete=flag("delete"),
            pending_replacement=flag("pendingReplacement"),
            retain_on_delete=flag("retainOnDelete"),
            init_errors=bool(_texts(raw.get("initErrors"), f"{place}.initErrors")),
        )
        if not entry.urn.startswith(_URN_PREFIX) or len(_parts(entry.urn)) != 4:
            raise MalformedError(f"{place}.urn is {entry.urn!r}, which is no URN")
        if not entry.type:
            raise MalformedError(f"{place}.type is not set")
        return entry

    @property
    def stack(self) -> tuple[str, str]:
        """The names of the project and the stack that the resource is in."""
        head, project, *_ = _parts(self.urn)
        return project, head.removeprefix(_URN_PREFIX)

    def resource(self) -> Resource:
        """The resource as rules read it: as it is deployed."""
        properties = deployed(self.inputs, self.outputs)
        outputs = {name: properties[name] for name in self.outputs if name in properties}
        parent_is_root = ROOT_TYPE in _parts(self.parent)[2:3]
        return Resource(
            urn=self.urn,
            type=self.type,
            name=_parts(self.urn)[3],
            inputs=properties,
            outputs={**outputs, "id": self.id} if self.id else outputs,
            parent=None if parent_is_root else self.parent or None,
            provider=self.provider.rpartition("::")[0] or None,
            dependencies=self.dependencies,
            property_dependencies=self.property_dependencies,
            custom=self.custom,
            location=_location(self.source_position),
        )


def _location(position: str) -> Location | None:
    """The place in an engine's `project:///FILE#LINE,COLUMN`; None where it is no such."""
    match = _POSITION.fullmatch(position)
    return match and Location(unquote(match["file"]), int(match["line"]))


def _parts(urn: str) -> list[str]:
    """urn:pulumi:<stack>, <project>, <types>, <name>; a name can hold the separator."""
    return urn.split("::", 3)


def typed(value: Any, kind: type, place: str) -> Any:
    """A value of this kind; the empty one where it is null or left out, as in Go."""
    if value is None:
        return kind()
    if not isinstance(value, kind):
        raise MalformedError(f"{place} is {type(value).__name__} where {_KINDS[kind]} is expected")
    return value


def _texts(value: Any, place: str) -> tuple[str, ...]:
    items = typed(value, list, place)
    return tuple(sorted(typed(item, str, f"{place}[{index}]") for index, item in enumerate(items)))
