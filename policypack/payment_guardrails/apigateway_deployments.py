"""The rule on deployments: a change of the API reaches its stage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from payment_guardrails.apigateway import (
    HTTP_API,
    METHOD,
    REST_API,
    REST_API_BODY,
    ROUTE,
)
from payment_guardrails.apigateway_openapi import unreadable
from payment_guardrails.apigateway_stages import DEPLOYMENT, DEPLOYMENT_V2, ApiLink, api_of
from payment_guardrails.authorization import all_of, any_of, negation
from payment_guardrails.finding import Finding, failed, first_few, passed, undecided
from payment_guardrails.resource import Resource
from payment_guardrails.rule import Settings, Severity, stack_rule
from payment_guardrails.stack import Stack
from payment_guardrails.values import UNKNOWN, Reading


@stack_rule(
    "apigateway-deployment-redeploys",
    types=[DEPLOYMENT, DEPLOYMENT_V2],
    severity=Severity.MEDIUM,
    fix="""
        content = json.dumps([routes, models], sort_keys=True)
        aws.apigateway.Deployment(
            "payments", rest_api=api.id,
            triggers={"redeployment": hashlib.sha256(content.encode()).hexdigest()},
            opts=pulumi.ResourceOptions(depends_on=[*methods, *integrations]),
        )
    """,
)
def deployment_redeploys(stack: Stack, _: Settings) -> Iterator[Finding]:
    """A deployment has triggers, or depends on every method of its API.

    A deployment is a snapshot: a stage serves what was there when it was made, and a method
    that is authorized since then stays open there until another one is made:
    https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-deploy-api.html
    A dependency may go through other resources of the API, such as integrations. An OpenAPI
    body has no methods to depend on: only a trigger shows that it changed.
    """
    contents = _Contents.of(stack)
    for deployment in stack.of_types([DEPLOYMENT, DEPLOYMENT_V2]):
        yield _judge(stack, deployment, contents)


@dataclass(frozen=True)
class _Contents:
    """What APIs are made of, by API: methods and bodies; under "" what may be of any API."""

    by_api: Mapping[str, tuple[tuple[Resource, ApiLink], ...]]

    @staticmethod
    def of(stack: Stack) -> _Contents:
        by_api: dict[str, list[tuple[Resource, ApiLink]]] = {}
        for part in stack.of_types([METHOD, ROUTE, REST_API_BODY]):
            link = api_of(stack, part)
            for key in link.keys or ([] if link.certain else [""]):
                by_api.setdefault(key, []).append((part, link))
        for api in stack.of_types([REST_API, HTTP_API]):
            link = ApiLink(frozenset({api.urn}), certain=True)
            by_api.setdefault(api.urn, []).append((api, link))
        return _Contents({key: tuple(found) for key, found in by_api.items()})

    def within(self, api: ApiLink) -> Iterator[tuple[Resource, bool | None]]:
        """What is in an API, or may be (None)."""
        keys = (*api.keys, "") if api.keys else () if api.certain else tuple(self.by_api)
        for key in keys:
            for part, link in self.by_api.get(key, ()):
                answer = link.is_that_of(api)
                if answer is not False:
                    yield part, answer


def _judge(stack: Stack, deployment: Resource, contents: _Contents) -> Finding:
    triggers = deployment.read("triggers")
    wanted = "triggers must hold a digest of all that is deployed"
    if isinstance(triggers.value, Mapping) and triggers.value:
        return passed(deployment, triggers.path, "triggers are set")
    if triggers.unknown and _is_made_here(stack, deployment):
        return passed(deployment, triggers.path, "triggers are made of resources of this stack")
    covered = _depends_on_all(stack, deployment, contents)
    if covered.answer:
        return passed(deployment, "dependsOn", "it depends on every method of its API")
    is_set = not triggers.missing and not isinstance(triggers.value, Mapping)
    if is_set:
        return undecided(deployment, unreadable(triggers), wanted)
    if covered.answer is None:
        doubt = deployment.read("apiId" if deployment.type == DEPLOYMENT_V2 else "restApi")
        doubt = covered.doubt or doubt
        reading = doubt if doubt.unknown else Reading(UNKNOWN, doubt.path)
        return undecided(deployment, reading, wanted)
    message = f"triggers is not set, and {covered.seen}; {wanted}"
    return failed(deployment, triggers.path, message)


def _is_made_here(stack: Stack, deployment: Resource) -> bool:
    """Whether unknown triggers were made of resources of AWS, so that they are not empty."""
    urns = deployment.property_dependencies.get("triggers", ())
    return any(urn in stack.by_urn and stack.by_urn[urn].type.startswith("aws:") for urn in urns)


@dataclass(frozen=True)
class _Covered:
    """Whether a deployment depends on all it deploys (None: not known)."""

    answer: bool | None
    seen: str
    doubt: Reading | None = None


def _depends_on_all(stack: Stack, deployment: Resource, contents: _Contents) -> _Covered:
    reached = _reached(stack, deployment)
    inside: list[bool | None] = []
    outside: list[tuple[str, bool | None]] = []
    doubt: Reading | None = None
    for part, within in contents.within(api_of(stack, deployment)):
        if part.type in (REST_API, HTTP_API, REST_API_BODY):
            body = part.read("body")
            is_set = None if body.unknown else not body.missing and body.value != ""
            doubt = doubt or (body if body.unknown else None)
            outside.append((f"the OpenAPI body of {part.name}", all_of((within, is_set))))
        elif part.urn in reached:
            inside.append(within)
        else:
            outside.append((part.name, within))
    answer = all_of((any_of(inside), negation(any_of(answer for _, answer in outside))))
    missing = [name for name, answer in outside if answer]
    seen = "no method of its API is in this stack"
    if missing:
        seen = f"it does not depend on {first_few(missing)}"
    return _Covered(answer, seen, doubt)


def _reached(stack: Stack, deployment: Resource) -> frozenset[str]:
    """What the deployment depends on, through other resources of API Gateway too."""
    reached: set[str] = set()
    waiting = [deployment]
    while waiting:
        resource = waiting.pop()
        own = {*resource.dependencies}.union(*resource.property_dependencies.values())
        for urn in own - reached:
            reached.add(urn)
            target = stack.by_urn.get(urn)
            if target is not None and target.type.startswith("aws:apigateway"):
                waiting.append(target)
    return frozenset(reached)
