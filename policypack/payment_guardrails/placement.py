"""Where a resource is: its region, as the program, its provider or the configuration gives it."""

from __future__ import annotations

from typing import Final

from payment_guardrails.aws_types import aws_type, data_version
from payment_guardrails.resource import Resource
from payment_guardrails.stack import Stack
from payment_guardrails.values import Reading, Unknown

REGION: Final = "region"


def region_of(stack: Stack, resource: Resource) -> Reading:
    """The region of a resource of a regional service; unknown, with the reason, where it is.

    https://www.pulumi.com/registry/packages/aws/how-to-guides/enhanced-region-support/
    """
    own = resource.read(REGION).string()
    if not own.missing and own.value != "":
        return own
    if aws_type(resource.type) is None:
        unheard = f"is not set, and pulumi-aws {data_version()} has no {resource.type}"
        return Reading(Unknown(unheard), REGION)
    return _of_provider(stack, resource)


def _of_provider(stack: Stack, resource: Resource) -> Reading:
    given = stack.provider(resource).get(REGION)
    if isinstance(given.value, str) and given.value.startswith('"'):
        given = given.parsed()  # older SDKs send every input of a provider as JSON
    if given.missing or given.value == "":
        return Reading(Unknown("is not configured (aws:region)"), given.path)
    return given.string()
