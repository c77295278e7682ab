"""The engine's encoding of property values, as a provider meets it.

https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/properties.go
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct

UNKNOWN: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_KEY: Final = "4dabf18193072939515e22adb298388d"
_SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"
DEFAULTS: Final = "__defaults"

Properties = dict[str, Any]


def decoded(struct: Struct) -> Properties:
    """The properties of a message; whole numbers as int."""
    return {name: _whole(value) for name, value in MessageToDict(struct).items()}


def encoded(properties: Mapping[str, Any]) -> Struct:
    """The message that holds these properties."""
    struct = Struct()
    struct.update(properties)
    return struct


def _whole(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {name: _whole(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_whole(item) for item in value]
    return value


def bare(value: Any) -> Any:
    """The value without secret wrappers, at every depth."""
    if isinstance(value, dict):
        if value.get(_KEY) == _SECRET:
            return bare(value.get("value"))
        return {name: bare(item) for name, item in value.items()}
    if isinstance(value, list):
        return [bare(item) for item in value]
    return value


def secret(value: Any) -> Any:
    """The value in a secret wrapper, once."""
    if isinstance(value, dict) and value.get(_KEY) == _SECRET:
        return value
    return {_KEY: _SECRET, "value": value}


def is_unknown(value: Any) -> bool:
    """True where the value, or anything in it, is not known yet."""
    if isinstance(value, dict):
        return any(is_unknown(item) for item in value.values())
    if isinstance(value, list):
        return any(is_unknown(item) for item in value)
    return value == UNKNOWN


def as_document(value: Any) -> Any:
    """A JSON document given as an object becomes its text: unknown or secret where a part is.

    https://github.com/pulumi/pulumi-terraform-bridge, TransformJSONDocument
    """
    if not isinstance(value, dict | list) or (isinstance(value, dict) and _KEY in value):
        return value
    if is_unknown(value):
        return UNKNOWN
    plain = bare(value)
    text = json_text(plain)
    return text if plain == value else secret(text)


def json_text(value: Any) -> str:
    """The value as Go writes it: sorted keys, no spaces, `<`, `>` and `&` escaped.

    https://pkg.go.dev/encoding/json#Marshal
    """
    text = json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    return escaped_as_go_does(text)


def escaped_as_go_does(text: str) -> str:
    """JSON text that is safe inside HTML, which Go takes care of."""
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text
