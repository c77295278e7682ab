"""What exists in the stand-in's account, and what AWS refuses."""

from __future__ import annotations

import random
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.engine.provider.catalogue import kind_of
from tests.engine.provider.shapes import filled
from tests.engine.provider.wire import DEFAULTS, UNKNOWN, Properties, bare

ACCOUNT = "123456789012"
_NAMING_OUTPUTS = ("arn", "name", "url", "functionName", "bucket", "invokeArn", "executionArn")


class RefusedError(Exception):
    """AWS would refuse this request."""


@dataclass(frozen=True)
class Place:
    """Where a provider works."""

    region: str = "us-east-1"
    default_tags: Mapping[str, str] = field(default_factory=dict)

    def of(self, properties: Mapping[str, Any]) -> Place:
        """The place of one resource, which can name a region of its own."""
        own = bare(properties.get("region"))
        return Place(own, self.default_tags) if isinstance(own, str) and own != UNKNOWN else self

    @property
    def partition(self) -> str:
        """The partition of the region."""
        if self.region.startswith("cn-"):
            return "aws-cn"
        return "aws-us-gov" if self.region.startswith("us-gov-") else "aws"

    @property
    def dns_suffix(self) -> str:
        """The domain of the partition's endpoints."""
        return "amazonaws.com.cn" if self.partition == "aws-cn" else "amazonaws.com"


@dataclass
class Cloud:
    """The resources of one account: by type and id, their properties."""

    existing: dict[tuple[str, str], Properties] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    draw: random.Random = field(default_factory=random.SystemRandom)

    def create(self, type_: str, inputs: Properties, place: Place) -> tuple[str, Properties]:
        """Make a resource; its id and outputs.

        Raises :class:`RefusedError` where it names a resource that does not exist, or one
        of its kind and name exists already.
        """
        with self.lock:
            self._check_targets(type_, inputs)
            outputs = self._outputs(type_, inputs, place)
            key = (type_, outputs["id"])
            if key in self.existing:
                raise RefusedError(f"{type_} {outputs['id']} already exists")
            self.existing[key] = outputs
            return outputs["id"], outputs

    def update(self, type_: str, id_: str, inputs: Properties, place: Place) -> Properties:
        """Change a resource in place; its outputs."""
        with self.lock:
            self._check_targets(type_, inputs)
            old = self.existing.get((type_, id_), {})
            drawn = {name: old[name] for name in old if name not in inputs}
            removed = {DEFAULTS}
            outputs = {
                **self._outputs(type_, inputs, place),
                **{name: drawn[name] for name in _computed(type_) if name in drawn},
                "id": id_,
            }
            outputs = {name: value for name, value in outputs.items() if name not in removed}
            self.existing[type_, id_] = outputs
            return outputs

    def delete(self, type_: str, id_: str) -> None:
        """Remove a resource. Raises :class:`RefusedError` while another one names it."""
        with self.lock:
            outputs = self.existing.get((type_, id_))
            if outputs is None:
                return
            names = _names(outputs)
            for (other_type, other_id), other in self.existing.items():
                for path, types in kind_of(other_type).references.items():
                    if type_ in types and _at(other, path) in names:
                        raise RefusedError(f"{type_} {id_} is in use by {other_type} {other_id}")
            del self.existing[type_, id_]

    def _check_targets(self, type_: str, inputs: Properties) -> None:
        for path, types in kind_of(type_).references.items():
            named = _at(inputs, path)
            if named is None or named == UNKNOWN:
                continue
            known = (outputs for (found, _), outputs in self.existing.items() if found in types)
            if not any(named in _names(outputs) for outputs in known):
                raise RefusedError(f"{type_}: {path} names {named}, which does not exist")

    def _outputs(self, type_: str, inputs: Properties, place: Place) -> Properties:
        kind = kind_of(type_)
        outputs = {name: value for name, value in inputs.items() if name != DEFAULTS}
        values: dict[str, Any] = {
            **bare(outputs),
            "partition": place.partition,
            "region": place.region,
            "dnsSuffix": place.dns_suffix,
            "account": ACCOUNT,
        }
        for name in kind.computed:
            outputs.setdefault(name, "")
        if kind.name and kind.name.property in values:
            values["name"] = values[kind.name.property]
        if kind.arn is not None:
            values["arn"] = outputs["arn"] = filled(kind.arn, values, self.draw)
        if "{id}" in " ".join(kind.outputs.values()):
            values["id"] = filled(kind.id, values, self.draw)
        for name, shape in kind.outputs.items():
            if not inputs.get(name):
                values[name] = outputs[name] = filled(shape, values, self.draw)
        outputs["id"] = values.get("id") if "id" in values else filled(kind.id, values, self.draw)
        return with_tags(type_, outputs, place)


def previewed(type_: str, inputs: Properties, old: Mapping[str, Any], place: Place) -> Properties:
    """The outputs as a preview shows them: what is computed is unknown, or as it was."""
    outputs = {name: value for name, value in inputs.items() if name != DEFAULTS}
    for name in _computed(type_):
        outputs.setdefault(name, old.get(name, UNKNOWN))
    return with_tags(type_, outputs, place)


def with_tags(type_: str, outputs: Properties, place: Place) -> Properties:
    """The provider's default tags, which every taggable resource shows in `tagsAll`."""
    if "tags" not in outputs and "tagsAll" not in kind_of(type_).computed:
        return outputs
    tags = outputs.get("tags")
    own = tags if isinstance(tags, dict) else {}
    unknown = tags == UNKNOWN
    return {**outputs, "tagsAll": UNKNOWN if unknown else {**place.default_tags, **own}}


def _computed(type_: str) -> tuple[str, ...]:
    kind = kind_of(type_)
    arn = ("arn",) if kind.arn else ()
    return tuple(dict.fromkeys((*kind.computed, *arn, *kind.outputs)))


def _names(outputs: Mapping[str, Any]) -> frozenset[Any]:
    found = (bare(outputs.get(name)) for name in ("id", *_NAMING_OUTPUTS))
    return frozenset(value for value in found if isinstance(value, str) and value)


def _at(properties: Mapping[str, Any], path: str) -> Any:
    value: Any = bare(dict(properties))
    for part in path.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value
