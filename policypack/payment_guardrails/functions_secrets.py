"""The rule on secrets in the environment variables of Lambda functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from payment_guardrails.any_resource_secrets import literal_secrets
from payment_guardrails.finding import Finding, failed, passed, undecided
from payment_guardrails.functions_named import FUNCTION
from payment_guardrails.resource import Resource
from payment_guardrails.rule import Settings, Severity, stack_rule
from payment_guardrails.secret_references import is_placeholder, is_reference
from payment_guardrails.secret_shapes import secret_kind_of_member
from payment_guardrails.secrets import is_secret_name
from payment_guardrails.stack import Stack
from payment_guardrails.values import Reading

_VARIABLES: Final = "environment.variables"
_WANTED: Final = "give the function the name or ARN of a secret, and let it read that"
_IDENTITIES: Final = ("arn", "id", "name", "url")


@stack_rule(
    "lambda-function-no-plain-secrets",
    types=[FUNCTION],
    severity=Severity.HIGH,
    fix="""
        token = aws.ssm.Parameter(
            "token", name=..., type="SecureString", value=config.require_secret("token")
        )
        aws.lambda_.Function(
            "process", ..., environment={"variables": {"TOKEN_PARAMETER": token.name}}
        )
        # and in its role's policy: ssm:GetParameter on the parameter's ARN
    """,
)
def no_plain_secrets(stack: Stack, _: Settings) -> Iterator[Finding]:
    """No environment variable holds a literal secret, by its name or by its shape.

    Whoever may read a function's configuration sees its variables, and so do its console
    page, its deployment history and many a debug log:
    https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-encryption
    A literal is the secret itself, wherever the program has it from: one that Pulumi marks
    as secret is encrypted in the state, and plain text in the function's configuration. A
    variable named like a secret (`DB_PASSWORD`) may hold a reference: an ARN, the path of a
    parameter or secret, an address, a name of a resource that the environment was made from.
    It may be empty, a number of no more than four digits, a switch, or a placeholder
    (`<token>`, `${TOKEN}`, `none`); `changeme` and `password` are passwords. An unknown
    value under such a name is a reference where it is made from resources of AWS only and
    not marked as secret, and undecided elsewhere; under another name it is no literal.
    """
    for function in stack.of_types([FUNCTION]):
        yield from _judge(stack, function)


def _judge(stack: Stack, function: Resource) -> Iterator[Finding]:
    variables = function.read(_VARIABLES)
    if variables.missing:
        yield passed(function, _VARIABLES, "no environment variable is set")
        return
    if not isinstance(variables.value, Mapping):
        yield undecided(function, variables, f"where it holds a secret, {_WANTED}")
        return
    found = [
        finding
        for name, reading in sorted(variables.items(), key=lambda item: item[0])
        if (finding := _fault(stack, function, name, reading)) is not None
    ]
    yield from found
    if not found:
        seen = f"none of {len(variables.value)} environment variables holds a literal secret"
        yield passed(function, _VARIABLES, seen)


def _fault(stack: Stack, function: Resource, name: str, reading: Reading) -> Finding | None:
    if reading.missing:
        return None
    text = _text(reading)
    kind = secret_kind_of_member(name, text) if text is not None else _kind_within(reading, name)
    if kind is not None:
        return _failed(function, reading, f"holds {kind}")
    if not is_secret_name(name):
        return None
    if text is None:
        made_of_names = reading.unknown and _is_made_of_names(stack, function, reading)
        return None if made_of_names else undecided(function, reading, _WANTED)
    if _is_no_secret(text) or _names_a_resource(stack, function, text):
        return None
    return _failed(function, reading, "is named like a secret and holds a literal value")


def _failed(function: Resource, reading: Reading, seen: str) -> Finding:
    return failed(function, reading.path, f"{reading.path} {seen}; {_WANTED}", reading.path)


def _text(reading: Reading) -> str | None:
    """The value as AWS gets it; None where it is unknown or of no shape that AWS takes."""
    if isinstance(reading.value, bool):
        return str(reading.value).lower()
    if isinstance(reading.value, str | int | float):
        return str(reading.value)
    return None


def _kind_within(reading: Reading, name: str) -> str | None:
    return next((kind for _, kind in literal_secrets(reading.value, reading.path, name)), None)


def _is_no_secret(text: str) -> bool:
    is_small_number = text.isdecimal() and len(text) <= 4
    return is_small_number or is_placeholder(text) or is_reference(text)


def _sources(stack: Stack, function: Resource) -> tuple[Resource | None, ...]:
    urns = function.property_dependencies.get("environment", ())
    return tuple(stack.by_urn.get(urn) for urn in urns)


def _is_made_of_names(stack: Stack, function: Resource, reading: Reading) -> bool:
    """True where an unknown value comes from resources of AWS, and from none of their secrets."""
    sources = _sources(stack, function)
    return (
        not reading.secret
        and bool(sources)
        and all(each is not None and each.type.startswith("aws:") for each in sources)
    )


def _names_a_resource(stack: Stack, function: Resource, text: str) -> bool:
    """True where a value is what a resource that the environment was made from is called."""
    return any(
        source is not None and text == source.identity(identity).value
        for source in _sources(stack, function)
        for identity in _IDENTITIES
    )
