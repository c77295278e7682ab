"""Property values as rules read them: plain JSON, plus unknowns, secrets and assets.

A rule never touches raw engine data. It reads a :class:`Reading`, which carries the
value, the property path and whether the value is a secret, and which cannot raise:
whatever is not known, or not of a shape that can be read, is an :class:`Unknown`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

SECRET_TEXT: Final = "[secret]"  # noqa: S105 - the mask, not a secret
_LONGEST_SHOWN: Final = 120

_SIGNATURE_KEY: Final = "4dabf18193072939515e22adb298388d"
_ASSET_SIGNATURE: Final = "c44067f5952c0a294b673a41bacd8c17"
_ARCHIVE_SIGNATURE: Final = "0def7320c3a5731c473e5ecbe6d01bc7"
_SECRET_SIGNATURE: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - a type marker
_RESOURCE_SIGNATURE: Final = "5cf8f73096256a8f31e491e813e4eb8e"
_OUTPUT_SIGNATURE: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"

UNKNOWN_WIRE: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""The engine's encoding of an unknown string."""

_UNKNOWN_SENTINELS: Final = (
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    UNKNOWN_WIRE,
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "030794c1-ac77-496b-92df-f27374a8bd58",
    "e48ece36-62e2-4504-bad9-02848725956a",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
)


@dataclass(frozen=True)
class Unknown:
    """A value that cannot be read: `reason` completes the sentence "<path> ..."."""

    reason: str = "is not known before deployment"


UNKNOWN: Final = Unknown()
_NULL: Final = Unknown("is null")


@dataclass(frozen=True)
class Secret:
    """A value that Pulumi marks as secret. It is compared, never shown."""

    value: Any

    def __repr__(self) -> str:
        return f"Secret({SECRET_TEXT})"


@dataclass(frozen=True)
class Asset:
    """A file, text or archive given as a property. `text` is set for string assets only."""

    kind: str
    path: str | None = None
    text: str | None = None


