"""The rule on literal secrets in the properties of any resource."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from payment_guardrails.finding import Finding, failed, passed, undecided
from payment_guardrails.functions_named import FUNCTION
from payment_guardrails.resource import Resource
from payment_guardrails.rule import ANY, Settings, Severity, resource_rule
from payment_guardrails.secret_shapes import secret_kind_of_member
from payment_guardrails.ssm import PARAMETER
from payment_guardrails.values import SECRET_TEXT, Asset, Reading, Secret

_WANTED: Final = "take it from secret configuration, or refer to where it is kept"
_ENVIRONMENT: Final = "environment.variables"
_PARAMETER_VALUES: Final = frozenset({"value", "valueWo"})


@resource_rule(
    "any-resource-no-hardcoded-secret",
    types=ANY,
    severity=Severity.CRITICAL,
    fix="""
        # pulumi config set --secret token ...
        config = pulumi.Config()
        aws.ssm.Parameter(
            "token", ..., type="SecureString", value=config.require_secret("token")
        )
    """,
)
def no_hardcoded_secret(resource: Resource, _: Settings) -> Iterator[Finding]:
    """No property holds a literal AWS key, private key or token.

    What a program spells out is in its repository, and in every copy of it, for good:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#secure-access-keys
    Secrets are known by their shape, at any depth, in documents and in the texts of assets
    too; every type of every provider is read, components and explicit providers included.
    A value that Pulumi marks as secret is not taken for a literal: it comes from secret
    configuration, or from another resource. That cannot be told where the SDK marks a
    property whatever it is given (a password, the keys of an explicit provider): such a value
    passes, but for a parameter that is no SecureString, where no secret belongs. A value
    that is not known before deployment is no literal either. The examples of AWS's
    documentation (`...EXAMPLE`) are no keys. The environment variables of Lambda functions
    are left to `lambda-function-no-plain-secrets`, which reads their names as well.
    """
    found = list(_secrets(resource))
    for path, kind in found:
        yield failed(resource, path, f"{path} holds {kind}; {_WANTED}", path)
    doubtful = _doubtful(resource)
    if doubtful is not None:
        yield undecided(
            resource, doubtful, "its value has the shape of a secret, so type must be SecureString"
        )
    elif not found:
        yield passed(resource, "", "no property holds a literal key or token")


def _secrets(resource: Resource) -> Iterator[tuple[str, str]]:
    for name, value in sorted(resource.inputs.items()):
        # Names that begin so are the provider's notes to itself.
        if not name.startswith("__"):
            given = value.value if _is_marked_in_vain(resource, name, value) else value
            yield from literal_secrets(given, name, name, _owned_elsewhere(resource))


def _owned_elsewhere(resource: Resource) -> str:
    return _ENVIRONMENT if resource.type == FUNCTION else ""


def _is_marked_in_vain(resource: Resource, name: str, value: Any) -> bool:
    """True for a value that the SDK marks as secret, in a place where no secret belongs."""
    if not isinstance(value, Secret) or not _is_parameter_value(resource, name):
        return False
    kind = resource.read("type")
    return not kind.unknown and kind.value != "SecureString"


def _doubtful(resource: Resource) -> Reading | None:
    """The type of a parameter, where that decides whether its value is in a right place."""
    kind = resource.read("type")
    if kind.unknown:
        for name, value in resource.inputs.items():
            marked = isinstance(value, Secret) and _is_parameter_value(resource, name)
            if marked and any(literal_secrets(value.value, name, name)):
                return kind
    return None


def _is_parameter_value(resource: Resource, name: str) -> bool:
    return resource.type == PARAMETER and name in _PARAMETER_VALUES


def literal_secrets(
    value: Any, path: str, name: str, left_out: str = ""
) -> Iterator[tuple[str, str]]:
    """The path and the kind of each literal secret inside a value, the paths in their order.

    `name` is what the value is called; what is at the path `left_out` is not read.
    """
    # A stack of our own: no depth is too deep.
    waiting = [(path, name, value)]
    while waiting:
        path, name, value = waiting.pop()
        if isinstance(value, Asset):
            path, value = f"{path}.text", value.text
        if isinstance(value, str):
            kind = secret_kind_of_member(name, value)
            if kind is not None:
                yield path, kind
        elif isinstance(value, Mapping) and path != left_out:
            for key, member in sorted(value.items(), key=lambda item: str(item[0]), reverse=True):
                kind = secret_kind_of_member("", str(key))
                if kind is not None:
                    yield f"{path}.{SECRET_TEXT}", kind
                shown = SECRET_TEXT if kind else key
                waiting.append((f"{path}.{shown}", str(key), member))
        elif isinstance(value, list | tuple):
            waiting.extend(
                (f"{path}[{index}]", name, member)
                for index, member in reversed(list(enumerate(value)))
            )
