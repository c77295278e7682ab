"""The rule on regions: resources are where they may be, and their data with them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from payment_guardrails.aws_types import aws_type, is_of_aws
from payment_guardrails.finding import Finding, failed, not_applicable, passed, undecided
from payment_guardrails.placement import region_of
from payment_guardrails.resource import Resource
from payment_guardrails.rule import ANY, Level, Settings, Severity, stack_rule
from payment_guardrails.stack import Stack
from payment_guardrails.values import Reading

# The types that keep a copy of their data elsewhere, and the property that says where:
# https://www.pulumi.com/registry/packages/aws/api-docs/dynamodb/table/#tablereplica
# https://www.pulumi.com/registry/packages/aws/api-docs/dynamodb/globaltable/#globaltablereplica
# https://www.pulumi.com/registry/packages/aws/api-docs/secretsmanager/secret/#secretreplica
_REPLICA_REGIONS: Final = {
    "aws:dynamodb/table:Table": "regionName",
    "aws:dynamodb/globalTable:GlobalTable": "regionName",
    "aws:secretsmanager/secret:Secret": "region",
}
_EVERYWHERE: Final = (
    "every region is allowed; to allow only some, name them in the policy configuration: "
    '{"any-resource-region": {"regions": ["us-east-2"]}}'
)


@stack_rule(
    "any-resource-region",
    types=ANY,
    severity=Severity.MEDIUM,
    level=Level.ADVISORY,
    fix="""
    provider = aws.Provider("ohio", region="us-east-2")
    aws.sqs.Queue("queue", opts=pulumi.ResourceOptions(provider=provider))
    # or for the whole stack: pulumi config set aws:region us-east-2
    """,
    options={
        "regions": {
            "type": "array",
            "items": {"type": "string", "pattern": "^[a-z]{2,}(-[a-z]+)+-[0-9]+$"},
            "default": [],
            "description": "the regions that resources may be in; every one where it is empty",
        }
    },
)
def resource_region(stack: Stack, settings: Settings) -> Iterator[Finding]:
    """Every regional resource, and every copy of its data, is in an allowed region.

    Where data is decides which laws it is under, and a region that nobody uses is one that
    nobody watches:
    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_examples_general.html
    A resource is in the region that it names, else in its provider's, else in that of the
    configuration (aws:region). Services without regions (IAM, Route 53, CloudFront ...) are not
    judged; which types those are is data of pulumi-aws.
    """
    allowed = tuple(dict.fromkeys(settings["regions"]))
    for resource in stack.resources:
        reason = _not_judged(resource) if allowed else _EVERYWHERE
        if reason:
            yield not_applicable(resource, reason)
        else:
            yield from _judge(resource, _where(stack, resource), allowed)


def _not_judged(resource: Resource) -> str:
    if not is_of_aws(resource):
        return "no resource of pulumi-aws"
    type_ = aws_type(resource.type)
    return f"{resource.type} is in no region" if type_ is not None and not type_.regional else ""


def _where(stack: Stack, resource: Resource) -> Iterator[Reading]:
    """The regions in which the resource and its copies are."""
    yield region_of(stack, resource)
    if resource.type in _REPLICA_REGIONS:
        for replica in resource.read("replicas").elements():
            yield replica.get(_REPLICA_REGIONS[resource.type]).string()


def _judge(
    resource: Resource, where: Iterator[Reading], allowed: tuple[str, ...]
) -> Iterator[Finding]:
    wanted = f"allowed: {', '.join(allowed)}"
    for region in where:
        if not isinstance(region.value, str):
            yield undecided(resource, region, wanted)
        elif region.value in allowed:
            yield passed(resource, region.path, f"{region.path} is {region.text}")
        else:
            seen = f"{region.path} is {region.text}"
            yield failed(resource, region.path, f"{seen}; {wanted}", f"in {region.text}")
