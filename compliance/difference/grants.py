"""What principals may do now and could not before, and the other way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from payment_guardrails.iam.access import covers
from payment_guardrails.iam.actions import grants

from compliance.difference.entries import GrantChange, Reach
from compliance.difference.identity import place
from compliance.evidence import Evidence, Grant

# The levels of access of AWS's service authorization reference, the most harmful first.
_ACCESS: Final = ("Permissions management", "Write", "Tagging", "Read", "List")

_Key = tuple[str, str]
"""Action and resource of a grant; actions are the same in either case of letters."""


def compare_grants(base: Evidence, head: Evidence) -> tuple[GrantChange, ...]:
    """The grants that are not the same on both sides, widened access first.

    A grant is one action on one resource for one principal, whichever policy gives it. It is
    conditional where every policy that gives it is.
    """
    before, after = _by_principal(base), _by_principal(head)
    changes = [
        change
        for principal in before.keys() | after.keys()
        for change in _of_principal(principal, before.get(principal, {}), after.get(principal, {}))
    ]
    return tuple(sorted(changes, key=_widest_first))


def incomplete(base: Evidence, head: Evidence) -> tuple[str, ...]:
    """The places of principals whose grants one of the reports cannot all tell."""
    return tuple(
        sorted(
            {
                place(urn, side.subject) or ""
                for side in (base, head)
                for urn in side.grants_incomplete
            }
        )
    )


def _by_principal(evidence: Evidence) -> Mapping[str, Mapping[_Key, Grant]]:
    found: dict[str, dict[_Key, Grant]] = defaultdict(dict)
    for grant in sorted(evidence.grants, key=_freest_first):
        principal = place(grant.principal, evidence.subject) or ""
        found[principal].setdefault((grant.action.lower(), grant.resource), grant)
    return found


def _of_principal(
    principal: str, before: Mapping[_Key, Grant], after: Mapping[_Key, Grant]
) -> Iterator[GrantChange]:
    for key in before.keys() | after.keys():
        was, now = before.get(key), after.get(key)
        if was is not None and now is not None:
            if was.conditional != now.conditional:
                reach = Reach.NARROWED if now.conditional else Reach.WIDENED
                yield GrantChange(reach, principal, was, now)
        elif now is not None:
            covered = _covered(now, before.values())
            reach = Reach.WIDENED if covered else Reach.ADDED
            yield GrantChange(reach, principal, None, now, covered)
        elif was is not None:
            covered = _covered(was, after.values())
            reach = Reach.NARROWED if covered else Reach.REMOVED
            yield GrantChange(reach, principal, was, None, covered)


def _covered(wide: Grant, others: Iterable[Grant]) -> tuple[str, ...]:
    """The grants, as `action on resource`, that a grant gives as well, and more.

    A wildcard in what is covered is a character as any other: `*` covers `a*`.
    """
    return tuple(
        sorted(
            f"{other.action} on {other.resource}"
            for other in others
            if grants(wide.action, other.action) and covers(wide.resource, other.resource)
        )
    )


def _freest_first(grant: Grant) -> tuple[bool, str, str, str]:
    return grant.conditional, grant.action, grant.role, grant.policy


def _widest_first(change: GrantChange) -> tuple[int, int, bool, str, str, str]:
    grant = change.shown
    levels = [_ACCESS.index(level) for level in grant.access if level in _ACCESS]
    return (
        list(Reach).index(change.reach),
        min(levels, default=len(_ACCESS)),
        grant.conditional,
        change.principal,
        grant.action,
        grant.resource,
    )
