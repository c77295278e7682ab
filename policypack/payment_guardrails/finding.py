"""What a rule says of a resource."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from payment_guardrails.resource import Resource
from payment_guardrails.values import UNKNOWN, Reading

_MAKE_IT_KNOWN: Final = (
    "make the value known at preview: build names and ARNs from configuration, "
    "get_caller_identity() and get_partition(), instead of from another resource's outputs"
)


class Status(StrEnum):
    """The status of one rule on one resource, worst first."""

    FAIL = "fail"
    UNDECIDED = "undecided"
    WAIVED = "waived"
    PASS = "pass"  # noqa: S105 - a verdict, not a password
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True)
class Finding:
    """One verdict on one resource, or on one part of it.

    `urn` is the resource (None for the stack as a whole), `path` the property that was
    read, `message` the value seen and the value wanted. `detail` tells findings of one
    rule on one resource apart in a form that survives reordering (for example
    `Allow dynamodb:* on *`); a waiver can name it.
    """

    status: Status
    urn: str | None
    message: str
    path: str = ""
    detail: str = ""


def passed(resource: Resource, path: str, message: str) -> Finding:
    """The rule holds; `message` says what was seen."""
    return Finding(Status.PASS, resource.urn, message, path)


def first_few(names: Sequence[str]) -> str:
    """The first three names, for a message. No `detail` is of a few: it tells findings apart."""
    return ", ".join(names[:3]) + (", ..." if len(names) > 3 else "")


def failed(resource: Resource, path: str, message: str, detail: str = "") -> Finding:
    """The rule is broken; `message` says what was seen and what is wanted."""
    return Finding(Status.FAIL, resource.urn, message, path, detail)


def undecided(resource: Resource, reading: Reading, wanted: str, detail: str = "") -> Finding:
    """The value that would decide cannot be read; `wanted` says what it must be."""
    reason = reading.value.reason if reading.unknown else "cannot be judged"
    return Finding(
        Status.UNDECIDED, resource.urn, f"{reading.path} {reason}; {wanted}", reading.path, detail
    )


def not_applicable(resource: Resource, reason: str) -> Finding:
    """The rule does not speak of this resource, though it is of its type."""
    return Finding(Status.NOT_APPLICABLE, resource.urn, reason)


def how_to_decide(message: str) -> str:
    """What a program can do where an undecided finding says this; empty where nothing is known."""
    return _MAKE_IT_KNOWN if UNKNOWN.reason in message else ""
