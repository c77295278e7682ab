"""The OpenAPI body of an API, in JSON or YAML, as rules read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

import yaml

from payment_guardrails.values import SECRET_TEXT, Reading, Unknown

# Operations of a path item: https://spec.openapis.org/oas/v3.0.3#path-item-object
# `options` answers CORS preflights, which carry no credentials and no body.
_OPERATIONS: Final = frozenset({"delete", "get", "head", "patch", "post", "put", "trace"})
# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
_ANY_OPERATION: Final = "x-amazon-apigateway-any-method"


@dataclass(frozen=True)
class Operation:
    """One operation: its verb in capitals, its name (`POST /transactions`) and its object.

    A part of the document that cannot be read stands as an operation with the verb `?`
    and an unknown reading, since it may hold any.
    """

    verb: str
    name: str
    reading: Reading


def openapi(body: Reading) -> Reading:
    """The document that a body holds; unknown where it is neither JSON nor YAML."""
    parsed = body.parsed()
    if parsed.unknown and isinstance(body.value, str):
        try:
            parsed = replace(body, value=yaml.safe_load(body.value))
        except (yaml.YAMLError, ValueError, RecursionError):
            return parsed
    return _object(parsed)


def operations(document: Reading) -> Iterator[Operation]:
    """Every operation of the document, but the preflights."""
    paths = member(document, "paths")
    if document.unknown or not (paths.missing or isinstance(paths.value, Mapping)):
        yield Operation("?", "each operation", _object(document if document.unknown else paths))
        return
    for given, item in paths.items():
        path = SECRET_TEXT if paths.secret else given
        if not isinstance(item.value, Mapping):
            yield Operation("?", path, _object(item))
            continue
        for key, reading in item.items():
            if key.lower() == _ANY_OPERATION:
                yield Operation("ANY", f"ANY {path}", _object(reading))
            elif key.lower() in _OPERATIONS:
                yield Operation(key.upper(), f"{key.upper()} {path}", _object(reading))


def member(reading: Reading, name: str) -> Reading:
    """The member of an object of the document, whose names have one spelling only."""
    if isinstance(reading.value, Mapping) and name not in reading.value:
        return Reading(None, f"{reading.path}.{name}", reading.secret)
    return reading.get(name)


def referenced(document: Reading, reading: Reading) -> Reading:
    """What an object's `$ref` into the document names; the object itself where it has none."""
    reference = member(reading, "$ref").string()
    if reference.unknown:
        return reference
    if not isinstance(reference.value, str) or not reference.value.startswith("#/"):
        return reading
    found = document
    for name in reference.value.removeprefix("#/").split("/"):
        found = member(found, name.replace("~1", "/").replace("~0", "~"))
    return found


def unreadable(reading: Reading) -> Reading:
    """The reading, unknown whatever it holds."""
    return reading if reading.unknown else replace(reading, value=Unknown("cannot be read"))


def _object(reading: Reading) -> Reading:
    return reading if isinstance(reading.value, Mapping) else unreadable(reading)
