"""Where the ARNs of what a function uses begin: its partition, its region, its account."""

from __future__ import annotations

from typing import Any

import pytest
from payment_guardrails.iam.access import arn_prefix
from payment_guardrails.resource import Resource
from payment_guardrails.stack import Stack
from payment_guardrails.values import UNKNOWN

from tests.policypack.services.compliant import DEFAULT_PROVIDERS, FUNCTION, ROLE, arn

OF_ROLE = "arn:aws:{}:us-east-2:123456789012"


def prefix(own: Any, **inputs: Any) -> Any:
    function = Resource("urn:f", FUNCTION, "f", inputs, {"arn": own})
    stack = Stack.of("p", "dev", [function], DEFAULT_PROVIDERS)
    found = arn_prefix(stack, function)
    return (found.value, found.path) if found.unknown else found.value


@pytest.mark.parametrize("role", [UNKNOWN, arn(ROLE, "role"), "role"])
def test_the_arn_of_the_function_tells_all(role: Any) -> None:
    own = "arn:aws-cn:lambda:cn-north-1:210987654321:function:work"
    assert prefix(own, role=role) == "arn:aws-cn:{}:cn-north-1:210987654321"


@pytest.mark.parametrize("own", [UNKNOWN, "arn:aws:lambda:us-east-1:210987654321"])
@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (arn(ROLE, "role"), OF_ROLE),
        # The path of a role may hold colons.
        (arn(ROLE, "a:b/role"), OF_ROLE),
        ("role", (UNKNOWN, "arn")),
        ("arn:aws:iam::123456789012", (UNKNOWN, "arn")),
        (UNKNOWN, (UNKNOWN, "arn")),
        (None, (UNKNOWN, "arn")),
    ],
)
def test_where_it_is_not_known_the_role_tells_the_account(
    own: Any, role: Any, expected: Any
) -> None:
    assert prefix(own, role=role) == expected


def test_the_role_does_not_tell_the_region() -> None:
    assert prefix(UNKNOWN, role=arn(ROLE, "role"), region=UNKNOWN) == (UNKNOWN, "region")
