"""Which Lambda functions a property names: by name, ARN, invoke ARN, or through an alias."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from payment_guardrails.resource import Resource
from payment_guardrails.stack import Stack
from payment_guardrails.values import UNKNOWN, Reading

FUNCTION: Final = "aws:lambda/function:Function"
ALIAS: Final = "aws:lambda/alias:Alias"

# What an API invokes: arn:aws:apigateway:REGION:lambda:path/2015-03-31/functions/ARN/invocations
# https://docs.aws.amazon.com/apigateway/latest/api/API_Integration.html
_INVOKE_ARN: Final = re.compile(r"arn:[^:]+:apigateway:[^:]*:lambda:path/[^/]+/functions/(.+)/.+")
# The forms of a function's name; a version or an alias may follow each of them.
# https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
_ARN: Final = re.compile(r"(arn:[^:]+:lambda:[^:]+:[^:]*:function:[^:]+)(?::[^:]+)?")
_NAME: Final = re.compile(r"(?:\d{12}:)?(?:function:)?([A-Za-z0-9_-]+)(?::[A-Za-z0-9_$-]+)?")
# API Gateway fills these in with each request.
_STAGE_VARIABLE: Final = "${"


class Others(Enum):
    """Which functions, beside those found, a property may name as well."""

    NONE = "none"
    UNNAMED = "those whose names are not known"
    ANY = "any"


@dataclass(frozen=True)
class Named:
    """The functions of this stack that a property names, or may name where there are several."""

    functions: tuple[Resource, ...]
    others: Others = Others.NONE

    @property
    def function(self) -> Resource | None:
        """The function, where it is certain which one it is."""
        certain = len(self.functions) == 1 and self.others is Others.NONE
        return self.functions[0] if certain else None


def functions_named(stack: Stack, resource: Resource, reading: Reading) -> Named:
    """The functions that a property of `resource` names.

    A known value is read as a name or an ARN. An unknown one is followed by the
    dependencies that the engine recorded for the property.
    """
    text = reading.string()
    if isinstance(text.value, str):
        return _by_text(stack, resource, text)
    if reading.missing:
        return Named(())
    if not reading.unknown:
        return Named((), Others.ANY)
    found = stack.link(resource, reading, [FUNCTION, ALIAS]).targets
    if not found:
        return Named((), Others.NONE if _made_of_others(stack, resource, reading) else Others.ANY)
    named = [_itself_or_aliased(stack, target) for target in found]
    functions = {each.urn: each for one in named for each in one.functions}
    return Named(tuple(functions.values()), _widest(one.others for one in named))


def may_be_unnamed(function: Resource) -> bool:
    """Whether a name that is spelled out somewhere may be this function's."""
    return function.read("name").unknown and function.identity("arn").unknown


def _by_text(stack: Stack, resource: Resource, text: Reading) -> Named:
    value = text.value.strip()
    invoked = _INVOKE_ARN.fullmatch(value)
    if invoked is not None:
        value = invoked[1]
    if _STAGE_VARIABLE in value:
        return Named((), Others.ANY)
    match = _ARN.fullmatch(value) or _NAME.fullmatch(value)
    if match is None:
        return Named(())
    link = stack.link(resource, replace(text, value=match[1]), [FUNCTION])
    return Named(link.targets, Others.NONE if link.decided else Others.UNNAMED)


def _itself_or_aliased(stack: Stack, target: Resource) -> Named:
    if target.type == FUNCTION:
        return Named((target,))
    name = target.read("functionName")
    functions = stack.link(target, name, [FUNCTION]).targets if name.unknown else ()
    if functions:
        return Named(functions)
    return Named((), Others.ANY) if name.unknown else functions_named(stack, target, name)


def _made_of_others(stack: Stack, resource: Resource, reading: Reading) -> bool:
    """True where an unknown value was made from resources of AWS that are no functions."""
    urns = resource.property_dependencies.get(reading.path.split(".")[0], ())
    types = [stack.by_urn[urn].type if urn in stack.by_urn else "" for urn in urns]
    return bool(types) and all(type_.startswith("aws:") for type_ in types)


def _widest(others: Iterable[Others]) -> Others:
    order = list(Others)
    return max(others, key=order.index, default=Others.NONE)


def unsure(reading: Reading) -> Reading:
    """A property of which it cannot be said which functions it names."""
    return reading if reading.unknown else Reading(UNKNOWN, reading.path, reading.secret)
