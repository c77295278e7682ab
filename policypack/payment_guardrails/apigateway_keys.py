"""The rule on API keys: where one is asked for, there is one that opens the stage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from payment_guardrails.apigateway import STAGE
from payment_guardrails.apigateway_callers import CallersByApi
from payment_guardrails.apigateway_stages import (
    USAGE_PLAN,
    StageReferences,
    api_of,
    usage_plan_references,
)
from payment_guardrails.authorization import all_of, any_of
from payment_guardrails.finding import Finding, failed, not_applicable, passed, undecided
from payment_guardrails.resource import Resource
from payment_guardrails.rule import Settings, Severity, stack_rule
from payment_guardrails.stack import Stack
from payment_guardrails.values import UNKNOWN, Reading

API_KEY: Final = "aws:apigateway/apiKey:ApiKey"
PLAN_KEY: Final = "aws:apigateway/usagePlanKey:UsagePlanKey"

_WANTED: Final = "a usage plan with a key that is enabled must name the stage"


@stack_rule(
    "apigateway-key-usable",
    types=[STAGE],
    severity=Severity.MEDIUM,
    fix="""
        key = aws.apigateway.ApiKey("payments")
        plan = aws.apigateway.UsagePlan(
            "payments", api_stages=[{"api_id": api.id, "stage": stage.stage_name}]
        )
        aws.apigateway.UsagePlanKey(
            "payments", key_id=key.id, key_type="API_KEY", usage_plan_id=plan.id
        )
    """,
)
def key_usable(stack: Stack, _: Settings) -> Iterator[Finding]:
    """Where methods need an API key, a usage plan binds a key to the stage.

    A key opens only the stages of the usage plans that it is in. Without one every request
    is refused, and somebody will then turn the key off instead:
    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
    The methods and the OpenAPI body of this stack are read; HTTP APIs know no API keys.
    """
    callers = CallersByApi.of(stack)
    plans = StageReferences.of(stack, usage_plan_references(stack))
    keys = _Keys.of(stack)
    for stage in stack.of_types([STAGE]):
        api = stage.read("restApi")
        demand = callers.to(api_of(stack, stage), api)
        bound = _bound(stage, plans, keys)
        if demand.keyed is False:
            yield not_applicable(stage, "no method of its API in this stack needs a key")
        elif demand.keyed and bound.answer:
            yield passed(stage, "stageName", bound.seen)
        elif demand.keyed and bound.answer is False:
            message = f"methods of its API need a key, and {bound.seen}; {_WANTED}"
            yield failed(stage, "stageName", message)
        else:
            doubt = bound.doubt if demand.keyed else demand.doubt
            yield undecided(stage, _unread(doubt or api), f"where a method needs a key, {_WANTED}")


@dataclass(frozen=True)
class _Bound:
    """Whether a key is bound (None: not known), what was seen, and what is not known."""

    answer: bool | None
    seen: str
    doubt: Reading | None = None


def _bound(stage: Resource, plans: StageReferences, keys: _Keys) -> _Bound:
    seen = "no usage plan names it"
    doubt: Reading | None = None
    for reference, names in plans.to(stage):
        plan = reference.carrier
        held = keys.in_plan(plan)
        answer = all_of((names, held.answer))
        if answer:
            return _Bound(answer=True, seen=f"the usage plan {plan.name} names it, and {held.seen}")
        if answer is None:
            name = reference.name
            unknown_name = name if name.unknown else reference.api
            doubt = doubt or (held.doubt if names else unknown_name)
        elif names:
            seen = f"the usage plan {plan.name} names it, but {held.seen}"
    return _Bound(None if doubt is not None else False, seen, doubt)


@dataclass(frozen=True)
class _Keys:
    """The keys in each usage plan, by its URN; under "" those whose plan is not known."""

    by_plan: Mapping[str, tuple[_Bound, ...]]

    @staticmethod
    def of(stack: Stack) -> _Keys:
        by_plan: dict[str, list[_Bound]] = {}
        switches = {key.urn: _switch(key) for key in stack.of_types([API_KEY])}
        all_enabled = all(each.value is True for each in switches.values())
        for entry in stack.of_types([PLAN_KEY]):
            reading = entry.read("usagePlanId")
            link = stack.link(entry, reading, [USAGE_PLAN])
            key = _enabled(stack, entry, switches, all_enabled=all_enabled)
            if link.target is None and key.answer is not False:
                key = replace(key, answer=None, doubt=reading)
            for target in link.targets:
                by_plan.setdefault(target.urn, []).append(key)
            if not link.decided:
                by_plan.setdefault("", []).append(key)
        return _Keys({urn: tuple(found) for urn, found in by_plan.items()})

    def in_plan(self, plan: Resource) -> _Bound:
        """Whether the plan has a key that is enabled."""
        found = (*self.by_plan.get(plan.urn, ()), *self.by_plan.get("", ()))
        answer = any_of(key.answer for key in found)
        best = next((key for key in found if key.answer is answer), None)
        return best or _Bound(answer=False, seen="has no key")


def _switch(key: Resource) -> Reading:
    """Whether a key is enabled, which it is where nothing is said."""
    reading = key.read("enabled").boolean()
    return replace(reading, value=True) if reading.missing else reading


def _enabled(
    stack: Stack, entry: Resource, switches: Mapping[str, Reading], *, all_enabled: bool
) -> _Bound:
    """Whether the key that a plan's entry names is enabled; one outside this stack is."""
    reading = entry.read("keyId")
    if reading.missing:
        return _Bound(answer=False, seen=f"{entry.name} names no key")
    link = stack.link(entry, reading, [API_KEY])
    named = [switches[key.urn] for key in link.targets]
    if all(each.value is True for each in named) and (link.decided or all_enabled):
        return _Bound(answer=True, seen=f"{entry.name} puts a key into it")
    if link.target is not None and named[0].value is False:
        return _Bound(answer=False, seen=f"its key {link.target.name} is not enabled")
    unknown = next((each for each in named if each.unknown), reading)
    return _Bound(None, f"{entry.name} puts a key into it", unknown)


def _unread(reading: Reading) -> Reading:
    return reading if reading.unknown else Reading(UNKNOWN, reading.path)
