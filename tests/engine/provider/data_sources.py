"""The data sources that programs call, answered as the real provider does."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from tests.engine.provider.cloud import ACCOUNT, Place

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


def _policy_document(arguments: Arguments, _: Place) -> dict[str, Any]:
    document: dict[str, Any] = {"Version": arguments.get("version") or "2012-10-17"}
    if arguments.get("policyId"):
        document["Id"] = arguments["policyId"]
    statements: list[dict[str, Any]] = []
    for source in arguments.get("sourcePolicyDocuments") or ():
        statements.extend(_statements_of(source))
    statements.extend(_statement(each) for each in arguments.get("statements") or ())
    for override in arguments.get("overridePolicyDocuments") or ():
        for statement in _statements_of(override):
            sid = statement.get("Sid")
            statements = [each for each in statements if not sid or each.get("Sid") != sid]
            statements.append(statement)
    document["Statement"] = statements
    return {
        "id": str(abs(hash(json.dumps(document, sort_keys=True))) % 10**10),
        "json": json.dumps(document, indent=2),
        "minifiedJson": json.dumps(document, separators=(",", ":")),
    }


def _statements_of(text: str) -> list[dict[str, Any]]:
    statements = json.loads(text).get("Statement", []) if text else []
    return statements if isinstance(statements, list) else [statements]


def _statement(given: Mapping[str, Any]) -> dict[str, Any]:
    statement: dict[str, Any] = {}
    if given.get("sid"):
        statement["Sid"] = given["sid"]
    statement["Effect"] = given.get("effect") or "Allow"
    for name, key in (
        ("actions", "Action"),
        ("notActions", "NotAction"),
        ("resources", "Resource"),
        ("notResources", "NotResource"),
    ):
        if given.get(name):
            statement[key] = _single(given[name])
    for name, key in (("principals", "Principal"), ("notPrincipals", "NotPrincipal")):
        if given.get(name):
            statement[key] = _principals(given[name])
    conditions: dict[str, dict[str, Any]] = {}
    for condition in given.get("conditions") or ():
        test = conditions.setdefault(condition["test"], {})
        test[condition["variable"]] = _single(condition["values"])
    if conditions:
        statement["Condition"] = conditions
    return statement


def _principals(given: list[Mapping[str, Any]]) -> Any:
    principals: dict[str, list[str]] = {}
    for each in given:
        principals.setdefault(each["type"], []).extend(each["identifiers"])
    if principals == {"*": ["*"]}:
        return "*"
    return {type_: _single(found) for type_, found in principals.items()}


def _single(values: list[Any]) -> Any:
    # The provider writes a list of one as its element, and sorts longer ones backwards.
    return values[0] if len(values) == 1 else sorted(values, reverse=True)


_SOURCES: Final[Mapping[str, Callable[[Arguments, Place], dict[str, Any]]]] = {
    "aws:iam/getPolicyDocument:getPolicyDocument": _policy_document,
    "aws:index/getAvailabilityZones:getAvailabilityZones": _zones,
    "aws:index/getCallerIdentity:getCallerIdentity": _caller_identity,
    "aws:index/getPartition:getPartition": _partition,
    "aws:index/getRegion:getRegion": _region,
    "aws:ssm/getParameter:getParameter": _parameter,
}
