"""What functions were seen to use of AWS.

A recording says, for each function's entry point, which actions it used on which resources.
A resource is named by the environment variable that tells the function of it, so that a
recording holds for every account and environment:

    {"functions": {"handlers.retrieve.handle": {"dynamodb:GetItem": ["TRANSACTIONS_TABLE"]}}}
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from payment_guardrails.configuration import FromFile
from payment_guardrails.iam.access import Access
from payment_guardrails.resource import Resource
from payment_guardrails.values import Reading, Unknown

NOT_SET: Final = Unknown("is not set")
_ACTION: Final = re.compile(r"[a-z0-9-]+:[A-Za-z0-9]+")
# https://docs.aws.amazon.com/lambda/latest/api/API_Environment.html
_VARIABLE: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9_]+")
# The resource part of an ARN: https://docs.aws.amazon.com/service-authorization/latest/reference/
_ARN_PARTS: Final[Mapping[str, str]] = {"dynamodb": "table/{}", "sqs": "{}", "ssm": "parameter{}"}

Recording = Mapping[str, Mapping[str, Sequence[str]]]
"""Entry point -> action -> environment variables."""


@dataclass(frozen=True)
class Recorded(FromFile):
    """A recording that was read from a file."""

    functions: Recording


class RecordingError(ValueError):
    """A recording is not of the form above; the message says where."""


def read_recording(data: Any) -> Recording:
    """The recording in JSON data; raises :class:`RecordingError` where it is none."""
    functions = data.get("functions") if isinstance(data, Mapping) else None
    if not isinstance(functions, Mapping):
        raise RecordingError("a recording is an object with `functions`")
    for handler, uses in functions.items():
        if not isinstance(uses, Mapping):
            raise RecordingError(f"functions.{handler!r} must be an object: action -> variables")
        for action, variables in uses.items():
            if not isinstance(variables, list) or not all(isinstance(v, str) for v in variables):
                raise RecordingError(
                    f"functions.{handler!r}: {action!r} must have a list of variables"
                )
            if not _ACTION.fullmatch(action) or action.partition(":")[0] not in _ARN_PARTS:
                raise RecordingError(
                    f"functions.{handler!r}: the service of {action!r} is not known "
                    f"(known: {', '.join(sorted(_ARN_PARTS))})"
                )
            for variable in variables:
                if not _VARIABLE.fullmatch(variable):
                    raise RecordingError(
                        f"functions.{handler!r}: {action!r}: {variable!r} names no variable"
                    )
    return functions


def recorded_uses(
    function: Resource, recorded: Mapping[str, Sequence[str]], place: str
) -> Iterator[Access | Reading]:
    """What a function was seen to use; a reading for each variable that is not known.

    `place` is the prefix of ARNs in the function's account and region, with `{}` for the service.
    """
    variables = function.read("environment.variables")
    for action, names in recorded.items():
        service = action.partition(":")[0]
        for name in names:
            value = variables.get(name).string()
            if not isinstance(value.value, str):
                yield Reading(NOT_SET, value.path) if value.missing else value
                continue
            resource = value.value.rsplit("/", 1)[-1] if service == "sqs" else value.value
            part = _ARN_PARTS[service].format(resource)
            yield Access(action, f"{place.format(service)}:{part}", value.secret)
