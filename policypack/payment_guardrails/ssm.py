"""Rules on SSM parameters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from payment_guardrails.finding import Finding, failed, not_applicable, passed, undecided
from payment_guardrails.resource import Resource
from payment_guardrails.rule import Settings, Severity, stack_rule
from payment_guardrails.secrets import is_secret_name, is_secret_value
from payment_guardrails.stack import Stack
from payment_guardrails.values import Reading

PARAMETER: Final = "aws:ssm/parameter:Parameter"
_VALUES: Final = ("value", "insecureValue", "valueWo")
# Resources of AWS with a secret among their outputs.
_SECRET_MAKERS: Final = frozenset(
    {
        "aws:apigateway/apiKey:ApiKey",
        "aws:appsync/apiKey:ApiKey",
        "aws:cognito/userPoolClient:UserPoolClient",
        "aws:iam/accessKey:AccessKey",
        "aws:lightsail/keyPair:KeyPair",
        "aws:secretsmanager/secretVersion:SecretVersion",
        "aws:ssm/parameter:Parameter",
    }
)


@stack_rule(
    "ssm-parameter-secret-encrypted",
    types=[PARAMETER],
    severity=Severity.HIGH,
    fix="""
        aws.ssm.Parameter(
            "api-key", name=..., type="SecureString", value=config.require_secret("key")
        )
    """,
)
def secret_encrypted(stack: Stack, _: Settings) -> Iterator[Finding]:
    """A parameter whose name or value looks like a secret is a SecureString.

    A String parameter shows its value to everybody who may describe it, and stores it
    without a key of KMS:
    https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-securestring.html
    """
    for parameter in stack.of_types([PARAMETER]):
        yield _judge(stack, parameter)


def _judge(stack: Stack, resource: Resource) -> Finding:
    kind = resource.read("type").string()
    if kind.value == "SecureString":
        return passed(resource, "type", "type is SecureString")
    wanted = "type must be SecureString"
    why = _why_secret(resource)
    doubt = _doubt(stack, resource)
    if kind.unknown:
        so = f"{why}, so {wanted}" if why else f"where it holds a secret, {wanted}"
        return undecided(resource, kind, so)
    if why is not None:
        return failed(resource, "type", f"{why}, and type is {kind.text}; {wanted}")
    if doubt is not None:
        return undecided(resource, doubt, f"where it is a secret's, {wanted}")
    return not_applicable(resource, "neither its name nor its value looks like a secret")


def _why_secret(resource: Resource) -> str | None:
    if is_secret_name(_own_name(resource)):
        return "its name looks like a secret's"
    for property_ in _VALUES:
        reading = resource.read(property_)
        # The SDK marks all of `value` and `valueWo` as secret, which tells nothing.
        if reading.secret and property_ == "insecureValue":
            return "its value is marked as secret"
        if isinstance(reading.value, str) and is_secret_value(reading.value):
            return "its value looks like a secret"
    return None


def _own_name(resource: Resource) -> str:
    """The name that the program chose: what the provider draws after it tells nothing."""
    name = resource.read("name").value
    drawn = rf"{re.escape(resource.name)}-[0-9a-f]{{7}}"
    return resource.name if not isinstance(name, str) or re.fullmatch(drawn, name) else name


def _doubt(stack: Stack, resource: Resource) -> Reading | None:
    """What may yet turn out to be a secret's name, or a secret."""
    name = resource.read("name")
    if name.value is not None and not isinstance(name.value, str):
        return name
    for property_ in _VALUES:
        reading = resource.read(property_)
        known = reading.missing or isinstance(reading.value, str)
        if not known and not _is_made_of_names(stack, resource, property_):
            return reading
    return None


def _is_made_of_names(stack: Stack, resource: Resource, property_: str) -> bool:
    """True where an unknown value comes from resources of AWS that give no secrets away."""
    urns = resource.property_dependencies.get(property_, ())
    types = [stack.by_urn[urn].type for urn in urns if urn in stack.by_urn]
    return bool(types) and all(
        type_.startswith("aws:") and type_ not in _SECRET_MAKERS for type_ in types
    )
