"""What AWS computes of a resource: its id, its ARN and its other outputs."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from tests.engine.provider.catalogue import Kind, kind_of
from tests.engine.provider.place import Place
from tests.engine.provider.shapes import MissingValueError, Values, filled, is_drawn
from tests.engine.provider.wire import DEFAULTS, UNKNOWN, Properties, bare, secret

# Where the program gives a prefix, the provider makes the name only when it creates.
# https://github.com/hashicorp/terraform-plugin-sdk/blob/main/helper/id/id.go
_PREFIXED: Final = "{{{0}}}{{digits:18}}{{hex:8}}"


def deployed(
    type_: str,
    inputs: Properties,
    old: Mapping[str, Any],
    place: Place,
    draw: random.Random,
    of_target: Callable[[str, str], Any],
) -> Properties:
    """The outputs of a resource that exists, its id among them.

    `old` is what they were before an update, empty for a new resource: what AWS drew stays,
    and so does a value that was once set and is no longer. `of_target` is as in
    :class:`~tests.engine.provider.shapes.Values`. Raises
    :class:`~tests.engine.provider.shapes.MissingValueError` where a shape lacks a value.
    """
    kind = kind_of(type_)
    resolver = _Resolver(kind, bare(inputs), bare(dict(old)), place, draw, of_target)
    outputs = {name: value for name, value in inputs.items() if name != DEFAULTS}
    for path in _computed(kind):
        outputs = _with(outputs, path, partial(resolver.value, path))
    outputs["id"] = resolver.value("id")
    return _with_secrets(kind, outputs)


def previewed(type_: str, inputs: Properties, old: Mapping[str, Any]) -> Properties:
    """The outputs as a preview shows them: what is computed is unknown, or as it was."""
    kind = kind_of(type_)
    outputs = {name: value for name, value in inputs.items() if name != DEFAULTS}
    known = bare(dict(old))
    for path in _computed(kind):
        outputs = _with(outputs, path, partial(_at, known, path, UNKNOWN))
    return _with_secrets(kind, outputs)


def _computed(kind: Kind) -> tuple[str, ...]:
    own = (kind.name.property,) if kind.name and kind.name.prefix else ()
    return (*own, *kind.outputs)


@dataclass
class _Resolver:
    """Finds values on demand, whatever their order; each once."""

    kind: Kind
    inputs: Mapping[str, Any]
    old: Mapping[str, Any]
    place: Place
    draw: random.Random
    of_target: Callable[[str, str], Any]
    found: dict[str, Any] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)

    def value(self, path: str) -> Any:
        if path not in self.found:
            if path in self.open:
                raise MissingValueError(f"{' -> '.join([*self.open, path])} is a circle")
            self.open.append(path)
            self.found[path] = self._resolved(path)
            self.open.pop()
        return self.found[path]

    def _resolved(self, path: str) -> Any:
        if path == "id":
            return self._filled("id", self.kind.id)
        if self.inputs.get(path) is not None:
            return self.inputs[path]
        if path in self.kind.outputs:
            return self._filled(path, self.kind.outputs[path])
        if self.kind.name and path == self.kind.name.property:
            return self._filled(path, _PREFIXED.format(self.kind.name.prefix))
        if self.kind.name and path == "name":
            return self.value(self.kind.name.property)
        return self.place.values.get(path)

    def _filled(self, path: str, shape: Any) -> Any:
        kept = _at(self.old, path, None)
        if kept is not None and (not isinstance(shape, str) or _is_kept(shape)):
            return kept
        return self._each(shape)

    def _each(self, shape: Any) -> Any:
        if isinstance(shape, str):
            return filled(shape, Values(self.value, self.of_target), self.draw)
        if isinstance(shape, dict):
            return {name: self._each(item) for name, item in shape.items()}
        if isinstance(shape, list):
            return [self._each(item) for item in shape]
        return shape


def _is_kept(shape: str) -> bool:
    return is_drawn(shape) or "{" not in shape


def _with(outputs: Properties, path: str, value: Callable[[], Any]) -> Properties:
    """The outputs with a value at the path, unless there is one, or no block to hold it."""
    head, _, rest = path.partition(".")
    if not rest:
        return outputs if outputs.get(head) is not None else {**outputs, head: value()}
    block = outputs.get(head)
    if not isinstance(block, dict):
        return outputs
    return {**outputs, head: _with(block, rest, value)}


def _at(properties: Any, path: str, default: Any) -> Any:
    for part in path.split("."):
        if not isinstance(properties, dict) or properties.get(part) is None:
            return default
        properties = properties[part]
    return properties


def _with_secrets(kind: Kind, outputs: Properties) -> Properties:
    wrapped = {name: secret(outputs[name]) for name in kind.secrets if name in outputs}
    return {**outputs, **wrapped}
