"""Whether the operations of a REST API's OpenAPI body validate what they are sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from payment_guardrails.apigateway_openapi import (
    Operation,
    member,
    openapi,
    operations,
    referenced,
    unreadable,
)
from payment_guardrails.finding import Finding, failed, not_applicable, passed, undecided
from payment_guardrails.resource import Resource
from payment_guardrails.values import Reading

WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH", "ANY"})
"""The HTTP methods whose requests carry a body that an integration reads."""

# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-request-validators.html
_VALIDATORS: Final = "x-amazon-apigateway-request-validators"
_VALIDATOR: Final = "x-amazon-apigateway-request-validator"
# Keywords of JSON Schema draft 4 (which API Gateway reads) that describe and check nothing.
# https://json-schema.org/draft-04/json-schema-validation, section 6
_ANNOTATIONS: Final = frozenset(
    {"$comment", "$id", "$schema", "default", "definitions", "description", "example"}
    | {"examples", "id", "title"}
)


def checks_nothing(schema: Reading) -> bool:
    """True where a known schema accepts every value."""
    return not isinstance(schema.value, Mapping) or not set(schema.value) - _ANNOTATIONS


def judge_operations(resource: Resource) -> Iterator[Finding]:
    """A verdict on each operation with a body of the document in the property `body`."""
    document = openapi(resource.read("body"))
    found = tuple(
        operation
        for operation in operations(document)
        if operation.verb in WITH_BODY or operation.reading.unknown
    )
    for operation in found:
        if operation.reading.unknown:
            wanted = f"{operation.name}: where it carries a body, it must be validated"
            yield undecided(resource, operation.reading, wanted, operation.name)
        else:
            yield _judge(resource, document, operation)
    if not found:
        yield not_applicable(resource, "no operation of its OpenAPI body carries a body")


def _judge(resource: Resource, document: Reading, operation: Operation) -> Finding:
    name = operation.name
    own = member(operation.reading, _VALIDATOR)
    chosen = (member(document, _VALIDATOR) if own.missing else own).string()
    if chosen.missing:
        return failed(resource, operation.reading.path, f"{name} has no {_VALIDATOR}", name)
    validator = member(member(document, _VALIDATORS), str(chosen.value))
    checks = member(validator, "validateRequestBody").boolean()
    schemas = tuple(_schemas(document, operation.reading))
    known = [schema for schema in schemas if not schema.unknown]
    wanted = f"{name}: its body must be validated"
    if not chosen.unknown and not checks.unknown and checks.value is not True:
        message = f"{name}: the validator {chosen.text} validates no bodies"
        return failed(resource, chosen.path, message, name)
    if not schemas or any(checks_nothing(schema) for schema in known):
        message = f"{name} has no schema for its body, or one that checks nothing"
        return failed(resource, operation.reading.path, message, name)
    unknown = next((item for item in (chosen, checks, *schemas) if item.unknown), None)
    if unknown is not None:
        return undecided(resource, unknown, wanted, name)
    return passed(resource, operation.reading.path, f"{name} validates its body")


def _schemas(document: Reading, operation: Reading) -> Iterator[Reading]:
    """The schemas of an operation's body, by content type (OpenAPI 3) or not (2)."""
    content = member(referenced(document, member(operation, "requestBody")), "content")
    if not content.missing and not isinstance(content.value, Mapping):
        yield unreadable(content)
    for media in dict(content.items()).values():
        yield referenced(document, member(media, "schema"))
    for element in member(operation, "parameters").elements():
        parameter = referenced(document, element)
        where = member(parameter, "in").string()
        if where.unknown:
            yield unreadable(parameter)
        elif where.value == "body":
            yield referenced(document, member(parameter, "schema"))
