"""What is deployed of a resource: its outputs, where its inputs say something else.

Rules read the properties that a program gave. In a state they stand beside those that the
cloud reported, at the last update or `pulumi refresh`. Where someone changed a resource
past Pulumi, only the outputs are sure to tell: a refresh takes a property over into the
inputs only where the program gave it
(https://github.com/pulumi/pulumi-terraform-bridge/blob/master/pkg/tfbridge/schema.go,
`ExtractInputsFromOutputs`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from payment_guardrails.values import Asset, Secret, Unknown, has_unknown, snake_case


def deployed(inputs: Mapping[str, Any], outputs: Mapping[str, Any]) -> dict[str, Any]:
    """The properties of a resource as they are deployed, for rules to read as its inputs.

    - The output counts where a property has one, whatever the program gave: also a null,
      which says that the property is not set any more.
    - The input counts where there is no output, where the output cannot be read (an
      encrypted secret), for assets and archives, and for what AWS does not give back
      (names in `Wo`, write-only).
    - Of a property that the program did not give, an empty output says that it is not set;
      it is left out, since rules ask whether a property is there. A number or a boolean is
      a setting.
    - What is a secret on either side is one.

    Both are plain data, as :func:`payment_guardrails.values.from_wire` makes it.
    """
    merged: dict[str, Any] = {}
    for name in (*inputs, *(name for name in outputs if name not in inputs)):
        if name == "id" and name not in inputs:
            continue  # the resource's own id is none of its properties
        given = inputs.get(name)
        is_told = name in outputs and not name.endswith("Wo")
        value = _deployed(given, outputs[name]) if is_told else given
        if value is not None:
            merged[name] = value
    return merged


def _deployed(given: Any, found: Any) -> Any:
    if isinstance(given, Secret) or isinstance(found, Secret):
        value = _deployed(_bare(given), _bare(found))
        return None if value is None else Secret(value)
    if given is None:
        return _filled(found)
    if isinstance(given, Asset) or isinstance(found, Unknown):
        return given
    if isinstance(given, Mapping) and isinstance(found, Mapping):
        members = {
            name: _deployed(given.get(name, given.get(snake_case(name))), value)
            for name, value in found.items()
        }
        return {name: value for name, value in members.items() if value is not None}
    if has_unknown(found):
        return Secret(given)
    if isinstance(found, list):
        found = [_filled(item) if isinstance(item, Mapping) else item for item in found]
    # Lists can be sets, in another order: which element was the secret is not known.
    return Secret(found) if _has_secret(given) else found


def _filled(value: Any) -> Any:
    """The value without its empty members; None where nothing is left."""
    if isinstance(value, Secret):
        inner = _filled(value.value)
        return None if inner is None else Secret(inner)
    if isinstance(value, Mapping):
        members = {name: _filled(item) for name, item in value.items()}
        return {name: item for name, item in members.items() if item is not None} or None
    if isinstance(value, list):
        return [item for item in map(_filled, value) if item is not None] or None
    return None if value == "" else value


def _bare(value: Any) -> Any:
    while isinstance(value, Secret):
        value = value.value
    return value


def _has_secret(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(_has_secret(item) for item in value.values())
    if isinstance(value, list):
        return any(_has_secret(item) for item in value)
    return isinstance(value, Secret)
