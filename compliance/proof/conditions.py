"""Where a change weakens: conditions that the data files name.

They are written here anew, and not taken from the rules: the exam must not share the
examinee's mistakes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from payment_guardrails.configuration import RuleConfiguration
from payment_guardrails.resource import Resource
from payment_guardrails.stack import Stack

from compliance.proof.change import Location, found, opened

QUEUE: Final = "aws:sqs/queue:Queue"
REDRIVE: Final = "aws:sqs/redrivePolicy:RedrivePolicy"
FUNCTION: Final = "aws:lambda/function:Function"
MAPPING: Final = "aws:lambda/eventSourceMapping:EventSourceMapping"
STAGE: Final = "aws:apigateway/stage:Stage"
INTEGRATION: Final = "aws:apigateway/integration:Integration"

_SECRET_NAME: Final = re.compile(
    r"(?i)(password|passwd|secret|token|credential|(api|private|signing)[-_/.]?keys?)$"
)


_TAGS: Final = frozenset({"Project", "Environment", "ManagedBy"})


@dataclass(frozen=True)
class Setting:
    """The stack before the change, and how the rules are configured."""

    stack: Stack
    configuration: Mapping[str, RuleConfiguration] = field(default_factory=dict)

    def option(self, rule: str, name: str) -> Any:
        """What is configured for a rule; None where there is no such rule or option."""
        configured = self.configuration.get(rule)
        return configured.settings.get(name) if configured else None


_FAILURES: Final[Mapping[str, Location]] = {
    FUNCTION: ("deadLetterConfig", "targetArn"),
    MAPPING: ("destinationConfig", "onFailure", "destinationArn"),
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": (
        "destinationConfig", "onFailure", "destination",
    ),
}  # fmt: skip

Condition = Callable[[Setting, Resource], bool]


def is_dead_letter_queue(stack: Stack, queue: Resource) -> bool:
    """Here comes what nobody could handle: of another queue, of a function or of a mapping."""
    arn = queue.outputs.get("arn", "")
    targets = [dead_letter_target(each) for each in stack.of_types([QUEUE, REDRIVE])]
    failures = [
        found(each.inputs, _FAILURES[each.type])
        for each in stack.of_types(_FAILURES)
        if queue.urn in each.property_dependencies.get(str(_FAILURES[each.type][0]), ())
        or found(each.inputs, _FAILURES[each.type]) == arn
    ]
    return arn in targets or bool(failures)


def dead_letter_target(queue: Resource) -> Any:
    """The ARN that a queue's redrive policy names; None where there is none."""
    policy, _ = opened(queue.inputs.get("redrivePolicy"))
    return policy.get("deadLetterTargetArn") if isinstance(policy, Mapping) else None


def api_waits_for(stack: Stack, function: Resource) -> bool:
    """An API answers with what the function returns."""
    return any(_names(function, each.inputs.get("uri")) for each in stack.of_types([INTEGRATION]))


def mappings_of(stack: Stack, function: Resource) -> tuple[Resource, ...]:
    """What feeds a function."""
    return tuple(
        each
        for each in stack.of_types([MAPPING])
        if _names(function, each.inputs.get("functionName"))
    )


def _names(function: Resource, value: Any) -> bool:
    known = {function.outputs.get(name) for name in ("arn", "name", "invokeArn")} - {None}
    return isinstance(value, str) and value in known


def source_queue(stack: Stack, mapping: Resource) -> Resource | None:
    """The queue of the stack that a mapping reads from."""
    source = mapping.inputs.get("eventSourceArn")
    return next(
        (
            each
            for each in stack.of_types([QUEUE])
            if isinstance(source, str) and each.outputs.get("arn") == source
        ),
        None,
    )


def _is_of_queue(setting: Setting, mapping: Resource) -> bool:
    source = mapping.inputs.get("eventSourceArn")
    return ":sqs:" in str(source) or source_queue(setting.stack, mapping) is not None


