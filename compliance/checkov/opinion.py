"""Checkov's results on the resources of a stack, as results like those of the pack's rules."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from payment_guardrails.finding_ids import finding_id
from payment_guardrails.rule import Level

from compliance.checkov.inspected import inspected
from compliance.checkov.report import Checked
from compliance.evidence import CHECKOV, SEVERITIES, Result, RuleCard
from compliance.terraform.plan import Plan

_NO_SEVERITY: Final = "medium"
_DOCUMENTATION: Final = "https://www.checkov.io/5.Policy%20Index/terraform.html"
_ITS_OWN: Final = re.compile(r"CKV2?_AWS_\d+")
# What another resource is called: a reference is as good as the text that it will be.
_IDENTITY: Final = re.compile(r"(?:^|_)(?:ids?|arns?|names?|role|bucket|parameter|queue|topic)$")


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
    not known before deployment, or is secret, decided nothing: its result is `undecided`.
    """
    results: dict[str, Result] = {}
    cards: dict[str, RuleCard] = {}
    for each in found:
        plan = plans[each.plan]
        urn = plan.addresses.get(each.address)
        # The provider has an address too, and is no resource.
        if urn is not None:
            result = _result(each, urn, _doubts(plan, urn), mandatory)
            results.setdefault(result.id, result)
            cards.setdefault(each.check, RuleCard(each.check, each.name, _rationale(each)))
    return Opinion(
        tuple(sorted(results.values(), key=lambda each: (each.rule, each.resource or ""))),
        tuple(cards[name] for name in sorted(cards)),
        version,
    )


def _result(each: Checked, urn: str, doubts: tuple[str, ...], mandatory: frozenset[str]) -> Result:
    # A check tells less than it reads, and its source does not say all either.
    keys = inspected().get(each.check, frozenset()).union(each.keys)
    doubtful = next(_read(keys, doubts), None)
    status = "undecided" if doubtful else "pass" if each.passed else "fail"
    doubt = f": it depends on {doubtful}, which is not known before deployment, or secret"
    return Result(
        id=finding_id(each.check, urn, ""),
        rule=each.check,
        level=(Level.MANDATORY if each.check in mandatory else Level.ADVISORY).value,
        resource=urn,
        status=status,
        severity=each.severity if each.severity in SEVERITIES else _NO_SEVERITY,
        message=f"{each.name}{doubt if doubtful else ''}",
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


def _doubts(plan: Plan, urn: str) -> tuple[str, ...]:
    """The hidden attributes of a resource that no reference stands for."""
    referred = plan.referred.get(urn, frozenset())
    return tuple(
        path
        for path in plan.hidden.get(urn, ())
        if not (path in referred and _IDENTITY.search(path))
    )


def _read(keys: frozenset[str], doubts: tuple[str, ...]) -> Iterator[str]:
    """The doubtful attributes that a check looked at; all where it does not tell what it did."""
    for doubt in doubts:
        if not keys or any(_overlap(key, doubt) for key in keys):
            yield doubt


def _overlap(key: str, doubt: str) -> bool:
    return f"{key}/".startswith(f"{doubt}/") or f"{doubt}/".startswith(f"{key}/")
