"""What the installed pulumi-aws takes: the inputs of a resource type, and of their members.

The classes of the SDK are generated from the provider's schema; the names are those that the
engine sees.
"""

from __future__ import annotations

import importlib
import inspect
import typing
from collections.abc import Iterator
from typing import Any

from pulumi._types import input_type_types

_MODULES = {"lambda": "lambda_"}


def inputs_of(type_: str) -> dict[str, Any]:
    """Each input property of a resource type, with the type of its values."""
    _, path, name = type_.split(":")
    module = path.partition("/")[0]
    found = importlib.import_module(f"pulumi_aws.{_MODULES.get(module, module)}")
    return dict(input_type_types(getattr(found, f"{name}Args")))


def members_of(value_type: Any) -> frozenset[str]:
    """The members of a property whose values are objects, or lists of them; else none."""
    return frozenset(name for each in _objects(value_type) for name in input_type_types(each))


def _objects(value_type: Any) -> Iterator[Any]:
    if inspect.isclass(value_type) and hasattr(value_type, "_pulumi_input_type"):
        yield value_type
        return
    for argument in typing.get_args(value_type):
        yield from _objects(argument)
