"""What a program gets from a data source that only the cloud can answer.

This file runs in the program's own process, like `host.py`, which loads it by its path.

The output form of a data source (`get_vpc_output`) has unknown outputs. The plain form
(`get_vpc`) has to give plain values, and the engine has an encoding for an unknown one: a
text. A program that passes it on to a resource, or writes it into a text, makes that
property unknown. A program that computes with it fails as it would with any wrong type.
"""

import collections.abc
import inspect
import typing
from typing import Any

from pulumi._types import is_output_type
from pulumi.runtime.rpc import UNKNOWN

DEEPEST = 6
"""Types of results that hold themselves end here."""


class UnknownValue(str):
    """An unknown value of another type than text.

    It is false because the SDK's types check what they are given only where it is true.
    """

    __slots__ = ()

    def __bool__(self) -> bool:
        return False


def answering(invoke: Any) -> Any:
    """The SDK's `invoke`, with a result of unknown values where there would be none."""

    def answered(token: str, properties: Any, *arguments: Any, **named: Any) -> Any:
        result = invoke(token, properties, *arguments, **named)
        type_ = named.get("typ", arguments[1] if len(arguments) > 1 else None)
        if type_ is None or getattr(result, "is_known", True):
            return result
        result.value = unknown(type_)
        return result

    return answered


def unknown(type_: Any, depth: int = 0) -> Any:
    """An unknown value of this type: of each of its fields, where it has any."""
    type_ = _required(type_)
    if type_ is str:
        return str(UNKNOWN)
    if depth < DEEPEST and typing.get_origin(type_) in (list, collections.abc.Sequence):
        return [unknown(typing.get_args(type_)[0], depth + 1)]
    if depth < DEEPEST and inspect.isclass(type_) and is_output_type(type_):
        return type_(**{name: unknown(field, depth + 1) for name, field in _fields(type_).items()})
    return UnknownValue(UNKNOWN)


def _required(type_: Any) -> Any:
    if typing.get_origin(type_) is not typing.Union:
        return type_
    [first, *_] = (item for item in typing.get_args(type_) if item is not type(None))
    return first


def _fields(type_: Any) -> dict[str, Any]:
    """The types of the fields that a result is made of; None where one has no annotation."""
    return {
        name: typing.get_type_hints(getattr(type_, name).fget).get("return")
        for name in list(inspect.signature(type_).parameters)
        if isinstance(getattr(type_, name, None), property)
    }
