"""The rule on what an API answers when it refuses a request or breaks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from payment_guardrails.apigateway import REST_API, REST_API_BODY
from payment_guardrails.apigateway_openapi import member, openapi
from payment_guardrails.finding import Finding, failed, passed, undecided
from payment_guardrails.resource import Resource
from payment_guardrails.rule import Level, Settings, Severity, stack_rule
from payment_guardrails.stack import Stack
from payment_guardrails.values import UNKNOWN, Reading

RESPONSE: Final = "aws:apigateway/response:Response"
# https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
_DEFAULTS: Final = ("DEFAULT_4XX", "DEFAULT_5XX")
# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-gateway-responses.html
_EXTENSION: Final = "x-amazon-apigateway-gateway-responses"


@stack_rule(
    "apigateway-errors-shaped",
    types=[REST_API],
    severity=Severity.LOW,
    level=Level.ADVISORY,
    fix="""
        template = json.dumps({"error": "$context.error.responseType"})
        for kind in ("DEFAULT_4XX", "DEFAULT_5XX"):
            aws.apigateway.Response(
                kind.lower(),
                rest_api_id=api.id,
                response_type=kind,
                response_templates={"application/json": template},
            )
    """,
)
def errors_shaped(stack: Stack, _: Settings) -> Iterator[Finding]:
    """A REST API says itself what it answers to refused requests and to its own failures.

    The gateway answers before any function runs: to a missing key, a body that is not valid,
    a throttled call, a function that breaks. Its own words then reach the caller in another
    shape than the API's errors, and some tell more than they should. Responses for
    DEFAULT_4XX and DEFAULT_5XX stand for all that no other one covers:
    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html
    They are resources, or in the API's OpenAPI body. HTTP APIs have none.
    """
    responses = _Responses.of(stack)
    for api in stack.of_types([REST_API]):
        yield _judge(api, responses)


@dataclass
class _Given:
    """The response types that one API has, and what is not known of others.

    `untyped` has one reading for each response whose type is unknown; `any` may hold all.
    """

    types: set[str] = field(default_factory=set)
    maybe: dict[str, Reading] = field(default_factory=dict)
    untyped: list[Reading] = field(default_factory=list)
    any: Reading | None = None

    def add(self, type_: Reading) -> None:
        """Note a response of this type."""
        if isinstance(type_.value, str):
            self.types.add(type_.value)
        else:
            self.untyped.append(type_)

    def read_body(self, body: Reading) -> None:
        """Note the responses of an OpenAPI body."""
        if body.missing or body.value == "":
            return
        found = member(openapi(body), _EXTENSION)
        if isinstance(found.value, Mapping):
            self.types.update(str(name) for name in found.value)
        elif not found.missing:
            self.any = self.any or found


@dataclass(frozen=True)
class _Responses:
    """What is given for each API, by its URN; `anywhere` is for one that is not known."""

    by_api: Mapping[str, _Given]
    anywhere: _Given

    @staticmethod
    def of(stack: Stack) -> _Responses:
        by_api = {api.urn: _Given() for api in stack.of_types([REST_API])}
        anywhere = _Given()
        for api in stack.of_types([REST_API]):
            by_api[api.urn].read_body(api.read("body"))
        for response in stack.of_types([RESPONSE]):
            named, type_ = response.read("restApiId"), response.read("responseType").string()
            link = stack.link(response, named, [REST_API])
            if link.target is not None and link.decided:
                by_api[link.target.urn].add(type_)
            elif link.targets or not link.decided:
                _note_unplaced(anywhere, named, type_)
        for put in stack.of_types([REST_API_BODY]):
            named, body = put.read("restApiId"), put.read("body")
            link = stack.link(put, named, [REST_API])
            if link.target is not None and link.decided:
                by_api[link.target.urn].read_body(body)
            elif link.targets or not link.decided:
                anywhere.any = anywhere.any or named
        return _Responses(by_api, anywhere)


def _note_unplaced(anywhere: _Given, named: Reading, type_: Reading) -> None:
    if isinstance(type_.value, str):
        anywhere.maybe.setdefault(type_.value, named)
    else:
        anywhere.untyped.append(type_)


def _judge(api: Resource, responses: _Responses) -> Finding:
    given, anywhere = responses.by_api[api.urn], responses.anywhere
    wanted = f"gateway responses must be given for {' and '.join(_DEFAULTS)}"
    missing = [type_ for type_ in _DEFAULTS if type_ not in given.types]
    if not missing:
        return passed(api, "name", f"{' and '.join(_DEFAULTS)} are given")
    doubts = [anywhere.maybe[type_] for type_ in missing if type_ in anywhere.maybe]
    # A response is of one type: one unknown type cannot stand for two that are missing.
    untyped = [*given.untyped, *anywhere.untyped]
    unknown = given.any or anywhere.any or next(iter([*doubts, *untyped]), None)
    may_be_all = given.any is not None or anywhere.any is not None
    if unknown is None or (not may_be_all and len(missing) > len(doubts) + len(untyped)):
        return failed(api, "name", f"nothing is given for {' and '.join(missing)}; {wanted}")
    reading = unknown if unknown.unknown else Reading(UNKNOWN, unknown.path)
    return undecided(api, reading, f"nothing known is given for {' and '.join(missing)}; {wanted}")
