"""The rule on throttling: how many requests a stage lets through."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from payment_guardrails.apigateway import STAGE, STAGE_V2
from payment_guardrails.apigateway_callers import Callers, CallersByApi
from payment_guardrails.apigateway_stages import (
    StageReference,
    StageReferences,
    api_of,
    method_setting_references,
    usage_plan_references,
)
from payment_guardrails.authorization import all_of, any_of, negation
from payment_guardrails.finding import Finding, failed, passed, undecided
from payment_guardrails.resource import Resource
from payment_guardrails.rule import Settings, Severity, stack_rule
from payment_guardrails.stack import Stack
from payment_guardrails.values import UNKNOWN, Reading

_EVERY_METHOD: Final = "*/*"
_DEFAULT_ROUTE: Final = "defaultRouteSettings"


@stack_rule(
    "apigateway-stage-throttled",
    types=[STAGE, STAGE_V2],
    severity=Severity.MEDIUM,
    fix="""
        aws.apigateway.MethodSettings(
            "payments", rest_api=api.id, stage_name=stage.stage_name, method_path="*/*",
            settings={"throttling_rate_limit": 1000, "throttling_burst_limit": 500},
        )
    """,
    options={
        "requestsPerSecond": {
            "type": "integer",
            "default": 1000,
            "minimum": 1,
            "description": "how many requests per second a stage may let through at most",
        }
    },
)
def stage_throttled(stack: Stack, settings: Settings) -> Iterator[Finding]:
    """Rate and burst are limited on the stage, by method settings or by a usage plan.

    Without a limit of its own a stage takes what the account has for all APIs of a region:
    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
    Method settings count for `*/*`, which covers methods that come later, where those for
    single methods keep the limit too. A usage plan limits only requests with a key, so it
    counts where every method (preflights aside) needs one. An HTTP or WebSocket API is
    limited by the default route settings of its stage.
    """
    most = settings["requestsPerSecond"]
    limits = _Limits(
        stack,
        CallersByApi.of(stack),
        StageReferences.of(stack, method_setting_references(stack)),
        StageReferences.of(stack, usage_plan_references(stack)),
        most,
    )
    for stage in stack.of_types([STAGE]):
        yield limits.judge(stage)
    for stage in stack.of_types([STAGE_V2]):
        yield _judge_routes(stage, most)


@dataclass(frozen=True)
class _Limit:
    """Whether something is limited (None: not known), what was seen, what is not known."""

    answer: bool | None
    seen: str
    doubt: Reading | None = None


@dataclass(frozen=True)
class _Limits:
    """All that limits the stages of REST APIs."""

    stack: Stack
    callers: CallersByApi
    method_settings: StageReferences
    plans: StageReferences
    most: int

    def judge(self, stage: Resource) -> Finding:
        """The verdict on one stage."""
        by_settings = self._by_settings(stage)
        by_plan = self._by_plan(stage)
        answer = any_of((by_settings.answer, by_plan.answer))
        wanted = (
            f"method settings for {_EVERY_METHOD} or a usage plan must limit the rate to at "
            f"most {self.most} requests per second, and the burst"
        )
        if answer:
            return passed(stage, "stageName", (by_settings if by_settings.answer else by_plan).seen)
        if answer is None:
            doubt = by_settings.doubt or by_plan.doubt or stage.read("restApi")
            return undecided(
                stage, doubt if doubt.unknown else Reading(UNKNOWN, doubt.path), wanted
            )
        return failed(stage, "stageName", f"{by_settings.seen}, and {by_plan.seen}; {wanted}")

    def _by_settings(self, stage: Resource) -> _Limit:
        """Whether `*/*` is limited, and no single method is let off."""
        covered: list[_Limit] = []
        let_off: list[_Limit] = []
        for reference, names in self.method_settings.to(stage):
            carrier = reference.carrier
            path = carrier.read("methodPath").string()
            every = None if path.unknown else path.value == _EVERY_METHOD
            limit = _limited(reference.settings, "throttlingRateLimit", "throttlingBurstLimit",
                             self.most)  # fmt: skip
            doubt = _doubt(reference, names) or (path if path.unknown else limit.doubt)
            seen = f"the method settings {carrier.name} ({path.text}): {limit.seen}"
            covered.append(_Limit(all_of((names, every, limit.answer)), seen, doubt))
            loose = all_of((names, negation(every), negation(limit.answer)))
            let_off.append(_Limit(loose, seen, doubt))
        return _covered_without(covered, let_off)

    def _by_plan(self, stage: Resource) -> _Limit:
        """Whether a usage plan limits every request: each of them comes with a key."""
        api = stage.read("restApi")
        callers = self.callers.to(api_of(self.stack, stage), api)
        found = [
            self._of_plan(reference, names, callers) for reference, names in self.plans.to(stage)
        ]
        answer = any_of(each.answer for each in found)
        return next(
            (each for each in found if each.answer is answer),
            _Limit(answer=False, seen="no usage plan does"),
        )

    def _of_plan(self, reference: StageReference, names: bool | None, callers: Callers) -> _Limit:
        plan = reference.carrier
        parts = [
            plan.read("throttleSettings"),
            *reference.settings.get("throttles").elements(),
        ]
        limits = [_limited(part, "rateLimit", "burstLimit", self.most) for part in parts]
        answer = all_of(limit.answer for limit in limits)
        worst = next(limit for limit in limits if limit.answer is answer)
        seen = f"the usage plan {plan.name}: {worst.seen}"
        if answer is not False and callers.keyless:
            seen = f"the usage plan {plan.name} does not limit the methods that need no key"
        doubt = _doubt(reference, names) or worst.doubt or callers.doubt
        return _Limit(all_of((names, answer, negation(callers.keyless))), seen, doubt)


def _covered_without(covered: list[_Limit], let_off: list[_Limit]) -> _Limit:
    """Limited by one of `covered`, where none is let off."""
    loose = next((each for each in let_off if each.answer), None)
    best = next((each for each in covered if each.answer), None)
    if loose is not None:
        return _Limit(answer=False, seen=loose.seen)
    if best is None and not any(each.answer is None for each in covered):
        seen = next((each.seen for each in (*covered, *let_off)), "no method settings limit it")
        return _Limit(answer=False, seen=seen)
    doubtful = next((each for each in let_off if each.answer is None), None)
    if best is not None and doubtful is None:
        return best
    unsure = doubtful or next(each for each in covered if each.answer is None)
    return _Limit(None, unsure.seen, unsure.doubt)


def _doubt(reference: StageReference, names: bool | None) -> Reading | None:
    if names:
        return None
    return reference.name if reference.name.unknown else reference.api


def _limited(settings: Reading, rate_name: str, burst_name: str, most: int) -> _Limit:
    """Whether both limits are set (0 lets nobody in, -1 everybody), and the rate is low enough."""
    rate, burst = settings.get(rate_name).number(), settings.get(burst_name).number()
    rated = None if rate.unknown else not rate.missing and 0 < rate.value <= most
    capped = None if burst.unknown else not burst.missing and burst.value > 0
    seen = f"rate limit {rate.text}, burst limit {burst.text}"
    doubt = rate if rate.unknown else burst if burst.unknown else None
    return _Limit(all_of((rated, capped)), seen, doubt)


def _judge_routes(stage: Resource, most: int) -> Finding:
    """The verdict on a stage of an HTTP or a WebSocket API."""
    default = stage.read(_DEFAULT_ROUTE)
    limit = _limited(default, "throttlingRateLimit", "throttlingBurstLimit", most)
    rates = [
        element.get("throttlingRateLimit").number()
        for element in stage.read("routeSettings").elements()
    ]
    path = f"{_DEFAULT_ROUTE}.throttlingRateLimit"
    wanted = (
        f"default_route_settings must limit the rate to at most {most} requests per second, "
        "and the burst; no route may have more"
    )
    # A route that says nothing of its own is limited as the default says.
    loose = next((rate for rate in rates if _exceeds(rate, most)), None)
    doubt = next((rate for rate in rates if rate.unknown), limit.doubt)
    if limit.answer is False:
        return failed(stage, path, f"{limit.seen}; {wanted}")
    if loose is not None:
        return failed(stage, loose.path, f"the rate limit of a route is {loose.text}; {wanted}")
    if doubt is not None:
        return undecided(stage, doubt, wanted)
    return passed(stage, path, limit.seen)


def _exceeds(rate: Reading, most: int) -> bool:
    return not rate.unknown and not rate.missing and not rate.value <= most
