"""What a principal may do: one grant, and the table of all of a stack's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

RECORDED: Final = "recorded"
BY_AWS: Final = "aws"
UNUSED: Final = "unused"
NOT_RECORDED: Final = "not_recorded"


@dataclass(frozen=True, order=True)
class Grant:
    """One action on one resource that a principal may do, as a policy says it.

    `principal` is the URN of a function, or of a role that no function of the stack takes; `role`
    is that of its role, `policy` that of what carries the statement, or the ARN of a policy of
    AWS. `action` and `resource` are as the statement has them, patterns too (`all but ...` for
    `NotAction` and `NotResource`); `targets` are the URNs of the stack's resources that it covers.
    `access` are the levels of access of AWS's service authorization reference (List, Read, Write,
    Permissions management, Tagging) that the action gives, in that order. `conditional` is True
    where a condition, or a denial in a policy of the role, narrows it. `use` is `recorded` (its
    tests used it), `aws` (AWS itself uses it under the role), `unused`, or `not_recorded` where
    no recording tells.
    """

    principal: str
    role: str
    policy: str
    action: str
    resource: str
    targets: tuple[str, ...]
    access: tuple[str, ...]
    conditional: bool
    use: str

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Grant:
        """The grant that `asdict` made JSON data of; members that it does not know are ignored."""
        known = {each.name: data[each.name] for each in fields(Grant)}
        return Grant(
            **{**known, "targets": tuple(data["targets"]), "access": tuple(data["access"])}
        )


@dataclass(frozen=True)
class GrantTable:
    """The grants, and the principals (URNs) of which not all is known."""

    grants: tuple[Grant, ...] = ()
    incomplete: tuple[str, ...] = ()

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> GrantTable:
        """The table that `asdict` made JSON data of."""
        grants = tuple(Grant.from_json(each) for each in data["grants"])
        return GrantTable(grants, tuple(data["incomplete"]))
