"""An action on a resource: what a policy grants, or what somebody does."""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass, field

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


def arn_prefix(stack: Stack, function: Resource) -> str | Reading:
    """`arn:PARTITION:{}:REGION:ACCOUNT` of a function's account and region.

    Where the function has no ARN yet, as in a first preview, its role's ARN tells the account.
    The value that is not known where neither does.
    """
    arn = function.identity("arn").string()
    if isinstance(arn.value, str) and arn.value.count(":") >= 5:
        _, partition, _, region, account, _ = arn.value.split(":", 5)
        return f"arn:{partition}:{{}}:{region}:{account}"
    role = function.read("role").string()
    if not isinstance(role.value, str) or role.value.count(":") < 5:
        return Reading(UNKNOWN, arn.path)
    region_read = region_of(stack, function)
    if not isinstance(region_read.value, str):
        return region_read
    _, partition, _, _, account, _ = role.value.split(":", 5)
    return f"arn:{partition}:{{}}:{region_read.value}:{account}"
