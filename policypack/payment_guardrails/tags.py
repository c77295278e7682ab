"""The rule on tags: who owns a resource, which environment it serves, and what manages it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from payment_guardrails.aws_types import aws_type, data_version, is_of_aws
from payment_guardrails.finding import Finding, failed, not_applicable, passed, undecided
from payment_guardrails.resource import Resource
from payment_guardrails.rule import ANY, Settings, Severity, stack_rule
from payment_guardrails.stack import Stack
from payment_guardrails.values import UNKNOWN, Reading, Unknown

_TAGS: Final = "tags"
_ALL_TAGS: Final = "tagsAll"


@dataclass(frozen=True)
class _Tags:
    """The tags from one source: values by key, and what of it cannot be read, if anything."""

    values: Mapping[str, Reading] = field(default_factory=dict)
    unread: Reading | None = None


@dataclass(frozen=True)
class _Verdict:
    """The keys that are missing, those that may be, and a value that would decide these."""

    missing: tuple[str, ...]
    undecided: tuple[str, ...]
    unread: Reading | None


@stack_rule(
    "any-resource-tagged",
    types=ANY,
    severity=Severity.LOW,
    fix="""
    tags = {"Project": "payments", "Environment": pulumi.get_stack(), "ManagedBy": "pulumi"}
    provider = aws.Provider("tagging", default_tags={"tags": tags})
    aws.sqs.Queue("queue", opts=pulumi.ResourceOptions(provider=provider))
    # or for each resource: aws.sqs.Queue("queue", tags=tags)
    """,
    options={
        "tags": {
            "type": "array",
            "items": {"type": "string", "pattern": "\\S"},
            "minItems": 1,
            "default": ["Project", "Environment", "ManagedBy"],
            "description": "the keys that the tags of every taggable resource must have",
        }
    },
)
def resource_tagged(stack: Stack, settings: Settings) -> Iterator[Finding]:
    """Every resource that takes tags has the ones that say whose it is.

    Costs, permissions and inventories of AWS go by tags; a resource without them belongs to
    nobody: https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
    Keys are case sensitive. A tag with an empty value says nothing and counts as missing; one
    whose value is not known yet is set. The default tags of the provider count where it adds
    them: not to an Auto Scaling group. Which types take tags is data of pulumi-aws.
    """
    wanted = tuple(dict.fromkeys(settings["tags"]))
    defaults: dict[str | None, _Tags] = {}
    for resource in stack.resources:
        if not is_of_aws(resource):
            yield not_applicable(resource, "no resource of pulumi-aws")
            continue
        if resource.provider not in defaults:
            defaults[resource.provider] = _default_tags(stack, resource)
        yield _judge(resource, defaults[resource.provider], wanted)


def _judge(resource: Resource, defaults: _Tags, wanted: tuple[str, ...]) -> Finding:
    type_ = aws_type(resource.type)
    if type_ is not None and not type_.tagged:
        return not_applicable(resource, f"{resource.type} takes no tags")
    demand = f"wanted: {', '.join(wanted)}"
    if type_ is None and resource.read(_TAGS).missing:
        unheard = Unknown(f"is not set, and pulumi-aws {data_version()} has no {resource.type}")
        return undecided(resource, Reading(unheard, _TAGS), f"where it takes tags, {demand}")
    sources = _sources(resource, defaults, has_defaults=type_ is None or type_.takes_default_tags)
    verdict = _verdict(wanted, sources)
    if verdict.missing:
        missing = ", ".join(verdict.missing)
        seen = f"tags lacks {missing}{_near_misses(verdict.missing, sources)}"
        return failed(resource, _TAGS, f"{seen}; {demand}", missing)
    if verdict.unread is not None:
        return undecided(resource, verdict.unread, demand, ", ".join(verdict.undecided))
    return passed(resource, _TAGS, f"tags has {', '.join(wanted)}")


def _sources(resource: Resource, defaults: _Tags, *, has_defaults: bool) -> tuple[_Tags, ...]:
    """Where tags come from; an earlier one wins."""
    if not has_defaults:
        return (_read(resource.read(_TAGS)),)
    # The provider's own account of both: in a preview once all are known, and in a state.
    # https://github.com/pulumi/pulumi-aws/blob/master/provider/tags.go
    everything = resource.read(_ALL_TAGS)
    if isinstance(everything.value, Mapping):
        return (_read(everything),)
    return _read(resource.read(_TAGS)), defaults


def _default_tags(stack: Stack, resource: Resource) -> _Tags:
    given = stack.provider(resource).get("defaultTags")
    return _Tags() if given.value == "" else _read(given.parsed().get(_TAGS))


def _read(tags: Reading) -> _Tags:
    if tags.missing:
        return _Tags()
    if isinstance(tags.value, list | tuple):
        return _listed(tags)
    if isinstance(tags.value, Mapping):
        return _Tags(dict(tags.items()))
    if tags.unknown:
        return _Tags(unread=tags)
    return _Tags(unread=Reading(Unknown("is neither a mapping nor a list"), tags.path))


def _listed(tags: Reading) -> _Tags:
    """Tags in a list: `{"key": "Project", "value": "payments"}`."""
    values: dict[str, Reading] = {}
    unread = None
    for element in tags.elements():
        key = element.get("key").string()
        if isinstance(key.value, str):
            values[key.value] = element.get("value")
        else:
            unread = key if key.unknown else Reading(UNKNOWN, key.path)
    return _Tags(values, unread)


def _verdict(wanted: tuple[str, ...], sources: tuple[_Tags, ...]) -> _Verdict:
    missing, open_keys, decider = [], [], None
    for key in wanted:
        is_set, unread = _state(key, sources)
        if not is_set and unread is None:
            missing.append(key)
        elif not is_set:
            open_keys.append(key)
            decider = decider or unread
    return _Verdict(tuple(missing), tuple(open_keys), decider)


def _state(key: str, sources: tuple[_Tags, ...]) -> tuple[bool, Reading | None]:
    """Whether a tag is set, and where it is not, what may set it yet."""
    unread = None
    for source in sources:
        unread = unread or source.unread
        if key in source.values:
            return not _is_blank(source.values[key]), unread
    return False, unread


def _is_blank(value: Reading) -> bool:
    return value.missing or (isinstance(value.value, str) and not value.value.strip())


def _near_misses(missing: tuple[str, ...], sources: tuple[_Tags, ...]) -> str:
    """What was meant, perhaps: a key in other letter case, or without a value."""
    lowered = {key.lower(): key for key in missing}
    hints = []
    for source in sources:
        for key, value in sorted(source.values.items()):
            if value.secret:
                continue  # the keys of a secret are secret too
            if key in missing:
                hints.append(f"{key} is empty")
            elif key.lower() in lowered:
                hints.append(f"{key} is not {lowered[key.lower()]}: keys are case sensitive")
    return f" ({'; '.join(dict.fromkeys(hints))})" if hints else ""
