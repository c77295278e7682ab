"""How Terraform's AWS provider names what pulumi-aws names.

A property that the data does not name is the snake_case of its Pulumi name, and its value is
the same. The data is `aws_names.json`; `refresh_names.py` writes it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from payment_guardrails.values import snake_case

__all__ = ["Member", "TerraformType", "snake_case", "terraform_type"]

_DATA: Final = Path(__file__).with_name("aws_names.json")
_BLOCK: Final = "b"
_WRAPPED: Final = "w"


@dataclass(frozen=True)
class Member:
    """How one Pulumi property is called in Terraform.

    `block`: Terraform has a list of objects here, so a Pulumi object becomes a list of one.
    `wrapped`: a scalar in Pulumi that is a list of one in Terraform.
    `members`: those of the objects inside, by their Pulumi names.
    """

    name: str
    block: bool = False
    wrapped: bool = False
    members: Mapping[str, Member] = field(default_factory=dict)


@dataclass(frozen=True)
class TerraformType:
    """A resource type of Terraform, with the members that do not follow the rule."""

    name: str
    members: Mapping[str, Member]


@cache
def terraform_type(type_: str) -> TerraformType | None:
    """The Terraform type of a Pulumi type such as "aws:dynamodb/table:Table", if it has one."""
    found = _types().get(type_)
    return TerraformType(found[0], _members(found[1])) if found else None


@cache
def _types() -> Mapping[str, Any]:
    types: Mapping[str, Any] = json.loads(_DATA.read_text("utf-8"))["types"]
    return types


def _members(raw: Mapping[str, Any]) -> Mapping[str, Member]:
    return {key: _member(*value) for key, value in raw.items()}


def _member(name: str, letters: str = "", raw: Mapping[str, Any] | None = None) -> Member:
    return Member(name, _BLOCK in letters, _WRAPPED in letters, _members(raw or {}))
