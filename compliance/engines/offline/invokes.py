"""Answers to the data sources that need no cloud: identity, region and policy documents."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from compliance.engines.offline.policy_document import policy_document
from compliance.engines.offline.surroundings import Surroundings

Arguments = Mapping[str, Any]
Answer = dict[str, Any]


def answer(token: str, arguments: Arguments, surroundings: Surroundings) -> Answer | None:
    """The result of a data source, or None where only the cloud can tell.

    `token` is the provider's (`aws:index/getRegion:getRegion`); arguments and result are
    JSON data with the provider's camelCase names.
    """
    source = _SOURCES.get(token)
    return None if source is None else source(arguments, surroundings)


def _caller_identity(_: Arguments, surroundings: Surroundings) -> Answer:
    account = surroundings.account
    return {
        "id": account,
        "accountId": account,
        "arn": f"arn:{surroundings.partition}:sts::{account}:assumed-role/offline/compliance-gate",
        "userId": "AROAEXAMPLE:compliance-gate",
    }


def _region(arguments: Arguments, surroundings: Surroundings) -> Answer:
    region = arguments.get("region") or arguments.get("name") or surroundings.region
    return {
        "id": region,
        "name": region,
        "region": region,
        "description": region,
        "endpoint": f"ec2.{region}.{Surroundings(region).dns_suffix}",
    }


def _partition(_: Arguments, surroundings: Surroundings) -> Answer:
    suffix = surroundings.dns_suffix
    return {
        "id": surroundings.partition,
        "partition": surroundings.partition,
        "dnsSuffix": suffix,
        "reverseDnsPrefix": ".".join(reversed(suffix.split("."))),
    }


def _availability_zones(arguments: Arguments, surroundings: Surroundings) -> Answer:
    # Three zones, as most regions have. How many a region has for an account, and their
    # zone ids, only the cloud knows; their names follow from the region.
    letters = "abc"
    return {
        **{key: value for key, value in arguments.items() if value is not None},
        "id": surroundings.region,
        "region": surroundings.region,
        "names": [f"{surroundings.region}{letter}" for letter in letters],
        "zoneIds": [f"{surroundings.region}-az{index + 1}" for index in range(len(letters))],
        "groupNames": [surroundings.region],
    }


def _policy_document(arguments: Arguments, _: Surroundings) -> Answer:
    return policy_document(arguments)


def _arn(arguments: Arguments, _: Surroundings) -> Answer:
    names = ("partition", "service", "region", "account", "resource")
    parts = str(arguments.get("arn", "")).split(":", 5)[1:]
    return {
        "arn": arguments.get("arn"),
        "id": arguments.get("arn"),
        **dict(zip(names, parts, strict=False)),
    }


def _service_principal(arguments: Arguments, surroundings: Surroundings) -> Answer:
    name = f"{arguments.get('serviceName')}.{surroundings.dns_suffix}"
    return {
        "id": f"{arguments.get('serviceName')}.{surroundings.region}.{surroundings.dns_suffix}",
        "name": name,
        "serviceName": arguments.get("serviceName"),
        "region": surroundings.region,
        "suffix": surroundings.dns_suffix,
    }


def _default_tags(_: Arguments, __: Surroundings) -> Answer:
    return {"id": "default-tags", "tags": {}}


_SOURCES: Final[Mapping[str, Callable[[Arguments, Surroundings], Answer]]] = {
    "aws:index/getArn:getArn": _arn,
    "aws:index/getAvailabilityZones:getAvailabilityZones": _availability_zones,
    "aws:index/getCallerIdentity:getCallerIdentity": _caller_identity,
    "aws:index/getDefaultTags:getDefaultTags": _default_tags,
    "aws:index/getPartition:getPartition": _partition,
    "aws:index/getRegion:getRegion": _region,
    "aws:index/getServicePrincipal:getServicePrincipal": _service_principal,
    "aws:iam/getPolicyDocument:getPolicyDocument": _policy_document,
}
