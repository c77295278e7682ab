"""The rule on the environment in the names of resources."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from payment_guardrails.finding import Finding, failed, not_applicable, passed, undecided
from payment_guardrails.resource import Resource
from payment_guardrails.rule import Level, Settings, Severity, resource_rule
from payment_guardrails.values import Reading

_DATA: Final = Path(__file__).with_name("name_properties.json")
# What the provider draws at the end of a logical name. A name that was made from such a name
# has the digits inside: https://www.pulumi.com/docs/iac/concepts/resources/names/#autonaming
_DRAWN: Final = re.compile(r"[-_][0-9a-f]{7}(?![A-Za-z0-9])")


@cache
def _data() -> Mapping[str, Any]:
    data: Mapping[str, Any] = json.loads(_DATA.read_text("utf-8"))
    return data


def name_properties() -> Mapping[str, str]:
    """The input that is a resource's physical name, by type."""
    names: Mapping[str, str] = _data()["names"]
    return names


@resource_rule(
    "any-resource-name-suffix",
    types=name_properties().keys(),
    severity=Severity.LOW,
    level=Level.ADVISORY,
    fix='aws.dynamodb.Table("orders", ..., name=f"table-orders-{pulumi.get_stack()}")',
    options={
        "suffix": {
            "type": "string",
            "default": "",
            "description": "what names must contain; the stack's name where it is empty",
        }
    },
)
def name_suffix(resource: Resource, settings: Settings) -> Iterator[Finding]:
    """A physical name contains the environment as a whole segment.

    Two environments in one account collide where a name is the same in both, and nobody can
    tell from a name on a bill or in an alarm which one it is of:
    https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
    A segment is what stands between `-`, `/`, `.` or the ends. Which input is the name comes
    from pulumi-aws; a name that counts inside another resource only (a stage, a model of an
    API) is none. A name that Pulumi draws, or that was made from one, cannot collide, and
    carries what the logical name says: the rule does not speak of it. A prefix that names are
    drawn from is judged as a name.
    """
    property_ = name_properties()[resource.type]
    suffix = settings["suffix"] or _stack_name(resource)
    wanted = f"it must contain {suffix} between `-`, `/`, `.` or the ends"
    reading = resource.read(property_).string()
    if reading.missing or reading.value == "":
        reading = resource.read(f"{property_}Prefix").string()
    if reading.missing or reading.value == "":
        yield not_applicable(resource, "its name is drawn by Pulumi")
    elif not isinstance(reading.value, str):
        yield undecided(resource, reading, wanted)
    else:
        yield _judge(resource, reading, reading.value, suffix, wanted)


def _judge(resource: Resource, reading: Reading, name: str, suffix: str, wanted: str) -> Finding:
    if _DRAWN.search(name):
        return not_applicable(resource, f"{reading.path} is drawn by Pulumi, or made from such")
    seen = f"{reading.path} is {reading.text}"
    if re.search(rf"(?:^|[-/.]){re.escape(suffix)}(?:$|[-/.])", name):
        return passed(resource, reading.path, seen)
    return failed(resource, reading.path, f"{seen}; {wanted}")


def _stack_name(resource: Resource) -> str:
    # urn:pulumi:<stack>::<project>::<type>::<name>
    return resource.urn.split("::", 1)[0].removeprefix("urn:pulumi:")
