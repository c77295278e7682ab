"""What exists in the stand-in's account, and what AWS refuses."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tests.engine.provider.catalogue import Need, Target, kind_of
from tests.engine.provider.outputs import deployed
from tests.engine.provider.place import Place
from tests.engine.provider.references import is_kept_by_aws, is_named, named
from tests.engine.provider.wire import Properties, bare


class RefusedError(Exception):
    """AWS would refuse this request."""


class Key(NamedTuple):
    """What tells the resources of an account apart; the region is empty for global types."""

    type: str
    id: str
    region: str


@dataclass(frozen=True)
class Resource:
    """A resource as the program asked for it, and as it is."""

    inputs: Properties
    outputs: Properties


@dataclass
class Cloud:
    """The resources of one account.

    `existing` holds what programs made here. `outside` holds the names and ARNs
    of what others made, in this account or in another: nothing is assumed to exist but what
    AWS keeps in every account itself, so a test names here what its program expects.

    Stricter than AWS in one thing: whatever another resource still names cannot be deleted,
    where AWS refuses some such deletions only. So a `destroy` that passes shows that every
    dependency was recorded.
    """

    existing: dict[Key, Resource] = field(default_factory=dict)
    outside: set[str] = field(default_factory=set)
    draw: random.Random = field(default_factory=random.SystemRandom)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def create(self, type_: str, inputs: Properties, place: Place) -> tuple[str, Properties]:
        """Make a resource; its id and outputs.

        Raises :class:`RefusedError` where it names a resource that does not exist, or lacks
        one that it needs, or where one of its kind and name exists already.
        """
        with self._lock:
            self._check(type_, bare(inputs))
            outputs = self._outputs(type_, inputs, {}, place)
            key = _key(type_, outputs["id"], place)
            if key in self.existing:
                raise RefusedError(f"{type_} {key.id} already exists")
            self.existing[key] = Resource(inputs, outputs)
            return key.id, outputs

    def update(self, type_: str, id_: str, inputs: Properties, place: Place) -> Properties:
        """Change a resource in place; its outputs.

        Raises :class:`RefusedError` where it is gone, or names what does not exist.
        """
        with self._lock:
            key = _key(type_, id_, place)
            if key not in self.existing:
                raise RefusedError(f"{type_} {id_} does not exist")
            self._check(type_, bare(inputs))
            old = self.existing[key].outputs
            outputs = {**self._outputs(type_, inputs, old, place), "id": id_}
            self.existing[key] = Resource(inputs, outputs)
            return outputs

    def read(self, type_: str, id_: str, place: Place) -> Resource | None:
        """The resource, None where there is none."""
        with self._lock:
            return self.existing.get(_key(type_, id_, place))

    def delete(self, type_: str, id_: str, place: Place) -> None:
        """Remove a resource, if it is there.

        Raises :class:`RefusedError` while another one names it.
        """
        with self._lock:
            key = _key(type_, id_, place)
            if key not in self.existing:
                return
            outputs = bare(self.existing[key].outputs)
            for other, resource in self.existing.items():
                for name, targets in _named_by(other.type, bare(resource.outputs)):
                    if other != key and is_named(type_, outputs, name, targets):
                        raise RefusedError(f"{type_} {id_} is in use by {other.type} {other.id}")
            del self.existing[key]

    def _check(self, type_: str, inputs: Mapping[str, Any]) -> None:
        for name, targets in _named_by(type_, inputs):
            kept = name in self.outside or is_kept_by_aws(name, targets)
            if not kept and self._target(name, targets) is None:
                raise RefusedError(f"{type_} names {name}, which does not exist")
        needs = kind_of(type_).needs
        if needs and not any(self._is_met(need, inputs) for need in needs):
            wanted = " or ".join(need.type for need in needs)
            raise RefusedError(f"{type_} needs {wanted}, which does not exist")

    def _is_met(self, need: Need, inputs: Mapping[str, Any]) -> bool:
        if any(inputs.get(ours) in self.outside for ours in need.same.values()):
            return True
        return any(
            key.type == need.type
            and all(_has(resource, its, inputs.get(ours)) for its, ours in need.same.items())
            and (need.having is None or resource.outputs.get(need.having) is not None)
            for key, resource in self.existing.items()
        )

    def _target(self, name: str, targets: tuple[Target, ...]) -> Properties | None:
        for key, resource in self.existing.items():
            outputs = bare(resource.outputs)
            if is_named(key.type, outputs, name, targets):
                return outputs
        return None

    def _outputs(
        self, type_: str, inputs: Properties, old: Mapping[str, Any], place: Place
    ) -> Properties:
        references = kind_of(type_).references

        def of_target(path: str, property_: str) -> Any:
            for name in named(bare(inputs), path):
                target = self._target(name, references[path])
                if target is not None:
                    return target.get(property_)
            return None

        return deployed(type_, inputs, old, place, self.draw, of_target)


def _key(type_: str, id_: str, place: Place) -> Key:
    return Key(type_, id_, "" if kind_of(type_).is_global else place.region)


def _has(resource: Resource, name: str, value: Any) -> bool:
    return bool(bare(resource.outputs.get(name)) == value)


def _named_by(
    type_: str, properties: Mapping[str, Any]
) -> Iterator[tuple[str, tuple[Target, ...]]]:
    for path, targets in kind_of(type_).references.items():
        for name in named(properties, path):
            yield name, targets
