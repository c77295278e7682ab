"""The rule on request validation: what a method's body is checked against."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from payment_guardrails.apigateway import METHOD, REST_API, REST_API_BODY, ROUTE, verb_of
from payment_guardrails.apigateway_openapi_models import (
    WITH_BODY,
    checks_nothing,
    judge_operations,
)
from payment_guardrails.finding import Finding, Status, failed, not_applicable, passed, undecided
from payment_guardrails.resource import Resource
from payment_guardrails.rule import Settings, Severity, stack_rule
from payment_guardrails.stack import Stack
from payment_guardrails.values import UNKNOWN, Reading

MODEL: Final = "aws:apigateway/model:Model"
VALIDATOR: Final = "aws:apigateway/requestValidator:RequestValidator"

# The models that every REST API has; they check nothing of a request.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings-models.html
_BUILT_IN_MODELS: Final = frozenset({"Empty", "Error"})


@stack_rule(
    "apigateway-method-validated",
    types=[METHOD, ROUTE, REST_API, REST_API_BODY],
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
    The operations of an OpenAPI body are judged too. HTTP APIs validate nothing.
    """
    for method in stack.of_types([METHOD]):
        yield from _judge(stack, method)
    for api in stack.of_types([REST_API, REST_API_BODY]):
        if api.read("body").missing:
            yield not_applicable(api, "it has no OpenAPI body; its methods are judged themselves")
        else:
            yield from judge_operations(api)
    for route in stack.of_types([ROUTE]):
        yield not_applicable(route, "HTTP APIs validate no bodies: the integration has to")


def _judge(stack: Stack, method: Resource) -> Iterator[Finding]:
    verb = verb_of(method)
    if isinstance(verb.value, str) and verb.value not in WITH_BODY:
        yield not_applicable(method, f"{verb.text} carries no body")
        return
    faults = [*_validator(stack, method), *_models(stack, method)]
    if faults and verb.unknown:
        yield undecided(method, verb, "where it carries a body, it must be validated")
    elif any(fault.status is Status.FAIL for fault in faults):
        yield from (fault for fault in faults if fault.status is Status.FAIL)
    elif faults:
        yield from faults
    else:
        yield passed(method, "requestModels", "bodies are validated against a model")


def _validator(stack: Stack, method: Resource) -> Iterator[Finding]:
    """What is wrong with the method's validator."""
    reading = method.read("requestValidatorId")
    wanted = "a validator of bodies must be named"
    if reading.missing:
        yield failed(method, reading.path, f"request_validator_id is not set; {wanted}")
        return
    validator = stack.link(method, reading, [VALIDATOR]).target
    if validator is None:
        yield undecided(method, _unread(reading), wanted)
        return
    checks = validator.read("validateRequestBody").boolean()
    if checks.unknown:
        yield undecided(method, checks, f"{validator.name} must validate bodies")
    elif checks.value is not True:
        yield failed(
            method,
            reading.path,
            f"the validator {validator.name} validates no bodies: validate_request_body is "
            f"{checks.text} and must be True",
        )


def _models(stack: Stack, method: Resource) -> Iterator[Finding]:
    """What is wrong with the method's models."""
    reading = method.read("requestModels")
    wanted = "a model must be named for application/json"
    if not reading.missing and not isinstance(reading.value, Mapping):
        yield undecided(method, _unread(reading), wanted)
        return
    models = [item for _, item in reading.items()]
    if not models:
        yield failed(
            method,
            reading.path,
            f"request_models is not set, so nothing of a body is validated; {wanted}",
        )
    for model in models:
        yield from _model(stack, method, model)


def _model(stack: Stack, method: Resource, model: Reading) -> Iterator[Finding]:
    if isinstance(model.value, str) and model.value in _BUILT_IN_MODELS:
        message = f"the built-in model {model.text} checks nothing; name a model of your own"
        yield failed(method, model.path, message)
        return
    targets = _named_models(stack, method, model)
    if not targets:
        yield undecided(method, _unread(model), "it must name a model of this stack")
        return
    for target in targets:
        schema = target.read("schema").parsed()
        wanted = f"the schema of {target.name} must check something"
        if schema.unknown:
            yield undecided(method, schema, wanted)
        elif len(targets) > 1 and checks_nothing(schema):
            yield undecided(method, _unread(model), wanted)
        elif checks_nothing(schema):
            yield failed(method, model.path, f"the model {target.name} is {schema.text}; {wanted}")


def _named_models(stack: Stack, method: Resource, model: Reading) -> tuple[Resource, ...]:
    """The models that one value may name: of several with that name, those it was made from."""
    targets = stack.link(method, model, [MODEL]).targets
    dependencies = method.property_dependencies.get("requestModels", ())
    return tuple(target for target in targets if target.urn in dependencies) or targets


def _unread(reading: Reading) -> Reading:
    return reading if reading.unknown else Reading(UNKNOWN, reading.path)