def from_wire(value: Any) -> Any:
    """Turn a property in the engine's JSON encoding into plain data.

    Takes what `google.protobuf.json_format.MessageToDict` makes of a property, or what
    a state export holds, and returns JSON values with :class:`Unknown`,
    :class:`Secret` and :class:`Asset` in the places where the encoding has its markers.
    Whole numbers come back as `int`. The encoding is that of
    https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/properties.go
    """
    if isinstance(value, str):
        return UNKNOWN if _has_sentinel(value) else value
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        if _SIGNATURE_KEY in value:
            return _from_signed(value)
        return {str(key): from_wire(item) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [from_wire(item) for item in value]
    return value


def secret_on_the_wire(value: Any) -> dict[str, Any]:
    """The engine's encoding of a secret that holds `value`."""
    return {_SIGNATURE_KEY: _SECRET_SIGNATURE, "value": value}


def _has_sentinel(text: str) -> bool:
    return len(text) >= 36 and any(sentinel in text for sentinel in _UNKNOWN_SENTINELS)


def _from_signed(value: Mapping[str, Any]) -> Any:
    signature = value[_SIGNATURE_KEY]
    if signature == _SECRET_SIGNATURE:
        if "value" in value:
            return Secret(from_wire(value["value"]))
        if "plaintext" in value:
            return Secret(_from_plaintext(value["plaintext"]))
        return Secret(Unknown("is an encrypted secret"))
    if signature == _OUTPUT_SIGNATURE:
        inner = from_wire(value["value"]) if "value" in value else UNKNOWN
        return Secret(inner) if value.get("secret") else inner
    if signature == _RESOURCE_SIGNATURE:
        identifier = from_wire(value.get("id"))
        return identifier if identifier not in (None, "") else value.get("urn", UNKNOWN)
    if signature == _ASSET_SIGNATURE:
        return Asset("asset", value.get("path") or value.get("uri"), value.get("text"))
    if signature == _ARCHIVE_SIGNATURE:
        return Asset("archive", value.get("path") or value.get("uri"))
    return Unknown("is of a kind that this version of the pack does not know")


def _from_plaintext(text: Any) -> Any:
    try:
        return from_wire(json.loads(text))
    except (TypeError, ValueError, RecursionError):
        return UNKNOWN


@lru_cache(maxsize=4096)
def snake_case(name: str) -> str:
    """`kmsMasterKeyId` -> `kms_master_key_id`."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda match: "_" + match.group(1).lower(), name)


@dataclass(frozen=True)
class Reading:
    """One property as read: its value, its path and whether it is a secret.

    `value` is JSON data, `None` where the property is missing, or :class:`Unknown`.
    A :class:`Secret` is unwrapped here and remembered in `secret`.
    """

    value: Any
    path: str
    secret: bool = False

    @staticmethod
    def of(value: Any, path: str, secret: bool = False) -> Reading:
        """A reading of `value` that takes off secret wrappers."""
        while isinstance(value, Secret):
            value, secret = value.value, True
        return Reading(value, path, secret)

    @property
    def missing(self) -> bool:
        """True where the property is not set at all."""
        return self.value is None

    @property
    def unknown(self) -> bool:
        """True where the value cannot be read; the reason is `value.reason`."""
        return isinstance(self.value, Unknown)

    @property
    def text(self) -> str:
        """The value as a message may show it: masked where secret, cut where long."""
        if self.secret:
            return SECRET_TEXT
        if self.value is None:
            return "not set"
        if isinstance(self.value, Unknown):
            return self.value.reason
        shown = self.value if isinstance(self.value, str) else _dump(self.value)
        shown = " ".join(shown.split())
        return shown if len(shown) <= _LONGEST_SHOWN else shown[: _LONGEST_SHOWN - 1] + "…"

    def get(self, name: str) -> Reading:
        """The member `name` of a mapping, in camelCase or in snake_case.

        Missing where this value is missing, unknown where it is unknown or no mapping.
        """
        path = f"{self.path}.{name}" if self.path else name
        if self.value is None or isinstance(self.value, Unknown):
            return Reading(self.value, path, self.secret)
        if not isinstance(self.value, Mapping):
            return Reading(self._odd("a mapping"), path, self.secret)
        if name in self.value:
            return Reading.of(self.value[name], path, self.secret)
        return Reading.of(self.value.get(snake_case(name)), path, self.secret)

    def items(self) -> Iterator[tuple[str, Reading]]:
        """The members of a mapping by name; nothing where this is no mapping."""
        if isinstance(self.value, Mapping):
            for name in self.value:
                # The names in a secret are secret too, and paths are shown.
                shown = SECRET_TEXT if self.secret else name
                yield str(name), Reading.of(self.value[name], f"{self.path}.{shown}", self.secret)

    def elements(self) -> tuple[Reading, ...]:
        """The elements of a list; a single value counts as a list of one.

        Empty where missing. An unknown list is one unknown element, so that whoever
        walks the elements meets it; so is a null in a list.
        """
        if self.value is None:
            return ()
        if isinstance(self.value, list | tuple):
            return tuple(
                replace(element, value=_NULL) if element.missing else element
                for element in (
                    Reading.of(item, f"{self.path}[{index}]", self.secret)
                    for index, item in enumerate(self.value)
                )
            )
        return (self,)

    def parsed(self) -> Reading:
        """The data that a JSON string holds; a value that is no string is itself."""
        if not isinstance(self.value, str):
            return self
        try:
            value = from_wire(json.loads(self.value))
        except (ValueError, RecursionError):
            value = self._odd("JSON")
        return Reading(value, self.path, self.secret)

    def number(self) -> Reading:
        """The value as a number: numbers in strings are read, anything else is unknown."""
        value = self.value
        if value is None or isinstance(value, Unknown):
            return self
        if isinstance(value, str) and re.fullmatch(r"-?\d{1,18}", value.strip()):
            return Reading(int(value), self.path, self.secret)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return self
        return Reading(self._odd("a number"), self.path, self.secret)

    def boolean(self) -> Reading:
        """The value as a boolean: "true" and "false" are read, anything else is unknown."""
        value = self.value
        if value is None or isinstance(value, Unknown | bool):
            return self
        if isinstance(value, str) and value.lower() in ("true", "false"):
            return Reading(value.lower() == "true", self.path, self.secret)
        return Reading(self._odd("a boolean"), self.path, self.secret)

    def string(self) -> Reading:
        """The value as a string; anything else is unknown."""
        if self.value is None or isinstance(self.value, Unknown | str):
            return self
        return Reading(self._odd("a string"), self.path, self.secret)

    def _odd(self, wanted: str) -> Unknown:
        return Unknown(f"is a {type(self.value).__name__} where {wanted} is expected")


def has_unknown(value: Any) -> bool:
    """True where the value, or anything inside it, is unknown."""
    if isinstance(value, Unknown):
        return True
    if isinstance(value, Secret):
        return has_unknown(value.value)
    if isinstance(value, Mapping):
        return any(has_unknown(item) for item in value.values())
    if isinstance(value, list | tuple):
        return any(has_unknown(item) for item in value)
    return False


def _dump(value: Any) -> str:
    def other(item: Any) -> str:
        if isinstance(item, Unknown):
            return "[unknown]"
        if isinstance(item, Secret):
            return SECRET_TEXT
        return f"[{type(item).__name__.lower()}]"

    try:
        return json.dumps(value, default=other, sort_keys=True, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        return f"[{type(value).__name__}]"
