"""Rules on API Gateway: who may call a method, what its body is checked against, tracing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from payment_guardrails.finding import Finding, failed, not_applicable, passed, undecided
from payment_guardrails.resource import Resource
from payment_guardrails.rule import Settings, Severity, resource_rule, stack_rule
from payment_guardrails.stack import Stack
from payment_guardrails.values import UNKNOWN, Reading

METHOD: Final = "aws:apigateway/method:Method"
MODEL: Final = "aws:apigateway/model:Model"
REST_API: Final = "aws:apigateway/restApi:RestApi"
ROUTE: Final = "aws:apigatewayv2/route:Route"
HTTP_API: Final = "aws:apigatewayv2/api:Api"
STAGE: Final = "aws:apigateway/stage:Stage"
VALIDATOR: Final = "aws:apigateway/requestValidator:RequestValidator"

_WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH", "ANY"})
# The models that every REST API has; they check nothing of a request.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings-models.html
_BUILT_IN_MODELS: Final = frozenset({"Empty", "Error"})
_OPERATIONS: Final = frozenset({"get", "put", "post", "delete", "patch", "head"})
_ANY_OPERATION: Final = "x-amazon-apigateway-any-method"


@resource_rule(
    "apigateway-method-authorized",
    types=[METHOD, ROUTE, REST_API, HTTP_API],
    severity=Severity.CRITICAL,
    fix='aws.apigateway.Method("post-transactions", ..., api_key_required=True)',
)
def method_authorized(resource: Resource, _: Settings) -> Iterator[Finding]:
    """Every method requires an API key or an authorizer (CORS preflight is exempt).

    A method without either is open to the internet:
    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-to-api.html
    Operations of an OpenAPI body are read too.
    """
    if resource.type in (REST_API, HTTP_API):
        return _judge_body(resource)
    return iter((_judge_method(resource),))


def _judge_method(resource: Resource) -> Finding:
    is_route = resource.type == ROUTE
    verb = _verb(resource)
    if verb.value == "OPTIONS":
        return not_applicable(resource, "a CORS preflight carries no credentials")
    key = resource.read("apiKeyRequired").boolean()
    kind = resource.read("authorizationType" if is_route else "authorization").string()
    if key.value is True and not is_route:
        return passed(resource, key.path, "an API key is required")
    if isinstance(kind.value, str) and kind.value.upper() != "NONE":
        return passed(resource, kind.path, f"authorization is {kind.text}")
    wanted = "an API key or an authorizer must be required"
    unknown = next((item for item in (key, kind, verb) if item.unknown), None)
    if unknown is not None:
        return undecided(resource, unknown, wanted)
    return failed(
        resource, kind.path, f"{verb.text} is open: authorization is {kind.text}; {wanted}"
    )


def _verb(resource: Resource) -> Reading:
    if resource.type == METHOD:
        reading = resource.read("httpMethod").string()
    else:
        reading = resource.read("routeKey").string()
    if not isinstance(reading.value, str):
        return reading
    verb = (reading.value.split() or [""])[0].upper()
    return Reading("ANY" if verb == "$DEFAULT" else verb, reading.path)


def _judge_body(resource: Resource) -> Iterator[Finding]:
    body = resource.read("body")
    if body.missing:
        yield not_applicable(resource, "it has no OpenAPI body; its methods are judged themselves")
        return
    parsed = body.parsed()
    wanted = "each operation must require an API key or an authorizer"
    paths = parsed.get("paths")
    if parsed.unknown or not isinstance(paths.value, dict):
        reading = parsed if parsed.unknown else Reading(UNKNOWN, paths.path)
        yield undecided(resource, reading, wanted)
        return
    default = parsed.get("security")
    for path, item in paths.items():
        for verb, operation in item.items():
            if verb.lower() in _OPERATIONS or verb.lower() == _ANY_OPERATION:
                yield _judge_operation(resource, f"{verb} {path}", operation, default)
    if not any(True for _, item in paths.items() for _ in item.items()):
        yield not_applicable(resource, "its OpenAPI body has no operations")


def _judge_operation(
    resource: Resource, name: str, operation: Reading, default: Reading
) -> Finding:
    wanted = "it must require an API key or an authorizer"
    own = operation.get("security")
    security = default if own.missing else own
    auth = operation.get("x-amazon-apigateway-auth").get("type")
    if isinstance(auth.value, str) and auth.value.upper() != "NONE":
        return passed(resource, auth.path, f"{name} requires {auth.text}")
    if security.unknown or auth.unknown or operation.unknown:
        reading = next(item for item in (operation, security, auth) if item.unknown)
        return undecided(resource, reading, f"{name}: {wanted}", name)
    requirements = security.elements()
    # An empty requirement object makes security optional (OpenAPI 3.1, 4.8.30).
    if requirements and all(item.value or item.unknown for item in requirements):
        return passed(resource, security.path, f"{name} has a security requirement")
    return failed(resource, operation.path, f"{name} is open; {wanted}", name)


@stack_rule(
    "apigateway-method-validated",
    types=[METHOD],
    severity=Severity.MEDIUM,
    fix="""
        aws.apigateway.Method(
            "post-transactions", ..., request_validator_id=validator.id,
            request_models={"application/json": model.name},
        )
    """,
)
def method_validated(stack: Stack, _: Settings) -> Iterator[Finding]:
    """A method with a body has a validator that checks bodies, and a model to check against.

    A validator without a model checks that a body is there, and nothing of it:
    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
    """
    for method in stack.of_types([METHOD]):
        yield _judge_validation(stack, method)


def _judge_validation(stack: Stack, method: Resource) -> Finding:
    verb = _verb(method)
    if isinstance(verb.value, str) and verb.value not in _WITH_BODY:
        return not_applicable(method, f"{verb.value} carries no body")
    found = _validator(stack, method) or _model(stack, method)
    if verb.unknown and (found is not None):
        return undecided(method, verb, "where it carries a body, it must be validated")
    return found or passed(method, "requestModels", "bodies are validated against a model")


def _validator(stack: Stack, method: Resource) -> Finding | None:
    """What is wrong with the method's validator, if anything."""
    reading = method.read("requestValidatorId")
    wanted = "a validator of bodies must be named"
    if reading.missing:
        return failed(method, reading.path, f"request_validator_id is not set; {wanted}")
    validator = stack.link(method, reading, [VALIDATOR]).target
    if validator is None:
        unread = reading if reading.unknown else Reading(UNKNOWN, reading.path)
        return undecided(method, unread, wanted)
    checks = validator.read("validateRequestBody").boolean()
    if checks.unknown:
        return undecided(method, checks, f"{validator.name} must validate bodies")
    if checks.value is not True:
        return failed(
            method, reading.path, f"the validator {validator.name} does not validate bodies"
        )
    return None


