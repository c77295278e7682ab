"""Makes every weakening change of a stack, and sums up which rules caught it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from payment_guardrails.configuration import RuleConfiguration
from payment_guardrails.rule import Rule

from compliance.engines.engine import EngineError, EngineRun
from compliance.evidence import Pack
from compliance.proof.changes import unclaimed, unclassed, weakening_changes
from compliance.proof.classification import TypeEntry, load_weakenings
from compliance.proof.conditions import Setting
from compliance.proof.effectiveness import (
    Effectiveness,
    NotCovered,
    RuleEffect,
    TestedChange,
    Unclassed,
)
from compliance.proof.trial import Outcome, Trial
from compliance.wording import name_of

_MOST_NAMED: Final = 3


def prove(
    run: EngineRun,
    rules: Mapping[str, Rule],
    configuration: Mapping[str, RuleConfiguration],
    pack: Pack,
    as_of: date,
    classes: Mapping[str, TypeEntry] | None = None,
) -> tuple[Effectiveness, tuple[TestedChange, ...]]:
    """Make and judge every change of the one stack of a run; the sum, and every change.

    Raises :class:`EngineError` where the stack is not compliant before any change (a rule that
    fails already cannot show that it would), or where nothing of it can be changed.
    """
    classes = load_weakenings() if classes is None else classes
    [stack] = run.stacks
    trial = Trial(stack, rules, configuration)
    _refuse_faults(trial, run)
    setting = Setting(stack, configuration)
    outcomes = tuple(trial.of(change) for change in weakening_changes(setting, classes))
    if not outcomes:
        raise EngineError(
            "nothing was tested: the stack has no resource of a type that the proof knows how to "
            f"weaken, among {len(stack.resources)}",
            run.printed,
        )
    effectiveness = Effectiveness(
        project=run.project,
        stack=run.stack,
        program_digest=run.digest,
        pack_digest=pack.digest,
        configuration=pack.configuration,
        as_of=as_of.isoformat(),
        changes=len(outcomes),
        caught=sum(each.caught for each in outcomes),
        caught_undecided=sum(each.caught and not each.failed for each in outcomes),
        kinds=dict(sorted(Counter(each.change.kind.value for each in outcomes).items())),
        rules=tuple(_effects(trial, configuration, outcomes)),
        not_exercised=_not_exercised(trial, outcomes),
        survivors=tuple(_tested(each) for each in outcomes if not each.caught),
        unclaimed=tuple(
            NotCovered(each.type, each.path, each.reason, each.resources)
            for each in unclaimed(setting, classes)
        ),
        unclassed=tuple(
            Unclassed(type_, count) for type_, count in unclassed(setting, classes).items()
        ),
    )
    return effectiveness, tuple(_tested(each) for each in outcomes)


def _refuse_faults(trial: Trial, run: EngineRun) -> None:
    faults = trial.mandatory_faults()
    if not faults:
        return
    named = "; ".join(f"{rule} on {name_of(urn)}" for rule, urn in faults[:_MOST_NAMED])
    more = f"; and {len(faults) - _MOST_NAMED} more" if len(faults) > _MOST_NAMED else ""
    raise EngineError(
        "the stack is not compliant before any change, and a rule that fails already cannot show "
        f"that it would: {named}{more}. Mend them first: `compliance gate` shows them all",
        run.printed,
    )


def _effects(
    trial: Trial, configuration: Mapping[str, RuleConfiguration], outcomes: Iterable[Outcome]
) -> Iterable[RuleEffect]:
    caught: Counter[str] = Counter()
    alone: Counter[str] = Counter()
    for outcome in outcomes:
        names = (*outcome.failed, *outcome.undecided)
        caught.update(names)
        if len(names) == 1:
            alone.update(names)
    for name in sorted(trial.rules):
        yield RuleEffect(name, configuration[name].level.value, caught[name], alone[name])


def _not_exercised(trial: Trial, outcomes: Iterable[Outcome]) -> tuple[str, ...]:
    seen = {name for each in outcomes for name in (*each.failed, *each.undecided)}
    return tuple(sorted(set(trial.rules) - seen))


def _tested(outcome: Outcome) -> TestedChange:
    change = outcome.change
    return TestedChange(
        change.kind.value, change.urn, change.path, change.what, outcome.failed, outcome.undecided
    )
