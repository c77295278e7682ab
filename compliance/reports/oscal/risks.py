"""Risks: what failed and is open, and what failed and is accepted by a waiver.

One for each rule, or each waiver of a rule, however many resources it is about. An accepted
one is an approved deviation, with the waiver's last day as its deadline; an open one carries
the rule's fix as a recommended response.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from compliance.evidence import Evidence, Result
from compliance.reports.oscal.document import line, properties, prose
from compliance.reports.oscal.identity import Identity
from compliance.reports.oscal.observations import Observed
from compliance.wording import acceptance, name_of, plural

_MOST_NAMED = 20


def risks(
    evidence: Evidence, observed: Observed
) -> tuple[list[dict[str, Any]], dict[str, list[str]]]:
    """The risks, and the UUIDs of those about each rule."""
    grouped: dict[tuple[str, str | None], list[tuple[str, Result]]] = {}
    for uuid, result in observed:
        if result.status in ("fail", "waived"):
            waiver = str((result.waiver or {}).get("id", "")) if result.status == "waived" else None
            grouped.setdefault((result.rule, waiver), []).append((uuid, result))
    titles = {card.name: card.title for card in evidence.rules}
    identity = Identity.of(evidence.subject)
    made: list[dict[str, Any]] = []
    by_rule: dict[str, list[str]] = {}
    for (rule, waiver), found in grouped.items():
        kind = ("open",) if waiver is None else ("accepted", waiver)
        uuid = identity.of_thing("risk", rule, *kind)
        by_rule.setdefault(rule, []).append(uuid)
        state = _open(uuid, found[0][1]) if waiver is None else _accepted(found[0][1])
        made.append(
            {
                "uuid": uuid,
                "title": line(
                    f"{titles.get(rule, rule)}: {'open' if waiver is None else 'accepted'}"
                ),
                "description": _description([result for _, result in found]),
                **state,
                "related-observations": [{"observation-uuid": seen} for seen, _ in found],
            }
        )
    return made, by_rule


def _description(found: list[Result]) -> str:
    named = [f"- {name_of(each.resource)}: {each.message}" for each in found[:_MOST_NAMED]]
    rest = len(found) - len(named)
    more = [f"- {rest} more"] if rest else []
    return prose(
        "\n".join([f"{plural(len(found), 'result')} of {found[0].rule}:", "", *named, *more])
    )


def _open(uuid: str, result: Result) -> dict[str, Any]:
    response = {
        "uuid": Identity(uuid, "").of_thing("response"),
        "lifecycle": "recommendation",
        "title": line(f"What makes {result.rule} hold"),
        "description": prose(result.fix),
    }
    return {
        "statement": prose(f"Nobody accepted it. {result.severity} severity, {result.level}."),
        "props": properties({"severity": result.severity, "enforcement": result.level}),
        "status": "open",
        "remediations": [response],
    }


def _accepted(result: Result) -> dict[str, Any]:
    waiver = result.waiver or {}
    values = {name: str(waiver.get(name) or "") for name in ("id", "owner", "ticket", "expires")}
    deadline = _last_moment(values["expires"])
    return {
        "statement": prose(acceptance(waiver)),
        "props": properties(
            {f"waiver-{name}": value for name, value in values.items()}
            | {"severity": result.severity, "enforcement": result.level}
        ),
        "status": "deviation-approved",
        **({"deadline": deadline} if deadline else {}),
    }


def _last_moment(day: str) -> str | None:
    """A waiver counts through the day on which it expires."""
    try:
        return f"{date.fromisoformat(day).isoformat()}T23:59:59Z"
    except ValueError:
        return None
