"""Whether what a check looked at, and cannot tell of, is there at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from compliance.checkov.inspected import inspected
from compliance.terraform.plan import Plan


class Given:
    """The attributes that the resources of a plan are given, known or hidden, by address."""

    def __init__(self, plan: Plan) -> None:
        root = plan.document.get("planned_values", {}).get("root_module", {})
        self._of = {
            each["address"]: {*each["values"], *_hidden(plan, each["address"])}
            for each in root.get("resources", ())
        }

    def any_of(self, check: str, address: str, told: Iterable[str]) -> bool:
        """Whether a resource is given one of the attributes that a check looked at.

        `told` are those that the check says it read; where it says none, its source tells them.
        Who tells nothing may have read anything.
        """
        reads = inspected().get(check)
        attributes = {*told} or {*(reads.attributes if reads else ())}
        given = self._of.get(address, ())
        return not attributes or any(_outermost(each) in given for each in attributes)


def _hidden(plan: Plan, address: str) -> Iterator[str]:
    return map(_outermost, plan.hidden.get(plan.addresses[address], ()))


def _outermost(path: str) -> str:
    return path.partition("/")[0]