def _is_of_fifo(setting: Setting, mapping: Resource) -> bool:
    queue = source_queue(setting.stack, mapping)
    return _is_fifo(setting, queue) if queue else ".fifo" in str(mapping.inputs["eventSourceArn"])


def _is_fifo(_: Setting, queue: Resource) -> bool:
    return queue.inputs.get("fifoQueue") is True


def _feeds(setting: Setting, queue: Resource) -> bool:
    mappings = setting.stack.of_types([MAPPING])
    return any(source_queue(setting.stack, each) == queue for each in mappings)


def _is_written(setting: Setting, group: Resource) -> bool:
    """A function or a stage of the stack writes to a log group."""
    name, arn = (str(group.outputs.get(each)) for each in ("name", "arn"))
    writers = setting.stack.of_types([FUNCTION, STAGE])
    named = [found(each.inputs, ("loggingConfig", "logGroup")) for each in writers]
    named += [f"/aws/lambda/{each.outputs.get('name')}" for each in writers]
    destinations = [found(each.inputs, ("accessLogSettings", "destinationArn")) for each in writers]
    return name in named or any(str(each).startswith(arn) for each in destinations)


def denies_plain(policy: Any) -> bool:
    """A policy speaks of requests without TLS, to deny them."""
    text = json.dumps(opened(policy)[0], default=str)
    return "aws:securetransport" in text.lower() and '"Deny"' in text


def _is_production(setting: Setting, _: Resource) -> bool:
    names = setting.option("dynamodb-table-deletion-protection", "production") or ()
    return setting.stack.name.lower() in {str(name).strip().lower() for name in names}


def _lacks_default_tags(setting: Setting, resource: Resource) -> bool:
    defaults, _ = opened(setting.stack.provider(resource).get("defaultTags").value)
    tags = defaults.get("tags") if isinstance(defaults, Mapping) else None
    return not isinstance(tags, Mapping) or not set(tags) >= _TAGS


def _carries_body(_: Setting, method: Resource) -> bool:
    return method.inputs.get("httpMethod") in ("POST", "PUT", "PATCH", "ANY")


CONDITIONS: Final[Mapping[str, Condition]] = {
    "dead-letter queue": lambda setting, queue: is_dead_letter_queue(setting.stack, queue),
    "no dead-letter queue": lambda setting, queue: not is_dead_letter_queue(setting.stack, queue),
    "carries a body": _carries_body,
    "its source is a queue": _is_of_queue,
    "its source is a FIFO queue": lambda setting, each: (
        _is_of_queue(setting, each) and _is_of_fifo(setting, each)
    ),
    "FIFO queue": _is_fifo,
    "a function reads it": _feeds,
    "no key of its own": lambda _, queue: not queue.inputs.get("kmsMasterKeyId"),
    "the provider adds no tags": _lacks_default_tags,
    "a default of all errors": lambda _, response: (
        response.inputs.get("responseType") in ("DEFAULT_4XX", "DEFAULT_5XX")
    ),
    "named like a secret": lambda _, each: bool(
        _SECRET_NAME.search(str(each.inputs.get("name", each.name)))
    ),
    "an API waits for it": lambda setting, each: api_waits_for(setting.stack, each),
    "a queue feeds it": lambda setting, each: bool(mappings_of(setting.stack, each)),
    "a function or a stage writes to it": _is_written,
    "production": _is_production,
    "encrypted with a KMS key": lambda _, table: (
        found(table.inputs, ("serverSideEncryption", "enabled")) is True
    ),
    "denies what comes without TLS": lambda _, each: denies_plain(each.inputs.get("policy")),
    "no other authorization": lambda _, method: (
        method.inputs.get("authorization", "NONE") == "NONE"
    ),
    "no key is asked for": lambda _, method: method.inputs.get("apiKeyRequired") is not True,
    "only some regions are allowed": lambda setting, _: bool(
        setting.option("any-resource-region", "regions")
    ),
}
