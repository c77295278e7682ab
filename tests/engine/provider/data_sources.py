"""The data sources that programs call, answered as the real provider does.

https://github.com/hashicorp/terraform-provider-aws/tree/main/internal/service/meta
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from tests.engine.provider.place import ACCOUNT, Place
from tests.engine.provider.policy_document import policy_document

Arguments = Mapping[str, Any]


def answer(token: str, arguments: Arguments, place: Place) -> dict[str, Any] | None:
    """The result of a data source, None where this stand-in has no such source."""
    source = _SOURCES.get(token)
    if source is None:
        return None
    here = place.of(arguments)
    return {**arguments, **source(arguments, here)}


def _caller_identity(_: Arguments, place: Place) -> dict[str, Any]:
    return {
        "id": ACCOUNT,
        "accountId": ACCOUNT,
        "arn": f"arn:{place.partition}:sts::{ACCOUNT}:assumed-role/deployer/session",
        "userId": "AROADBQP57FF2AEXAMPLE:session",
    }


def _region(arguments: Arguments, place: Place) -> dict[str, Any]:
    region = arguments.get("name") or place.region
    return {
        "id": region,
        "name": region,
        "region": region,
        "description": region,
        "endpoint": f"ec2.{region}.{place.dns_suffix}",
    }


def _partition(_: Arguments, place: Place) -> dict[str, Any]:
    return {
        "id": place.partition,
        "partition": place.partition,
        "dnsSuffix": place.dns_suffix,
        "reverseDnsPrefix": ".".join(reversed(place.dns_suffix.split("."))),
    }


def _zones(_: Arguments, place: Place) -> dict[str, Any]:
    return {
        "id": place.region,
        "names": [f"{place.region}{letter}" for letter in "abc"],
        "zoneIds": [f"{place.region}-az{number}" for number in (1, 2, 3)],
        "groupNames": [place.region],
    }


def _parameter(arguments: Arguments, place: Place) -> dict[str, Any]:
    name = str(arguments["name"])
    return {
        "id": name,
        "arn": f"arn:{place.partition}:ssm:{place.region}:{ACCOUNT}:parameter/{name.lstrip('/')}",
        "type": "String",
        "value": "value-in-the-account",
        "insecureValue": "value-in-the-account",
        "version": 1,
    }


def _arn(arguments: Arguments, _: Place) -> dict[str, Any]:
    arn = str(arguments["arn"])
    _prefix, partition, service, region, account, resource = arn.split(":", 5)
    return {
        "id": arn,
        "account": account,
        "partition": partition,
        "region": region,
        "resource": resource,
        "service": service,
    }


def _default_tags(_: Arguments, place: Place) -> dict[str, Any]:
    return {"id": place.partition, "tags": dict(place.default_tags)}


def _service_principal(arguments: Arguments, place: Place) -> dict[str, Any]:
    service = str(arguments["serviceName"])
    own = place.partition == "aws-cn" and service in _OWN_PRINCIPAL_IN_CHINA
    suffix = place.dns_suffix if own else "amazonaws.com"
    return {
        "id": f"{service}.{place.region}.{suffix}",
        "name": f"{service}.{suffix}",
        "region": place.region,
        "suffix": suffix,
    }


def _image(_: Arguments, __: Place) -> dict[str, Any]:
    image = "ami-0abcdef1234567890"
    return {"id": image, "imageId": image, "architecture": "x86_64", "state": "available"}


def _network(_: Arguments, place: Place) -> dict[str, Any]:
    network = "vpc-1234567890abcdef0"
    return {
        "id": network,
        "arn": f"arn:{place.partition}:ec2:{place.region}:{ACCOUNT}:vpc/{network}",
        "cidrBlock": "172.31.0.0/16",
        "default": True,
        "ownerId": ACCOUNT,
        "state": "available",
    }


def _subnets(_: Arguments, place: Place) -> dict[str, Any]:
    return {
        "id": place.region,
        "ids": [f"subnet-04a636d18e83cfac{letter}" for letter in "abc"],
    }


_OWN_PRINCIPAL_IN_CHINA: Final = ("codedeploy", "elasticmapreduce", "logs")


_SOURCES: Final[Mapping[str, Callable[[Arguments, Place], dict[str, Any]]]] = {
    "aws:ec2/getAmi:getAmi": _image,
    "aws:ec2/getSubnets:getSubnets": _subnets,
    "aws:ec2/getVpc:getVpc": _network,
    "aws:iam/getPolicyDocument:getPolicyDocument": policy_document,
    "aws:index/getArn:getArn": _arn,
    "aws:index/getAvailabilityZones:getAvailabilityZones": _zones,
    "aws:index/getCallerIdentity:getCallerIdentity": _caller_identity,
    "aws:index/getDefaultTags:getDefaultTags": _default_tags,
    "aws:index/getPartition:getPartition": _partition,
    "aws:index/getRegion:getRegion": _region,
    "aws:index/getServicePrincipal:getServicePrincipal": _service_principal,
    "aws:ssm/getParameter:getParameter": _parameter,
}
