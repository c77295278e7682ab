"""Which API a resource of API Gateway belongs to, and which stage its properties name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from payment_guardrails.apigateway import (
    HTTP_API,
    METHOD,
    REST_API,
    REST_API_BODY,
    ROUTE,
    STAGE,
    STAGE_V2,
)
from payment_guardrails.authorization import all_of
from payment_guardrails.resource import Resource
from payment_guardrails.stack import Stack
from payment_guardrails.values import Reading

DEPLOYMENT: Final = "aws:apigateway/deployment:Deployment"
DEPLOYMENT_V2: Final = "aws:apigatewayv2/deployment:Deployment"
METHOD_SETTINGS: Final = "aws:apigateway/methodSettings:MethodSettings"
USAGE_PLAN: Final = "aws:apigateway/usagePlan:UsagePlan"

_API_PROPERTIES: Final[Mapping[str, str]] = {
    **dict.fromkeys((DEPLOYMENT, METHOD, METHOD_SETTINGS, STAGE), "restApi"),
    REST_API_BODY: "restApiId",
    **dict.fromkeys((DEPLOYMENT_V2, ROUTE, STAGE_V2), "apiId"),
}


@dataclass(frozen=True)
class ApiLink:
    """The API that a resource belongs to.

    `keys` are the URNs of the APIs of this stack that it may be, or the id of one outside.
    It is any API where none is there and it is not `certain`, and none where it is.
    """

    keys: frozenset[str]
    certain: bool

    def is_that_of(self, other: ApiLink) -> bool | None:
        """Whether both are one API; None where that is not known."""
        if self.certain and other.certain:
            return bool(self.keys) and self.keys == other.keys
        if any(link.certain and not link.keys for link in (self, other)):
            return False
        apart = self.keys and other.keys and self.keys.isdisjoint(other.keys)
        return False if apart else None


def api_of(stack: Stack, resource: Resource) -> ApiLink:
    """The API that a method, a route, a stage, a deployment or a setting names."""
    return api_named(stack, resource, api_reading(resource))


def api_reading(resource: Resource) -> Reading:
    """The property by which such a resource names its API."""
    return resource.read(_API_PROPERTIES[resource.type])


def api_named(stack: Stack, resource: Resource, reading: Reading) -> ApiLink:
    """The API that one property of a resource names."""
    if reading.missing:
        return ApiLink(frozenset(), certain=True)
    link = stack.link(resource, reading, [REST_API, HTTP_API])
    if link.targets:
        urns = frozenset(target.urn for target in link.targets)
        return ApiLink(urns, certain=len(urns) == 1)
    if link.decided and isinstance(reading.value, str):
        return ApiLink(frozenset({reading.value}), certain=True)
    return ApiLink(frozenset(), certain=False)


@dataclass(frozen=True)
class StageReference:
    """Where a resource names a stage: by its API's id and by its own name.

    `settings` is what the resource says of that stage.
    """

    carrier: Resource
    api: Reading
    name: Reading
    settings: Reading


@dataclass(frozen=True)
class StageReferences:
    """References to stages, by the API they may name; those that may name any are under ""."""

    stack: Stack
    by_api: Mapping[str, tuple[tuple[StageReference, ApiLink], ...]]

    @staticmethod
    def of(stack: Stack, references: Iterable[StageReference]) -> StageReferences:
        """Index the references of a stack."""
        index: dict[str, list[tuple[StageReference, ApiLink]]] = {}
        for reference in references:
            link = api_named(stack, reference.carrier, reference.api)
            for key in link.keys or ([] if link.certain else [""]):
                index.setdefault(key, []).append((reference, link))
        return StageReferences(stack, {key: tuple(found) for key, found in index.items()})

    def to(self, stage: Resource) -> Iterator[tuple[StageReference, bool | None]]:
        """The references that name this stage, or may (None)."""
        api = api_of(self.stack, stage)
        keys = (*api.keys, "") if api.keys else () if api.certain else tuple(self.by_api)
        for key in keys:
            for reference, link in self.by_api.get(key, ()):
                answer = _names(reference, link, stage, api)
                if answer is not False:
                    yield reference, answer


def _names(reference: StageReference, link: ApiLink, stage: Resource, api: ApiLink) -> bool | None:
    own, name = stage.read("stageName").string(), reference.name.string()
    member = name.path.split(".")[0].split("[")[0]
    made_of_it = name.unknown and stage.urn in reference.carrier.property_dependencies.get(
        member, ()
    )
    same_api = link.is_that_of(api)
    if made_of_it:
        # A list's dependencies are those of all its elements: the stage tells which API.
        return True if same_api is None and api.keys <= link.keys and link.keys else same_api
    if name.missing or own.missing:
        return False
    same_name = None if name.unknown or own.unknown else name.value == own.value
    return all_of((same_api, same_name))


def usage_plan_references(stack: Stack) -> Iterator[StageReference]:
    """The stages that usage plans name; the settings are those of the plan for the stage."""
    for plan in stack.of_types([USAGE_PLAN]):
        for element in plan.read("apiStages").elements():
            yield StageReference(plan, element.get("apiId"), element.get("stage"), element)


def method_setting_references(stack: Stack) -> Iterator[StageReference]:
    """The stages that method settings name."""
    for each in stack.of_types([METHOD_SETTINGS]):
        yield StageReference(
            each, each.read("restApi"), each.read("stageName"), each.read("settings")
        )
