"""Whether the operations of an API's OpenAPI body ask who calls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from payment_guardrails.apigateway_openapi import (
    Operation,
    member,
    openapi,
    operations,
    unreadable,
)
from payment_guardrails.authorization import all_of, any_of
from payment_guardrails.finding import Finding, failed, not_applicable, passed, undecided
from payment_guardrails.resource import Resource
from payment_guardrails.values import Reading, Unknown

# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
_OPERATION_AUTH: Final = "x-amazon-apigateway-auth"
_SCHEME_AUTHORIZER: Final = "x-amazon-apigateway-authorizer"
_SCHEME_TYPE: Final = "x-amazon-apigateway-authtype"

_WANTED: Final = "it must require an API key or an authorizer"


def judge_operations(resource: Resource, *, is_rest: bool) -> Iterator[Finding]:
    """A verdict on each operation of the document in the property `body`."""
    document = openapi(resource.read("body"))
    found = tuple(operations(document))
    for operation in found:
        yield _judge_operation(resource, document, operation, is_rest=is_rest)
    if not found:
        yield not_applicable(resource, "its OpenAPI body has no operations but preflights")


def asks_for_key(body: Reading) -> Iterator[bool | None]:
    """For each operation of a REST API's document: whether its callers need an API key."""
    document = openapi(body)
    for operation in operations(document):
        yield _asks_for_key(document, operation.reading)


def _asks_for_key(document: Reading, operation: Reading) -> bool | None:
    answers: list[bool | None] = []
    for alternative in member(operation, "security").elements():
        for name in dict(alternative.items()):
            scheme = _scheme(document, name)
            known = scheme.missing or isinstance(scheme.value, Mapping)
            is_other = known and (scheme.missing or _has_authorizer(scheme))
            answers.append(False if is_other else _is_key(scheme) if known else None)
        if not isinstance(alternative.value, Mapping):
            answers.append(None)
    return any_of(answers)


def _judge_operation(
    resource: Resource, document: Reading, of: Operation, *, is_rest: bool
) -> Finding:
    operation, name = of.reading, of.name
    if operation.unknown:
        return undecided(resource, operation, f"{name}: {_WANTED}", name)
    auth = member(member(operation, _OPERATION_AUTH), "type").string()
    if isinstance(auth.value, str) and auth.value.upper() != "NONE":
        return passed(resource, auth.path, f"{name} requires {auth.text}")
    security = member(operation, "security")
    enforced = _is_enforced(document, security, is_rest=is_rest)
    if enforced:
        return passed(resource, security.path, f"{name} has a security requirement")
    unknown = next((item for item in (auth, security) if item.unknown), None)
    if unknown is not None or enforced is None:
        return undecided(resource, unknown or unreadable(security), f"{name}: {_WANTED}", name)
    root = member(document, "security")
    if security.missing and not root.missing and root.value != []:
        # REST APIs are known to ignore it: https://github.com/amazon-archives/aws-apigateway-importer/issues/204
        if is_rest:
            why = "REST APIs ignore the security of the document; set it on the operation"
            return failed(resource, operation.path, f"{name} is open: {why}", name)
        root = replace(root, value=Unknown("is for all operations, which AWS does not document"))
        return undecided(resource, root, f"{name}: set security on the operation", name)
    seen = "security is not set" if security.missing else f"security is {security.text}"
    return failed(
        resource, operation.path, f"{name} is open: {seen}, which enforces nothing; {_WANTED}", name
    )


def _is_enforced(document: Reading, security: Reading, *, is_rest: bool) -> bool | None:
    """Whether every alternative of the requirement names a scheme that API Gateway enforces."""
    answers: list[bool | None] = []
    for alternative in security.elements():
        # An empty alternative makes security optional: OpenAPI 3.0.3, section 4.7.30.
        schemes = [_scheme(document, name) for name, _ in alternative.items()]
        known = isinstance(alternative.value, Mapping)
        enforced = any_of(_enforces(scheme, is_rest=is_rest) for scheme in schemes)
        answers.append(enforced if known else None)
    return all_of(answers) if answers else False


def _scheme(document: Reading, name: str) -> Reading:
    new = member(member(member(document, "components"), "securitySchemes"), name)
    return member(member(document, "securityDefinitions"), name) if new.missing else new


def _enforces(scheme: Reading, *, is_rest: bool) -> bool | None:
    """Whether API Gateway checks a security scheme; it ignores what it does not know."""
    if scheme.missing:
        return False
    if not isinstance(scheme.value, Mapping):
        return None
    if _has_authorizer(scheme):
        return True
    return _is_key(scheme) if is_rest else False


def _has_authorizer(scheme: Reading) -> bool:
    extensions = (_SCHEME_AUTHORIZER, _SCHEME_TYPE)
    return any(not member(scheme, extension).missing for extension in extensions)


def _is_key(scheme: Reading) -> bool | None:
    kind, header = member(scheme, "type").string(), member(scheme, "name").string()
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-setup-api-key-with-console.html
    key = (
        None if kind.unknown else kind.value == "apiKey",
        None if header.unknown else str(header.value).lower() == "x-api-key",
    )
    return all_of(key)
