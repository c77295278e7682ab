"""What pulumi-aws says of its resource types: whether they take tags, and are in a region."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from payment_guardrails.resource import Resource

_DATA: Final = Path(__file__).with_name("aws_types.json")
_PREFIX: Final = "aws:"


@dataclass(frozen=True)
class AwsType:
    """A resource type of pulumi-aws.

    `tagged` is True where its `tags` are the resource's own, `takes_default_tags` where the
    provider adds its default tags to them; `regional` where the resource is in a region.
    """

    tagged: bool
    takes_default_tags: bool
    regional: bool


def is_of_aws(resource: Resource) -> bool:
    """True for a resource that pulumi-aws makes: no component, and none of another provider's."""
    return resource.custom and resource.type.startswith(_PREFIX)


@cache
def aws_type(type_: str) -> AwsType | None:
    """A type like `aws:sqs/queue:Queue`; None where the data does not have it."""
    module, _, rest = type_.removeprefix(_PREFIX).partition("/")
    token, _, name = rest.partition(":")
    letters = _data()["types"].get(module, {}).get(name)
    if letters is None or token != name[:1].lower() + name[1:]:
        return None
    return AwsType("t" in letters or "l" in letters, "t" in letters, "r" in letters)


def data_version() -> str:
    """The version of pulumi-aws that the data is of."""
    version: str = _data()["version"]
    return version


@cache
def _data() -> Mapping[str, Any]:
    data: Mapping[str, Any] = json.loads(_DATA.read_text("utf-8"))
    return data
