"""Resources as data: what every engine makes and every rule reads."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from payment_guardrails.values import SECRET_TEXT, UNKNOWN, Asset, Reading, Secret, Unknown


@dataclass(frozen=True)
class Location:
    """A place in a program: a file, with slashes, from the project's folder, and a line from 1."""

    file: str
    line: int


@dataclass(frozen=True)
class Resource:
    """One resource of a stack.

    `inputs` are the properties that the program gave, with the provider's names
    (camelCase). `outputs` are what the engine knows beyond them: ids, names and ARNs.
    `parent`, `provider` and the dependencies are URNs; `property_dependencies` tells,
    for each input, the resources its value was made from. `custom` is False for
    components. `location` is where the program creates it, None where the engine cannot know.
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
    location: Location | None = field(default=None, compare=False)
    _root: Reading = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_root", Reading(self.inputs, ""))

    @property
    def digest(self) -> str:
        """`sha256:...` of the inputs, in which secrets and unknowns count as such."""
        text = json.dumps(self.inputs, default=_digestible, sort_keys=True)
        return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"

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


def _digestible(value: Any) -> Any:
    if isinstance(value, Secret):
        # A digest of a guessable secret would let it be guessed.
        return SECRET_TEXT
    if isinstance(value, Unknown):
        return "[unknown]"
    if isinstance(value, Asset):
        return [value.kind, PurePath(value.path).name if value.path else None, value.text]
    return str(value)
