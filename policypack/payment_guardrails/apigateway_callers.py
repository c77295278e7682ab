"""Which APIs have methods that need an API key, and methods that need none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from payment_guardrails.apigateway import METHOD, REST_API, REST_API_BODY, verb_of
from payment_guardrails.apigateway_openapi_security import asks_for_key
from payment_guardrails.apigateway_stages import ApiLink, api_of, api_reading
from payment_guardrails.authorization import all_of, any_of, negation
from payment_guardrails.resource import Resource
from payment_guardrails.stack import Stack
from payment_guardrails.values import Reading


@dataclass(frozen=True)
class Callers:
    """Who calls an API: some with a key, some without one (preflights aside).

    `doubt` is a value that is not known and could change an answer.
    """

    keyed: bool | None = False
    keyless: bool | None = False
    doubt: Reading | None = None

    def __or__(self, other: Callers) -> Callers:
        return Callers(
            any_of((self.keyed, other.keyed)),
            any_of((self.keyless, other.keyless)),
            self.doubt or other.doubt,
        )

    def perhaps(self, doubt: Reading) -> Callers:
        """The same where it is not known whether they call this API at all."""
        return Callers(self.keyed and None, self.keyless and None, self.doubt or doubt)


_NOBODY: Final = Callers()


@dataclass(frozen=True)
class CallersByApi:
    """The callers of each API; `anywhere` are those of an API that is not known."""

    by_api: Mapping[str, Callers]
    anywhere: Callers
    all: Callers

    @staticmethod
    def of(stack: Stack) -> CallersByApi:
        """Read all methods of a stack, and all operations of OpenAPI bodies."""
        by_api: dict[str, Callers] = {}
        anywhere = everybody = _NOBODY
        for link, place, found in _found(stack):
            callers = found if link.certain else found.perhaps(place)
            for key in link.keys:
                by_api[key] = by_api.get(key, _NOBODY) | callers
            if not link.keys and not link.certain:
                anywhere |= callers
            everybody |= found
        return CallersByApi(by_api, anywhere, everybody)

    def to(self, api: ApiLink, place: Reading) -> Callers:
        """The callers of an API that the property `place` names."""
        if not api.certain:
            return self.all.perhaps(place)
        own = (self.by_api.get(key, _NOBODY) for key in api.keys)
        return next(own, _NOBODY) | self.anywhere


def _found(stack: Stack) -> Iterator[tuple[ApiLink, Reading, Callers]]:
    for method in stack.of_types([METHOD]):
        yield api_of(stack, method), api_reading(method), _callers_of(method)
    for api in stack.of_types([REST_API]):
        for found in _callers_of_body(api):
            yield ApiLink(frozenset({api.urn}), certain=True), api.read("body"), found
    for carrier in stack.of_types([REST_API_BODY]):
        for found in _callers_of_body(carrier):
            yield api_of(stack, carrier), api_reading(carrier), found


def _callers_of(method: Resource) -> Callers:
    verb, key = verb_of(method), method.read("apiKeyRequired").boolean()
    keyed = None if key.unknown else key.value is True
    is_preflight = None if verb.unknown else verb.value == "OPTIONS"
    keyless = all_of((negation(keyed), negation(is_preflight)))
    doubt = key if key.unknown else verb if verb.unknown else None
    return Callers(keyed, keyless, doubt)


def _callers_of_body(carrier: Resource) -> Iterator[Callers]:
    body = carrier.read("body")
    if body.missing or body.value == "":
        return
    for keyed in asks_for_key(body):
        yield Callers(keyed, negation(keyed), body if keyed is None else None)
