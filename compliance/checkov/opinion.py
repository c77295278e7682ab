"""Checkov's results on the resources of a stack, as results like those of the pack's rules."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from payment_guardrails.finding_ids import finding_id
from payment_guardrails.rule import Level

from compliance.checkov.doubts import Doubted
from compliance.checkov.environment import CheckovError
from compliance.checkov.given import Given
from compliance.checkov.report import Checked, Outcome
from compliance.evidence import CHECKOV, SEVERITIES, STATUSES, Result, RuleCard
from compliance.terraform.plan import Plan

_NO_SEVERITY: Final = "medium"
_DOCUMENTATION: Final = "https://www.checkov.io/5.Policy%20Index/terraform.html"
_ITS_OWN: Final = re.compile(r"CKV2?_AWS_\d+")


@dataclass(frozen=True)
class Opinion:
    """Checkov's results and the cards of its checks; `version` is that of Checkov."""

    results: tuple[Result, ...]
    checks: tuple[RuleCard, ...]
    version: str


def opinion(
    found: Iterable[Checked], plans: Mapping[str, Plan], mandatory: frozenset[str], version: str
) -> Opinion:
    """What Checkov said of the resources of plans, for the gate.

    `mandatory` are the ids of the checks that may fail the gate. A check that looked at what is
    not known before deployment, or is secret, decided nothing: its result is `undecided`, and
    so is that of a check that crashed or could not tell. Where what it could not tell of is not
    there at all, it does not apply. Raises :class:`CheckovError` for an unknown plan.
    """
    doubted = {name: Doubted(plan) for name, plan in plans.items()}
    given = {name: Given(plan) for name, plan in plans.items()}
    results: dict[str, Result] = {}
    cards: dict[str, RuleCard] = {}
    for each in found:
        if each.plan and each.plan not in plans:
            raise CheckovError(f"Checkov speaks of a plan that it was not given: {each.plan}")
        urn = plans[each.plan].addresses.get(each.address) if each.plan else None
        # The provider has an address too, and is no resource.
        if urn is None and each.plan:
            continue
        doubt = doubted[each.plan].of(each.check, urn, each.keys) if urn else None
        there = not urn or given[each.plan].any_of(each.check, each.address, each.keys)
        result = _result(each, urn, _verdict(each.outcome, doubt, there=there), mandatory)
        # Two checks may share an id; the worse of them counts.
        known = results.get(result.id, result)
        results[result.id] = min(known, result, key=lambda one: STATUSES.index(one.status))
        cards.setdefault(each.check, RuleCard(each.check, each.name, _rationale(each)))
    return Opinion(
        tuple(sorted(results.values(), key=lambda each: (each.rule, each.resource or ""))),
        tuple(cards[name] for name in sorted(cards)),
        version,
    )


def _verdict(outcome: Outcome, doubt: str | None, *, there: bool) -> tuple[str, str]:
    """The status of a result, and what its message says beyond the name of the check."""
    if doubt:
        reason = f": it depends on {doubt}, which is not known before deployment, or secret"
        return "undecided", reason
    match outcome:
        case Outcome.PASSED:
            return "pass", ""
        case Outcome.FAILED:
            return "fail", ""
        case Outcome.CRASHED:
            return "undecided", ": the check itself crashed, so nothing is decided"
        case Outcome.UNKNOWN:
            if there:
                return "undecided", ": Checkov cannot tell"
            return "not_applicable", ": what it looks at is not there"


def _result(
    each: Checked, urn: str | None, verdict: tuple[str, str], mandatory: frozenset[str]
) -> Result:
    status, reason = verdict
    return Result(
        id=finding_id(each.check, urn or "", ""),
        rule=each.check,
        level=(Level.MANDATORY if each.check in mandatory else Level.ADVISORY).value,
        resource=urn,
        status=status,
        severity=each.severity if each.severity in SEVERITIES else _NO_SEVERITY,
        message=f"{each.name}{reason}",
        property_path="",
        fix=f"see {_guideline(each)}",
        waiver=None,
        tool=CHECKOV,
    )


def _rationale(each: Checked) -> str:
    return f"A check that Checkov runs; see {_guideline(each)}"


def _guideline(each: Checked) -> str:
    if each.guideline:
        return each.guideline
    return _DOCUMENTATION if _ITS_OWN.fullmatch(each.check) else "the source of this check"
