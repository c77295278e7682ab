"""Rules on SSM parameters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from payment_guardrails.finding import Finding, failed, not_applicable, passed, undecided
from payment_guardrails.resource import Resource
from payment_guardrails.rule import Settings, Severity, resource_rule
from payment_guardrails.secrets import is_secret_name, is_secret_value
from payment_guardrails.values import Reading

PARAMETER: Final = "aws:ssm/parameter:Parameter"


@resource_rule(
    "ssm-parameter-secret-encrypted",
    types=[PARAMETER],
    severity=Severity.HIGH,
    fix="""
        aws.ssm.Parameter(
            "api-key", name=..., type="SecureString", value=config.require_secret("key")
        )
    """,
)
def secret_encrypted(resource: Resource, _: Settings) -> Iterator[Finding]:
    """A parameter whose name or value looks like a secret is a SecureString.

    A String parameter shows its value to everybody who may describe it, and stores it
    without a key of KMS:
    https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-securestring.html
    """
    kind = resource.read("type").string()
    if kind.value == "SecureString":
        yield passed(resource, "type", "type is SecureString")
        return
    why = _why_secret(resource)
    wanted = "type must be SecureString"
    if why is None:
        unknown = _unknown_name(resource)
        if unknown is not None and (kind.unknown or not kind.missing):
            yield undecided(resource, unknown, f"where it names a secret, {wanted}")
        else:
            yield not_applicable(resource, "neither its name nor its value looks like a secret")
    elif kind.unknown:
        yield undecided(resource, kind, f"{why}, so {wanted}")
    else:
        yield failed(resource, "type", f"{why}, and type is {kind.text}; {wanted}")


def _why_secret(resource: Resource) -> str | None:
    for property_, what in (("name", "its name"), ("value", "its value")):
        reading = resource.read(property_)
        if property_ == "value" and reading.secret:
            return "its value is marked as secret"
        if not isinstance(reading.value, str):
            continue
        looks = is_secret_name if property_ == "name" else is_secret_value
        if looks(reading.value):
            return f"{what} looks like a secret's"
    return "its name looks like a secret's" if is_secret_name(resource.name) else None


def _unknown_name(resource: Resource) -> Reading | None:
    name = resource.read("name")
    return name if name.unknown else None
