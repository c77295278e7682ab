"""Which Lambda functions an API calls, and whether it waits for their answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from payment_guardrails.apigateway_openapi import member, openapi, referenced
from payment_guardrails.functions_named import (
    Named,
    Others,
    functions_named,
    may_be_unnamed,
    unsure,
)
from payment_guardrails.resource import Resource
from payment_guardrails.stack import Stack
from payment_guardrails.values import UNKNOWN, Reading

INTEGRATION: Final = "aws:apigateway/integration:Integration"
INTEGRATION_V2: Final = "aws:apigatewayv2/integration:Integration"
_AUTHORIZERS: Final = (
    "aws:apigateway/authorizer:Authorizer",
    "aws:apigatewayv2/authorizer:Authorizer",
)
_HTTP_API: Final = "aws:apigatewayv2/api:Api"
_WITH_BODY: Final = (
    "aws:apigateway/restApi:RestApi",
    "aws:apigateway/restApiPut:RestApiPut",
    _HTTP_API,
)
# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
_BODY_INTEGRATION: Final = "x-amazon-apigateway-integration"
_BODY_AUTHORIZER: Final = "x-amazon-apigateway-authorizer"
_WITHOUT_FUNCTION: Final = frozenset({"HTTP", "HTTP_PROXY", "MOCK"})
# https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-integration-async.html
_INVOCATION_TYPE: Final = "integration.request.header.x-amz-invocation-type"
_ASYNCHRONOUS: Final = "'Event'"


@dataclass(frozen=True)
class Call:
    """A place that makes an API call functions.

    `happens` and `waits` are None where an unknown value decides.
    """

    api: Resource
    reading: Reading
    named: Named
    happens: bool | None
    waits: bool | None


@dataclass
class Callers:
    """What calls which function, by URN: for certain, or where an unknown value says so."""

    surely: dict[str, str] = field(default_factory=dict)
    _doubts: dict[str, Reading] = field(default_factory=dict)
    _unnamed: Reading | None = None
    _anywhere: Reading | None = None

    def add(self, call: Call, counts: bool | None) -> None:
        """Note a call that `counts`; None where that is unknown."""
        if counts is False:
            return
        function = call.named.function
        if function is not None and counts:
            self.surely.setdefault(function.urn, call.api.name)
            return
        doubt = unsure(call.reading)
        for each in call.named.functions:
            self._doubts.setdefault(each.urn, doubt)
        if call.named.others is Others.ANY:
            self._anywhere = self._anywhere or doubt
        elif call.named.others is Others.UNNAMED:
            self._unnamed = self._unnamed or doubt

    def doubt(self, function: Resource) -> Reading | None:
        """The unknown value that would make an API call the function, if there is one."""
        unnamed = self._unnamed if may_be_unnamed(function) else None
        return self._doubts.get(function.urn) or unnamed or self._anywhere


def api_callers(stack: Stack, *, that_wait: bool) -> Callers:
    """The APIs that call functions, all of them or only those that wait for the answer."""
    callers = Callers()
    for call in _calls(stack):
        counts = call.happens
        if that_wait and counts is not False:
            counts = False if call.waits is False else None if call.waits is None else counts
        callers.add(call, counts)
    return callers


def _calls(stack: Stack) -> Iterator[Call]:
    for type_, kind, uri in (
        (INTEGRATION, "type", "uri"),
        (INTEGRATION_V2, "integrationType", "integrationUri"),
    ):
        for each in stack.of_types([type_]):
            parameters = each.read("requestParameters")
            yield _integration(stack, each, each.read(kind), each.read(uri), parameters)
    for each in stack.of_types(_AUTHORIZERS):
        yield _call(stack, each, each.read("authorizerUri"))
    for each in stack.of_types([_HTTP_API]):
        yield _call(stack, each, each.read("target"))
    for each in stack.of_types(_WITH_BODY):
        if not each.read("body").missing:
            yield from _in_body(stack, each)


def _call(stack: Stack, api: Resource, uri: Reading) -> Call:
    return Call(api, uri, functions_named(stack, api, uri), happens=True, waits=True)


def _integration(
    stack: Stack, api: Resource, kind: Reading, uri: Reading, parameters: Reading
) -> Call:
    name = kind.string()
    happens = waits = None
    if name.missing:
        happens, waits = True, _waits(parameters)
    elif isinstance(name.value, str):
        happens = name.value.upper() not in _WITHOUT_FUNCTION
        # A proxy integration passes the request on as it is, and waits.
        waits = True if name.value.upper() == "AWS_PROXY" else _waits(parameters)
    return Call(api, uri, functions_named(stack, api, uri), happens, waits)


def _waits(parameters: Reading) -> bool | None:
    if parameters.missing:
        return True
    if not isinstance(parameters.value, Mapping):
        return None
    for name, value in parameters.items():
        if name.lower() == _INVOCATION_TYPE:
            return None if value.unknown else value.value != _ASYNCHRONOUS
    return True


def _in_body(stack: Stack, api: Resource) -> Iterator[Call]:
    document = openapi(api.read("body"))
    for integration in _integrations(document):
        call = _integration(
            stack,
            api,
            member(integration, "type"),
            member(integration, "uri"),
            member(integration, "requestParameters"),
        )
        yield _in_text(call)
    for authorizer in _authorizers(document):
        yield _in_text(_call(stack, api, member(authorizer, "authorizerUri")))


def _in_text(call: Call) -> Call:
    """A call in a body: the body's dependencies do not tell what one place in it was made of."""
    if not call.reading.unknown:
        return call
    happens = False if call.happens is False else None
    return Call(call.api, call.reading, Named(call.named.functions, Others.ANY), happens, None)


def _integrations(document: Reading) -> Iterator[Reading]:
    paths = member(document, "paths")
    if paths.unknown:
        yield paths
    for item in _members(paths):
        if item.unknown:
            yield item
        for operation in _members(item):
            yield from _objects(referenced(document, member(operation, _BODY_INTEGRATION)))


def _authorizers(document: Reading) -> Iterator[Reading]:
    for schemes in (
        member(document, "securityDefinitions"),
        member(member(document, "components"), "securitySchemes"),
    ):
        if schemes.unknown:
            yield schemes
        for scheme in _members(schemes):
            yield from _objects(member(scheme, _BODY_AUTHORIZER))


def _members(reading: Reading) -> list[Reading]:
    return [value for _, value in reading.items()]


def _objects(reading: Reading) -> Iterator[Reading]:
    """The reading, where it is an object or may be one."""
    if reading.value == UNKNOWN or isinstance(reading.value, Mapping):
        yield reading
