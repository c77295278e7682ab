"""Links between resources where names are known and ARNs are not, as in a first preview."""

from __future__ import annotations

import pytest
from payment_guardrails.values import UNKNOWN

from tests.policypack.services.compliant import FUNCTION, GROUP, QUEUE, ROLE, Draft, arn


def named(type_: str, value: str, name: str) -> tuple[str, ...]:
    draft = Draft({}).add(type_, "it", name=name).at_preview()
    return tuple(resource.name for resource in draft.stack.named(value, [type_]))


@pytest.mark.parametrize(
    ("type_", "value", "name"),
    [
        (QUEUE, arn(QUEUE, "orders.fifo"), "orders.fifo"),
        (FUNCTION, arn(FUNCTION, "process"), "process"),
        (GROUP, arn(GROUP, "/aws/lambda/process"), "/aws/lambda/process"),
        (GROUP, arn(GROUP, "api/access"), "api/access"),
        (ROLE, "arn:aws:iam::123456789012:role/process", "process"),
        (ROLE, "arn:aws:iam::123456789012:role/service/team/process", "process"),
        (ROLE, "arn:aws-cn:iam::123456789012:role/process", "process"),
    ],
)
def test_a_built_arn_finds_the_resource_by_its_name(type_: str, value: str, name: str) -> None:
    assert named(type_, value, name) == ("it",)


@pytest.mark.parametrize(
    ("type_", "value", "name"),
    [
        (QUEUE, "arn:aws:sns:us-east-2:123456789012:orders", "orders"),
        (QUEUE, arn(QUEUE, "orders"), "orders.fifo"),
        (QUEUE, "arn:", ""),
        (QUEUE, "arn:aws:sqs", "sqs"),
        (GROUP, arn(GROUP, "/aws/lambda/process"), "process2"),
        # Only IAM has paths that are no part of a name.
        (GROUP, arn(GROUP, "/aws/lambda/process"), "process"),
        (QUEUE, "", ""),
        (QUEUE, "urn:aws:sqs:us-east-2:123456789012:orders", "orders"),
    ],
)
def test_another_arn_does_not(type_: str, value: str, name: str) -> None:
    assert named(type_, value, name) == ()


def test_a_known_arn_of_its_own_is_the_only_one() -> None:
    other = "arn:aws:sqs:eu-west-1:999999999999:orders"
    stack = Draft({}).add(QUEUE, "orders", name="orders").stack
    assert stack.named(arn(QUEUE, "orders"), [QUEUE])
    assert stack.named(other, [QUEUE]) == ()


def test_dependencies_outside_the_stack_or_on_other_things_name_nothing() -> None:
    draft = Draft({}).add(FUNCTION, "process", role=UNKNOWN).add(QUEUE, "queue", name="queue")
    draft = draft.add(ROLE, "role", name="role")
    elsewhere = draft.linked("process", "role", "role", "queue").without("role")
    for case, targets in ((draft.linked("process", "role", "role", "queue"), 1), (elsewhere, 0)):
        function = case.resources["process"]
        link = case.stack.link(function, function.read("role"), [ROLE])
        assert len(link.targets) == targets
        assert link.decided is bool(targets)


def test_a_known_value_may_be_the_name_that_is_not_known_yet() -> None:
    draft = Draft({}).add(FUNCTION, "process", role=arn(ROLE, "process-role"))
    for names, decided in ((UNKNOWN, False), (None, True), ("other", True)):
        inputs = {} if names is None else {"name": names}
        stack = draft.add(ROLE, "role", **inputs).at_preview().stack
        function = stack.of_types([FUNCTION])[0]
        link = stack.link(function, function.read("role"), [ROLE])
        assert link.decided is decided
        assert link.targets == ()
