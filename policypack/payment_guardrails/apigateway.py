"""Rules on API Gateway: who may call a method, and tracing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from payment_guardrails.apigateway_openapi_security import judge_operations
from payment_guardrails.finding import Finding, failed, not_applicable, passed, undecided
from payment_guardrails.remediation import replacing
from payment_guardrails.resource import Resource
from payment_guardrails.rule import Settings, Severity, resource_rule
from payment_guardrails.values import Reading

METHOD: Final = "aws:apigateway/method:Method"
REST_API: Final = "aws:apigateway/restApi:RestApi"
REST_API_BODY: Final = "aws:apigateway/restApiPut:RestApiPut"
HTTP_API: Final = "aws:apigatewayv2/api:Api"
ROUTE: Final = "aws:apigatewayv2/route:Route"
STAGE: Final = "aws:apigateway/stage:Stage"
STAGE_V2: Final = "aws:apigatewayv2/stage:Stage"

_WANTED: Final = "an API key or an authorizer must be required"


@resource_rule(
    "apigateway-method-authorized",
    types=[METHOD, ROUTE, REST_API, REST_API_BODY, HTTP_API],
    severity=Severity.CRITICAL,
    fix='aws.apigateway.Method("post-transactions", ..., api_key_required=True)',
)
def method_authorized(resource: Resource, _: Settings) -> Iterator[Finding]:
    """Every method requires an API key or an authorizer (CORS preflight is exempt).

    A method without either is open to the internet:
    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-to-api.html
    The operations of an OpenAPI body are judged too. HTTP APIs know no API keys; of a
    WebSocket API only `$connect` is authorized, for the whole connection.
    """
    if resource.type == METHOD:
        yield _judge_method(resource)
    elif resource.type == ROUTE:
        yield _judge_route(resource)
    elif not resource.read("target").missing and resource.type == HTTP_API:
        message = f"target makes a default route that is open; {_WANTED}: declare the routes"
        yield failed(resource, "target", message)
    elif resource.read("body").missing:
        yield not_applicable(resource, "it has no OpenAPI body; its methods are judged themselves")
    else:
        yield from judge_operations(resource, is_rest=resource.type != HTTP_API)


def _judge_method(resource: Resource) -> Finding:
    verb = verb_of(resource)
    if verb.value == "OPTIONS":
        return not_applicable(resource, "a CORS preflight carries no credentials")
    key = resource.read("apiKeyRequired").boolean()
    if key.value is True:
        return passed(resource, key.path, "an API key is required")
    return _judge_kind(resource, resource.read("authorization"), verb, key)


def _judge_route(resource: Resource) -> Finding:
    route = resource.read("routeKey").string()
    verb = verb_of(resource)
    is_message = isinstance(route.value, str) and " " not in route.value.strip()
    if verb.value == "OPTIONS":
        return not_applicable(resource, "a CORS preflight carries no credentials")
    if is_message and verb.value not in ("ANY", "$CONNECT"):
        return not_applicable(resource, "$connect authorizes the WebSocket that this arrives on")
    key = resource.read("apiKeyRequired").boolean()
    if verb.value != "$CONNECT":
        # Whatever it says: only WebSocket APIs ask for keys.
        key = Reading(None, key.path)
    elif key.value is True:
        return passed(resource, key.path, "an API key is required")
    return _judge_kind(resource, resource.read("authorizationType"), verb, key)


def _judge_kind(resource: Resource, kind: Reading, verb: Reading, key: Reading) -> Finding:
    kind = kind.string()
    if isinstance(kind.value, str) and kind.value.strip().upper() not in ("", "NONE"):
        return passed(resource, kind.path, f"authorization is {kind.text}")
    unknown = next((item for item in (kind, key, verb) if item.unknown), None)
    if unknown is not None:
        return undecided(resource, unknown, _WANTED)
    return failed(
        resource, kind.path, f"{verb.text} is open: {kind.path} is {kind.text}; {_WANTED}"
    )


def verb_of(resource: Resource) -> Reading:
    """The HTTP method of a method or a route, in capitals; ANY for a `$default` route."""
    reading = resource.read("httpMethod" if resource.type == METHOD else "routeKey").string()
    if not isinstance(reading.value, str):
        return reading
    verb = (reading.value.split() or [""])[0].upper()
    return Reading("ANY" if verb == "$DEFAULT" else verb, reading.path, reading.secret)


def _traced(resource: Resource, _: Settings) -> Mapping[str, Any]:
    # X-Ray traces REST APIs only.
    holds = resource.type != STAGE or resource.read("xrayTracingEnabled").boolean().value is True
    return replacing(resource, "xrayTracingEnabled", value=True, holds=holds)


@resource_rule(
    "apigateway-stage-tracing",
    types=[STAGE, STAGE_V2],
    severity=Severity.MEDIUM,
    fix='aws.apigateway.Stage("dev", ..., xray_tracing_enabled=True)',
    remedy=_traced,
)
def stage_tracing(resource: Resource, _: Settings) -> Iterator[Finding]:
    """X-Ray tracing is on for the stage.

    A trace that begins at the function does not show what the API did before it:
    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-xray.html
    HTTP and WebSocket APIs have no tracing to turn on.
    """
    if resource.type == STAGE_V2:
        yield not_applicable(resource, "X-Ray traces REST APIs only; HTTP and WebSocket APIs none")
        return
    reading = resource.read("xrayTracingEnabled").boolean()
    wanted = "xray_tracing_enabled must be True"
    if reading.unknown:
        yield undecided(resource, reading, wanted)
    elif reading.value is True:
        yield passed(resource, reading.path, "X-Ray tracing is on")
    else:
        yield failed(resource, reading.path, f"xray_tracing_enabled is {reading.text}; {wanted}")
