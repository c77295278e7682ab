"""Resources as data: what every engine makes and every rule reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from payment_guardrails.values import UNKNOWN, Reading


@dataclass(frozen=True)
class Resource:
    """One resource of a stack.

    `inputs` are the properties that the program gave, with the provider's names
    (camelCase). `outputs` are what the engine knows beyond them: ids, names and ARNs.
    `parent`, `provider` and the dependencies are URNs; `property_dependencies` tells,
    for each input, the resources its value was made from. `custom` is False for
    components.
    """

    urn: str
    type: str
    name: str
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any] = field(default_factory=dict)
    parent: str | None = None
    provider: str | None = None
    dependencies: tuple[str, ...] = ()
    property_dependencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    custom: bool = True
    _root: Reading = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_root", Reading(self.inputs, ""))

    def read(self, path: str) -> Reading:
        """The input at `path` (members joined by dots, camelCase)."""
        reading = self._root
        for member in path.split("."):
            reading = reading.get(member)
        return reading

    def identity(self, name: str) -> Reading:
        """An id, name, ARN or URL: the output where the engine has it, else the input.

        Unknown, not missing, where neither is there: AWS gives one to every resource.
        """
        reading = Reading(self.outputs, "").get(name)
        if not reading.missing:
            return reading
        reading = self.read(name)
        return Reading(UNKNOWN, name) if reading.missing else reading
