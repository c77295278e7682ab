"""How secrets are exposed: literal tokens in place of secrets, in variables, tags and texts.

The tokens are made here of parts, so that no scanner of sources takes them for real ones;
they open nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from payment_guardrails.resource import Resource
from payment_guardrails.values import Secret

from compliance.proof.change import Change, Kind, Location, edited, found, locations, shown

_FUNCTION: Final = "aws:lambda/function:Function"
_VARIABLES: Final = "environment.variables"
_MADE_UP: Final = "Q7RW2MZ5XK3T6LPA"
TOKENS: Final[Mapping[str, str]] = {
    "an AWS access key": "AKIA" + _MADE_UP,
    "a private key": "-----BEGIN " + "PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC",
    "a GitHub token": "ghp_" + "a1B2c3D4e5F6" * 3,
    "a Stripe key": "sk_" + "live_" + _MADE_UP,
    "a webhook key": "whsec_" + "c2VjcmV0LW9mLW5vYm9keS1hdC1hbGw=",
}
_SHAPELESS: Final = {"DB_PASSWORD": "hunter2-but-longer", "WEBHOOK_SECRET": "correct-horse-battery"}
_TEXTS: Final = ("description", "alarmDescription")


def secret_changes(resource: Resource) -> Iterator[Change]:
    """Every secret of a resource in the open, and a token wherever one could be left."""
    for location, _ in _secrets(resource.inputs, ()):
        yield from _tokens(resource, location, "a literal instead of the secret: {}")
    if resource.type == _FUNCTION:
        for variables in locations(resource.inputs, _VARIABLES):
            held = found(resource.inputs, variables)
            if isinstance(held, Mapping):
                yield from _tokens(resource, (*variables, "SETTING"), "holds {}")
                for name, value in _SHAPELESS.items():
                    yield _change(resource, (*variables, name), value, "holds a literal password")
    tags = resource.inputs.get("tags")
    if isinstance(tags, Mapping):
        yield from _tokens(resource, ("tags", "Note"), "holds {}")
    for name in _TEXTS:
        if name in resource.inputs:
            yield from _tokens(resource, (name,), "holds {}")


def _secrets(value: Any, location: Location) -> Iterator[tuple[Location, Secret]]:
    if isinstance(value, Secret):
        yield location, value
    elif isinstance(value, Mapping):
        for name, item in sorted(value.items()):
            yield from _secrets(item, (*location, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _secrets(item, (*location, index))


def _tokens(resource: Resource, location: Location, what: str) -> Iterator[Change]:
    for name, token in TOKENS.items():
        yield _change(resource, location, token, what.format(name))


def _change(resource: Resource, location: Location, value: str, what: str) -> Change:
    after = {resource.urn: edited(resource, location, value)}
    return Change(Kind.SECRET, resource.urn, shown(location), what, after)
