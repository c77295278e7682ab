"""Writes `name_properties.json` from the installed pulumi-aws: which input is a type's name.

Run it where pulumi-aws is installed: `python refresh_name_properties.py`. It reads the sources
of the SDK, which are generated from the provider's schema, and imports nothing of them. An
input that has a `..._prefix` beside it is the name, for only names are drawn from prefixes;
else `name` is, where the resource has an ARN or tags of its own: what has neither is a part of
another resource, whose name says to which environment it belongs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Final

from payment_guardrails.refresh_sources import Members, resource_classes

TARGET: Final = Path(__file__).with_name("name_properties.json")
# Names that the convention above does not find.
_MORE: Final[Mapping[str, str]] = {
    "aws:elasticache/cluster:Cluster": "cluster_id",
    "aws:elasticache/replicationGroup:ReplicationGroup": "replication_group_id",
    "aws:elasticsearch/domain:Domain": "domain_name",
    "aws:opensearch/domain:Domain": "domain_name",
    "aws:redshift/cluster:Cluster": "cluster_identifier",
}
_IN_ANOTHER: Final = "its name counts inside one other resource only"
_DOMAIN: Final = "its name is a domain of the DNS"
# Types whose `name` is not theirs to choose, or needs to tell nothing apart.
_NOT_NAMES: Final[Mapping[str, str]] = {
    "aws:apigateway/authorizer:Authorizer": _IN_ANOTHER,
    "aws:apigatewayv2/stage:Stage": _IN_ANOTHER,
    "aws:appsync/channelNamespace:ChannelNamespace": _IN_ANOTHER,
    "aws:appsync/dataSource:DataSource": _IN_ANOTHER,
    "aws:appsync/function:Function": _IN_ANOTHER,
    "aws:cloudwatch/logStream:LogStream": _IN_ANOTHER,
    "aws:comprehend/documentClassifier:DocumentClassifier": _IN_ANOTHER,
    "aws:comprehend/entityRecognizer:EntityRecognizer": _IN_ANOTHER,
    "aws:iam/rolePolicy:RolePolicy": _IN_ANOTHER,
    "aws:iam/groupPolicy:GroupPolicy": _IN_ANOTHER,
    "aws:iam/userPolicy:UserPolicy": _IN_ANOTHER,
    "aws:lambda/alias:Alias": _IN_ANOTHER,
    "aws:lambda/permission:Permission": _IN_ANOTHER,
    "aws:lightsail/domain:Domain": _DOMAIN,
    "aws:route53/record:Record": _DOMAIN,
    "aws:route53/trafficPolicyInstance:TrafficPolicyInstance": _DOMAIN,
    "aws:route53/zone:Zone": _DOMAIN,
    "aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace": _DOMAIN,
    "aws:servicediscovery/publicDnsNamespace:PublicDnsNamespace": _DOMAIN,
    "aws:signer/signingProfilePermission:SigningProfilePermission": _IN_ANOTHER,
    "aws:ssm/maintenanceWindowTask:MaintenanceWindowTask": _IN_ANOTHER,
}


def main() -> None:
    """Write the data file, the same bytes for the same version of pulumi-aws."""
    names = dict(named(resource_classes()))
    data = {
        "source": f"pulumi-aws {version('pulumi-aws')}, the resource classes of the Python SDK",
        "version": version("pulumi-aws"),
        "left_out": dict(sorted(_NOT_NAMES.items())),
        "names": dict(sorted(names.items())),
    }
    partial = TARGET.with_suffix(".partial")
    partial.write_text(f"{json.dumps(data, indent=1)}\n", "utf-8")
    partial.replace(TARGET)


def named(classes: Iterable[tuple[str, Members]]) -> Iterator[tuple[str, str]]:
    """The type and the name's property of each resource class that has one."""
    for token, members in classes:
        found = None if token in _NOT_NAMES else _MORE.get(token) or _name(members)
        if found:
            yield token, _camel_case(found)


def _name(members: Members) -> str | None:
    inputs = {each.arg for each in members["_internal_init"].args.args}
    prefixed = sorted(each for each in inputs if f"{each}_prefix" in inputs)
    if len(prefixed) == 1:
        return prefixed[0]
    stands_alone = {"arn", "tags_all"} & set(members)
    return "name" if "name" in inputs and stands_alone else None


def _camel_case(name: str) -> str:
    return re.sub(r"_([a-z0-9])", lambda match: match[1].upper(), name)


if __name__ == "__main__":
    main()
