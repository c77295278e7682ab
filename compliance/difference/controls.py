"""Which requirements have another status now."""

from __future__ import annotations

from typing import Final

from compliance.difference.entries import ControlChange
from compliance.evidence import ControlResult, Evidence

_WORST_FIRST: Final = (
    "not_satisfied", "undecided", "waived", "not_tested", "manual", "satisfied",
)  # fmt: skip

Framework = tuple[str, str]
"""Name and version."""


def frameworks(evidence: Evidence) -> frozenset[Framework]:
    """The frameworks that a report has controls of."""
    return frozenset((each.framework, each.version) for each in evidence.controls)


def compare_controls(base: Evidence, head: Evidence) -> tuple[ControlChange, ...]:
    """The controls of the frameworks that both reports have, where the status differs.

    The worst status of now comes first.
    """
    shared = frameworks(base) & frameworks(head)
    before, after = _by_id(base, shared), _by_id(head, shared)
    changes = []
    for key in before.keys() | after.keys():
        was, now = before.get(key), after.get(key)
        shown = now or was
        if shown is not None and (was and was.status) != (now and now.status):
            changes.append(
                ControlChange(
                    *key, shown.title, was.status if was else None, now.status if now else None
                )
            )
    return tuple(sorted(changes, key=_worst_first))


def _by_id(
    evidence: Evidence, shared: frozenset[Framework]
) -> dict[tuple[str, str, str], ControlResult]:
    found: dict[tuple[str, str, str], ControlResult] = {}
    for control in evidence.controls:
        key = (control.framework, control.version, control.id)
        known = found.get(key)
        if key[:2] in shared and (known is None or _rank(control.status) < _rank(known.status)):
            found[key] = control
    return found


def _rank(status: str | None) -> int:
    return _WORST_FIRST.index(status) if status in _WORST_FIRST else len(_WORST_FIRST)


def _worst_first(change: ControlChange) -> tuple[int, int, str, str, str]:
    return (
        _rank(change.after),
        _rank(change.before),
        change.framework,
        change.version,
        change.id,
    )
