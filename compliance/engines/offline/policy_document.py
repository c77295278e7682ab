"""`aws.iam.get_policy_document`: the JSON that the provider makes of its arguments.

Source: the data source `aws_iam_policy_document`
(https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document),
which pulumi-aws bridges: single values are written as strings, several as a list in
reverse order, `&{...}` becomes `${...}`, statements of source documents come first, and
override documents replace statements with the same Sid.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

_LISTS: Final = (
    ("Action", "actions"),
    ("NotAction", "notActions"),
    ("Resource", "resources"),
    ("NotResource", "notResources"),
)
_PRINCIPALS: Final = (("Principal", "principals"), ("NotPrincipal", "notPrincipals"))


def policy_document(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The data source's result for these arguments (camelCase, plain JSON data)."""
    document: dict[str, Any] = {"Version": arguments.get("version") or "2012-10-17"}
    if arguments.get("policyId"):
        document["Id"] = arguments["policyId"]
    statements = [
        *_statements_of(arguments.get("sourcePolicyDocuments")),
        *(_statement(given) for given in arguments.get("statements") or ()),
    ]
    document["Statement"] = _overridden(
        statements, _statements_of(arguments.get("overridePolicyDocuments"))
    )
    return {
        **arguments,
        "version": document["Version"],
        "id": "policy-document",
        "json": json.dumps(document, indent=2),
        "minifiedJson": json.dumps(document, separators=(",", ":")),
    }


def _statements_of(documents: Iterable[str] | None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for text in documents or ():
        if not str(text).strip():
            continue
        document = json.loads(text)
        statements = document.get("Statement", [])
        found.extend([statements] if isinstance(statements, dict) else statements)
    return found


def _overridden(
    statements: list[dict[str, Any]], overrides: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    result = list(statements)
    for override in overrides:
        sid = override.get("Sid")
        places = [index for index, known in enumerate(result) if sid and known.get("Sid") == sid]
        if places:
            result[places[0]] = override
        else:
            result.append(override)
    return result


def _statement(given: Mapping[str, Any]) -> dict[str, Any]:
    statement: dict[str, Any] = {}
    if given.get("sid"):
        statement["Sid"] = given["sid"]
    statement["Effect"] = given.get("effect") or "Allow"
    for element, argument in _LISTS:
        if given.get(argument):
            statement[element] = _collapsed(_interpolated(given[argument]))
    for element, argument in _PRINCIPALS:
        if given.get(argument):
            statement[element] = _principals(given[argument])
    if given.get("conditions"):
        statement["Condition"] = _conditions(given["conditions"])
    return statement


def _principals(given: Iterable[Mapping[str, Any]]) -> Any:
    principals: dict[str, list[str]] = {}
    for principal in given:
        identifiers = _interpolated(principal.get("identifiers") or ())
        if principal.get("type") == "*" and identifiers == ["*"]:
            return "*"
        principals.setdefault(str(principal.get("type")), []).extend(identifiers)
    return {type_: _collapsed(identifiers) for type_, identifiers in principals.items()}


def _conditions(given: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    conditions: dict[str, dict[str, list[str]]] = {}
    for condition in given:
        by_variable = conditions.setdefault(str(condition.get("test")), {})
        values = by_variable.setdefault(_interpolate(str(condition.get("variable"))), [])
        values.extend(_interpolated(condition.get("values") or ()))
    return {
        test: {
            variable: values[0] if len(values) == 1 else values
            for variable, values in by_variable.items()
        }
        for test, by_variable in conditions.items()
    }


def _collapsed(values: list[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else sorted(values, reverse=True)


def _interpolated(values: Iterable[Any]) -> list[str]:
    return [_interpolate(str(value)) for value in values if value is not None]


def _interpolate(text: str) -> str:
    return text.replace("&{", "${")