def _model(stack: Stack, method: Resource) -> Finding | None:
    """What is wrong with the method's models, if anything."""
    reading = method.read("requestModels")
    wanted = "a model must be named for application/json"
    if reading.unknown:
        return undecided(method, reading, wanted)
    models = [item for _, item in reading.items()]
    if not models:
        return failed(
            method, reading.path, f"it has no model, so the validator checks nothing; {wanted}"
        )
    for model in models:
        if isinstance(model.value, str) and model.value in _BUILT_IN_MODELS:
            return failed(
                method, model.path, f"the built-in model {model.text} checks nothing; {wanted}"
            )
        target = _named_model(stack, method, model)
        if target is None:
            unread = model if model.unknown else Reading(UNKNOWN, model.path)
            return undecided(method, unread, "it must name a model of this stack")
        schema = target.read("schema").parsed()
        if schema.unknown:
            return undecided(method, schema, f"the schema of {target.name} must check something")
        if not schema.value:
            return failed(method, model.path, f"the model {target.name} has an empty schema")
    return None


def _named_model(stack: Stack, method: Resource, model: Reading) -> Resource | None:
    targets = stack.link(method, model, [MODEL]).targets
    if isinstance(model.value, str):
        dependencies = method.property_dependencies.get("requestModels", ())
        own = [target for target in targets if target.urn in dependencies]
        return next(iter(own or targets), None)
    return targets[0] if len(targets) == 1 else None


@resource_rule(
    "apigateway-stage-tracing",
    types=[STAGE],
    severity=Severity.MEDIUM,
    fix='aws.apigateway.Stage("dev", ..., xray_tracing_enabled=True)',
)
def stage_tracing(resource: Resource, _: Settings) -> Iterator[Finding]:
    """X-Ray tracing is on for the stage.

    A trace that begins at the function does not show what the API did before it:
    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-xray.html
    """
    reading = resource.read("xrayTracingEnabled").boolean()
    wanted = "xray_tracing_enabled must be True"
    if reading.unknown:
        yield undecided(resource, reading, wanted)
    elif reading.value is True:
        yield passed(resource, reading.path, "X-Ray tracing is on")
    else:
        seen = "not set" if reading.missing else "off"
        yield failed(resource, reading.path, f"X-Ray tracing is {seen}; {wanted}")
