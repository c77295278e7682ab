"""What the condition of a statement says for certain of who may call, in three values."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from payment_guardrails.authorization import all_of, any_of
from payment_guardrails.iam.documents import Statement
from payment_guardrails.values import Reading

Fixed = Callable[[str], bool]
"""Whether a value that a condition compares with stands for few, whoever wrote it."""

# Operators that hold only for the values that are named. What is negated, a date, a number
# or a truth value names nobody.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
_NAMING: Final = frozenset(
    {"stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike", "ipaddress"}
)
# Both hold where the key is not in the request: `...IfExists` says so, and all of no values
# match. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
_OPERATOR: Final = re.compile(
    r"(?:(?P<set>foranyvalue|forallvalues):)?(?P<name>[a-z]+?)(?P<optional>ifexists)?"
)
_NULL: Final = "null"
_SECURE_TRANSPORT: Final = "aws:securetransport"
# A value that AWS takes from the request is no fixed one.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
_OPEN: Final = re.compile(r"[*?]|\$\{")


def is_literal(value: str) -> bool:
    """True where a value holds no wildcard and no policy variable."""
    return bool(value) and not _OPEN.search(value)


def limits(statement: Statement, keys: Mapping[str, Fixed]) -> bool | None:
    """Whether the condition lets in only fixed values of one of these (lower-case) keys.

    All operators and keys of a condition must hold, and one value of each: so one key whose
    values are all fixed is enough. A key that may be absent limits nothing, unless the
    condition demands it (`Null`).
    """
    read = list(_tests(statement.condition))
    tests = [test for test in read if test is not None]
    # What is unknown may limit; what is known may do so without it.
    unread = None if len(tests) < len(read) else False
    return any_of((unread, *(_limits(test, tests, keys) for test in tests)))


def meets_every_plain_request(statement: Statement) -> bool | None:
    """Whether the condition holds for every request that comes without TLS.

    `aws:SecureTransport` is in every request and is false there. All operators and keys of a
    condition must hold: any other one leaves requests out.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-securetransport
    """
    return all_of(
        None if test is None else _names_plain_requests(test)
        for test in _tests(statement.condition)
    )


def _names_plain_requests(test: _Test) -> bool | None:
    operator, key, values = test
    if key != _SECURE_TRANSPORT or operator not in ("bool", "boolifexists"):
        return False
    found = [value.boolean().value for value in values.elements()] or [None]
    return any_of(value is False if isinstance(value, bool) else None for value in found)


_Test = tuple[str, str, Reading]
"""An operator and a key, both in lower case, and the values that they compare with."""


def _tests(condition: Reading) -> Iterator[_Test | None]:
    """Every test of a condition; None in the place of what cannot be read."""
    if condition.missing:
        return
    if not isinstance(condition.value, Mapping):
        yield None
        return
    for operator, block in condition.items():
        if not isinstance(block.value, Mapping):
            yield None
            continue
        for key, values in block.items():
            yield operator.strip().lower(), key.strip().lower(), values


def _limits(test: _Test, tests: list[_Test], keys: Mapping[str, Fixed]) -> bool | None:
    operator, key, values = test
    match = _OPERATOR.fullmatch(operator)
    if key not in keys or match is None or match["name"] not in _NAMING:
        return False
    may_be_absent = match["set"] == "forallvalues" or bool(match["optional"])
    demanded = any_of(_demands(other, key) for other in tests) if may_be_absent else True
    return all_of((demanded, _all_fixed(values, keys[key])))


def _demands(test: _Test, key: str) -> bool | None:
    operator, tested, values = test
    if operator != _NULL or tested != key:
        return False
    wanted = [value.boolean().value for value in values.elements()] or [None]
    return all_of(value is False if isinstance(value, bool) else None for value in wanted)


def _all_fixed(values: Reading, fixed: Fixed) -> bool | None:
    elements = [value.string() for value in values.elements()]
    if not elements:
        return None
    return all_of(fixed(each.value) if isinstance(each.value, str) else None for each in elements)
