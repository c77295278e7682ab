"""An action on a resource: what a policy grants, or what somebody does."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from payment_guardrails.iam.actions import grants
from payment_guardrails.placement import region_of
from payment_guardrails.resource import Resource
from payment_guardrails.stack import Stack
from payment_guardrails.values import SECRET_TEXT, UNKNOWN, Reading


@dataclass(frozen=True, order=True)
class Access:
    """An action on a resource; either may be a pattern where it is a grant."""

    action: str
    resource: str
    secret: bool = field(default=False, compare=False)

    def covers(self, other: Access) -> bool:
        """True where this grant allows that use."""
        return grants(self.action, other.action) and covers(self.resource, other.resource)

    def __str__(self) -> str:
        return SECRET_TEXT if self.secret else f"{self.action} on {self.resource}"


def covers(pattern: str, resource: str) -> bool:
    """True where the resource pattern of a statement covers a resource."""
    return fnmatch.fnmatchcase(resource, pattern.replace("[", "[[]"))


def arn_prefix(stack: Stack, function: Resource) -> Reading:
    """`arn:PARTITION:{}:REGION:ACCOUNT` of a function's account and region.

    Where the function has no ARN yet, as in a first preview, its role's ARN tells the account.
    A secret where what tells it is one; the value that is not known where none tells it.
    """
    arn = function.identity("arn").string()
    if isinstance(arn.value, str) and arn.value.count(":") >= 5:
        _, partition, _, region, account, _ = arn.value.split(":", 5)
        return Reading(f"arn:{partition}:{{}}:{region}:{account}", arn.path, arn.secret)
    role = function.read("role").string()
    if not isinstance(role.value, str) or role.value.count(":") < 5:
        return Reading(UNKNOWN, arn.path)
    region_read = region_of(stack, function)
    if not isinstance(region_read.value, str):
        return region_read if region_read.unknown else Reading(UNKNOWN, region_read.path)
    _, partition, _, _, account, _ = role.value.split(":", 5)
    secret = role.secret or region_read.secret
    return Reading(f"arn:{partition}:{{}}:{region_read.value}:{account}", role.path, secret)


def uses_of(found: Iterable[Access | Reading], place: Reading) -> frozenset[Access]:
    """The uses that are known, none of which may be shown where their account may not."""
    known = (each for each in found if isinstance(each, Access))
    return frozenset(replace(each, secret=each.secret or place.secret) for each in known)
