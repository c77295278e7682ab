"""Limits that stand between resources: a queue and its function, a mapping and what it feeds.

The numbers are those of the promises (see the catalogue of rules), written here anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from payment_guardrails.resource import Resource
from payment_guardrails.stack import Stack

from compliance.proof.change import REMOVED, Change, Kind, Location, edited, found, shown
from compliance.proof.conditions import (
    MAPPING,
    QUEUE,
    api_waits_for,
    dead_letter_target,
    mappings_of,
    source_queue,
)
from compliance.proof.documents import documents

_FUNCTION: Final = "aws:lambda/function:Function"
_USAGE_PLAN: Final = "aws:apigateway/usagePlan:UsagePlan"
_METHOD_SETTINGS: Final = "aws:apigateway/methodSettings:MethodSettings"
_RECEIVES: Final = 6
_DEFAULT_RETENTION: Final = 345600
_TRACES: Final = "xray:"
_RECEIVE: Final = "sqs:ReceiveMessage"
_DEPLOYMENT: Final = "aws:apigateway/deployment:Deployment"


def limit_changes(stack: Stack) -> Iterator[Change]:
    """Each limit between two resources missed by one, and each guard taken from both sides."""
    for function in stack.of_types([_FUNCTION]):
        yield from _function(stack, function)
    yield from _retentions(stack)
    yield from _unlimited(stack)
    yield from _unread(stack)
    for deployment in stack.of_types([_DEPLOYMENT]):
        yield _never_redeployed(deployment)
    for policy in stack.resources:
        yield from _without_traces(policy)


def _function(stack: Stack, function: Resource) -> Iterator[Change]:
    timeout = function.inputs.get("timeout")
    reserved = function.inputs.get("reservedConcurrentExecutions")
    for mapping in mappings_of(stack, function):
        queue = source_queue(stack, mapping)
        window = mapping.inputs.get("maximumBatchingWindowInSeconds") or 0
        if queue is not None and isinstance(timeout, int) and isinstance(window, int):
            least = _RECEIVES * timeout + window
            what = f"one second below {_RECEIVES} timeouts of {function.name}"
            yield _number(queue, ("visibilityTimeoutSeconds",), least - 1, what)
            visible = queue.inputs.get("visibilityTimeoutSeconds")
            if isinstance(visible, int):
                longer = (visible - window) // _RECEIVES + 1
                yield _number(function, ("timeout",), longer, f"too long for {queue.name}")
        if isinstance(reserved, int):
            # What an API needs too must not all go to the queue.
            most = reserved if api_waits_for(stack, function) else reserved + 1
            place = ("scalingConfig", "maximumConcurrency")
            if found(mapping.inputs, place) is not REMOVED:
                what = f"beyond what {function.name} has for it"
                yield _number(mapping, place, most, what)
            used = found(mapping.inputs, place)
            if isinstance(used, int) and used > 1:
                less = used if api_waits_for(stack, function) else used - 1
                what = f"less than {mapping.name} sends"
                yield _number(function, ("reservedConcurrentExecutions",), less, what)


def _retentions(stack: Stack) -> Iterator[Change]:
    """A dead-letter queue that forgets sooner than its source."""
    by_arn = {each.outputs.get("arn"): each for each in stack.of_types([QUEUE])}
    for source in stack.of_types([QUEUE]):
        target = by_arn.get(dead_letter_target(source))
        kept = source.inputs.get("messageRetentionSeconds", _DEFAULT_RETENTION)
        if target is not None and isinstance(kept, int):
            what = f"a second less than {source.name} keeps messages"
            yield _number(target, ("messageRetentionSeconds",), kept - 1, what)


def _unlimited(stack: Stack) -> Iterator[Change]:
    """Every limit of requests taken away at once: one alone may be covered by the other."""
    for part, value in (("rate", -1), ("rate", 1001), ("burst", -1)):
        edits: dict[str, Resource] = {}
        for plan in stack.of_types([_USAGE_PLAN]):
            edits[plan.urn] = _limit(plan, ("throttleSettings", f"{part}Limit"), value)
        for settings in stack.of_types([_METHOD_SETTINGS]):
            place = ("settings", f"throttling{part.title()}Limit")
            edits[settings.urn] = _limit(settings, place, value)
        for urn in list(edits)[:1]:
            what = f"every {part} limit of requests {'removed' if value < 0 else f'set to {value}'}"
            yield Change(Kind.VALUE, urn, "throttleSettings", what, dict(edits))


def _limit(resource: Resource, place: Location, value: int) -> Resource:
    if found(resource.inputs, place) is REMOVED:
        return resource
    return edited(resource, place, REMOVED if value < 0 else value)


def _unread(stack: Stack) -> Iterator[Change]:
    """A queue that nobody reads any more: no mapping, or none that is on, and no grant."""
    for queue in stack.of_types([QUEUE]):
        arn = queue.outputs.get("arn")
        mappings = [
            each for each in stack.of_types([MAPPING]) if each.inputs.get("eventSourceArn") == arn
        ]
        grants = {
            policy.urn: edited(policy, place, REMOVED)
            for policy in stack.resources
            for document in documents(policy)
            for place in document.statements
            if _receives(found(policy.inputs, place), arn)
        }
        if mappings:
            off = {each.urn: edited(each, ("enabled",), new=False) for each in mappings}
            for mapped, what in ((dict.fromkeys(off), "no mapping"), (off, "no mapping is on")):
                yield Change(
                    Kind.LINK,
                    queue.urn,
                    "arn",
                    f"nobody reads it: {what}, and the right to receive removed",
                    {**mapped, **grants},
                )


def _receives(statement: Any, arn: Any) -> bool:
    actions, resources = statement.get("Action"), statement.get("Resource")
    return _RECEIVE in (actions if isinstance(actions, list) else [actions]) and arn in (
        resources if isinstance(resources, list) else [resources]
    )


def _never_redeployed(deployment: Resource) -> Change:
    kept = {
        name: urns for name, urns in deployment.property_dependencies.items() if name == "restApi"
    }
    after = replace(
        edited(deployment, ("triggers",), REMOVED), dependencies=(), property_dependencies=kept
    )
    what = "neither triggers nor dependencies: a change does not reach the stage"
    return Change(Kind.LINK, deployment.urn, "triggers", what, {deployment.urn: after})


def _without_traces(policy: Resource) -> Iterator[Change]:
    """A role that may no longer write traces: what is traced is lost."""
    for document in documents(policy):
        for place in document.statements:
            actions = found(policy.inputs, (*place, "Action"))
            listed = actions if isinstance(actions, list) else [actions]
            if all(isinstance(each, str) and each.startswith(_TRACES) for each in listed):
                after = edited(policy, place, REMOVED)
                what = "the right to write traces removed"
                yield Change(Kind.LINK, policy.urn, shown(place), what, {policy.urn: after})


def _number(resource: Resource, place: Location, value: Any, why: str) -> Change:
    what = f"set to {value}: {why}"
    after = {resource.urn: edited(resource, place, value)}
    return Change(Kind.VALUE, resource.urn, shown(place), what, after)
