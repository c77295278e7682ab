"""any-resource-region: what is in a region, in which one, and whether it may be there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import pytest
from payment_guardrails.finding import Finding, Status
from payment_guardrails.resource import Resource
from payment_guardrails.rule import worst
from payment_guardrails.rules import registered
from payment_guardrails.stack import Stack
from payment_guardrails.values import UNKNOWN, Secret

RULE: Final = registered()["any-resource-region"]
QUEUE: Final = "aws:sqs/queue:Queue"
TABLE: Final = "aws:dynamodb/table:Table"
SECRET: Final = "aws:secretsmanager/secret:Secret"
PROVIDER: Final = "pulumi:providers:aws"
ALLOWED: Final = ["eu-west-1", "eu-central-1"]


def resource(type_: str = QUEUE, /, **inputs: Any) -> Resource:
    return Resource(f"urn:pulumi:dev::p::{type_}::it", type_, "it", inputs)


def findings(
    subject: Resource, *others: Resource, configured: Any = None, regions: Any = ALLOWED
) -> tuple[Finding, ...]:
    """What the rule says of one resource, with `configured` as aws:region."""
    inputs = {} if configured is None else {"region": configured}
    stack = Stack.of("p", "dev", [subject, *others], {"aws": inputs})
    found = RULE.judge(stack, {"regions": regions})
    return tuple(each for each in found if each.urn == subject.urn)


def status(subject: Resource, *others: Resource, **given: Any) -> Status:
    return worst(findings(subject, *others, **given))


def test_every_region_is_allowed_until_some_are_named() -> None:
    (found,) = findings(resource(region="mx-central-1"), regions=RULE.defaults["regions"])
    assert found.status is Status.NOT_APPLICABLE
    assert '{"any-resource-region": {"regions": ["us-east-2"]}}' in found.message


@pytest.mark.parametrize(
    ("region", "wanted"),
    [
        ("eu-west-1", Status.PASS),
        ("eu-central-1", Status.PASS),
        ("eu-west-2", Status.FAIL),
        ("eu-west-10", Status.FAIL),
        ("eu-west", Status.FAIL),
        (UNKNOWN, Status.UNDECIDED),
        (7, Status.UNDECIDED),
    ],
)
def test_the_region_is_one_of_the_allowed_ones(region: Any, wanted: Status) -> None:
    assert status(resource(region=region), configured="eu-west-1") is wanted
    assert status(resource(), configured=region) is wanted


@pytest.mark.parametrize(
    ("region", "reason"), [(UNKNOWN, UNKNOWN.reason), (7, "is a int where a string is expected")]
)
def test_a_region_that_cannot_be_read_is_told_with_the_reason(region: Any, reason: str) -> None:
    (own,) = findings(resource(region=region))
    assert own.message.startswith(f"region {reason}; ")
    (configured,) = findings(resource(), configured=region)
    assert configured.message.startswith(f"provider.region {reason}; ")


def test_the_message_names_what_was_seen_and_what_is_allowed() -> None:
    (found,) = findings(resource(region="eu-west-2"))
    assert found.message == "region is eu-west-2; allowed: eu-west-1, eu-central-1"


def test_the_resource_comes_before_its_provider_and_that_before_the_configuration() -> None:
    provider = Resource("urn:p", PROVIDER, "own", {"region": "us-east-1"})
    queue = replace(resource(), provider="urn:p")
    assert status(queue, provider, configured="eu-west-1") is Status.FAIL
    local = replace(resource(region="eu-west-1"), provider="urn:p")
    assert status(local, provider, configured="us-east-1") is Status.PASS
    assert status(resource(region=""), configured="eu-west-1") is Status.PASS


def test_a_provider_of_an_older_sdk_gives_its_region_as_json() -> None:
    provider = Resource("urn:p", PROVIDER, "own", {"region": '"eu-west-1"'})
    assert status(replace(resource(), provider="urn:p"), provider) is Status.PASS


@pytest.mark.parametrize("configured", [None, ""])
def test_a_region_that_nothing_names_is_undecided(configured: str | None) -> None:
    (found,) = findings(resource(), configured=configured)
    assert found.status is Status.UNDECIDED
    assert "is not configured (aws:region)" in found.message
    missing = replace(resource(), provider="urn:not-in-the-stack")
    assert status(missing, configured="eu-west-1") is Status.UNDECIDED


@pytest.mark.parametrize(
    "type_",
    [
        "aws:iam/role:Role",
        "aws:route53/record:Record",
        "aws:cloudfront/distribution:Distribution",
        "aws:organizations/account:Account",
        PROVIDER,
        "random:index/randomId:RandomId",
    ],
)
def test_what_is_in_no_region_is_not_judged(type_: str) -> None:
    assert status(resource(type_), configured="us-east-1") is Status.NOT_APPLICABLE


def test_a_component_is_not_judged() -> None:
    component = replace(resource("aws:shop/worker:Worker"), custom=False)
    assert status(component, configured="us-east-1") is Status.NOT_APPLICABLE


def test_copies_of_data_are_where_data_may_be() -> None:
    for type_, name in ((TABLE, "regionName"), (SECRET, "region")):
        near = resource(type_, region="eu-west-1", replicas=[{name: "eu-central-1"}])
        assert status(near) is Status.PASS
        far = resource(type_, region="eu-west-1", replicas=[{name: "eu-central-1"}, {name: "x"}])
        assert status(far) is Status.FAIL
        assert [each.path for each in findings(far) if each.status is Status.FAIL] == [
            f"replicas[1].{name}"
        ]
        assert status(resource(type_, region="eu-west-1", replicas=UNKNOWN)) is Status.UNDECIDED
    assert status(resource(QUEUE, region="eu-west-1", replicas=[{"region": "x"}])) is Status.PASS


def test_a_type_that_the_data_does_not_have_is_judged_where_it_names_a_region() -> None:
    unheard = "aws:future/thing:Thing"
    assert status(resource(unheard), configured="eu-west-1") is Status.UNDECIDED
    assert status(resource(unheard, region="eu-west-1")) is Status.PASS
    assert status(resource(unheard, region="us-east-1")) is Status.FAIL


def test_a_secret_region_is_not_shown() -> None:
    (found,) = findings(resource(region=Secret("us-west-2")))
    assert found.status is Status.FAIL
    assert "us-west-2" not in found.message + found.detail
