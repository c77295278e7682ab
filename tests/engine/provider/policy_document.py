"""The policy document that `aws.iam.get_policy_document` makes.

https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/iam/policy_model.go
and policy_document_data_source.go beside it.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from tests.engine.provider.place import Place
from tests.engine.provider.wire import escaped_as_go_does

Document = dict[str, Any]

_LISTS: Final = (
    ("actions", "Action"),
    ("notActions", "NotAction"),
    ("resources", "Resource"),
    ("notResources", "NotResource"),
)
_PRINCIPALS: Final = (("principals", "Principal"), ("notPrincipals", "NotPrincipal"))


def policy_document(arguments: Mapping[str, Any], _: Place) -> dict[str, Any]:
    """The data source's result: the documents merged into one."""
    document: Document = {"Version": "", "Id": "", "Statement": []}
    for source in arguments.get("sourcePolicyDocuments") or ():
        document = _merged(document, _read(source))
    document = _merged(document, _own(arguments))
    for override in arguments.get("overridePolicyDocuments") or ():
        document = _merged(document, _read(override))
    whole = {name: value for name, value in document.items() if value}
    text = escaped_as_go_does(json.dumps(whole, indent=2, ensure_ascii=False))
    return {
        "id": str(zlib.crc32(text.encode())),
        "json": text,
        "minifiedJson": escaped_as_go_does(
            json.dumps(whole, separators=(",", ":"), ensure_ascii=False)
        ),
        "version": arguments.get("version") or _VERSION,
    }


_VERSION: Final = "2012-10-17"


def _own(arguments: Mapping[str, Any]) -> Document:
    return {
        "Version": arguments.get("version") or _VERSION,
        "Id": arguments.get("policyId") or "",
        "Statement": [_statement(each) for each in arguments.get("statements") or ()],
    }


def _read(text: str) -> Document:
    document = json.loads(text) if text else {}
    statements = document.get("Statement") or []
    return {
        "Version": document.get("Version") or "",
        "Id": document.get("Id") or "",
        "Statement": statements if isinstance(statements, list) else [statements],
    }


def _merged(document: Document, newer: Document) -> Document:
    statements = list(document["Statement"])
    for statement in newer["Statement"]:
        sid = statement.get("Sid")
        same = [i for i, each in enumerate(statements) if sid and each.get("Sid") == sid]
        if same:
            statements[same[0]] = statement
        else:
            statements.append(statement)
    return {
        "Version": max(document["Version"], newer["Version"]),
        "Id": newer["Id"] or document["Id"],
        "Statement": statements,
    }


def _statement(given: Mapping[str, Any]) -> Document:
    statement: Document = {"Sid": given["sid"]} if given.get("sid") else {}
    statement["Effect"] = given.get("effect") or "Allow"
    for name, key in _LISTS:
        if given.get(name):
            # Only what is no action can hold a variable of the policy language.
            rename = _variables if key.endswith("Resource") else str
            statement[key] = _single_or_backwards(given[name], rename)
    for name, key in _PRINCIPALS:
        if given.get(name):
            statement[key] = _principals(given[name])
    if given.get("conditions"):
        statement["Condition"] = _conditions(given["conditions"])
    return statement


def _principals(given: Sequence[Mapping[str, Any]]) -> Any:
    principals: dict[str, list[str]] = {}
    for each in given:
        named = sorted({_variables(name) for name in each["identifiers"]}, reverse=True)
        principals.setdefault(each["type"], []).extend(named)
    if principals == {"*": ["*"]}:
        return "*"
    return {type_: _flat(principals[type_]) for type_ in sorted(principals)}


def _conditions(given: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    conditions: dict[str, dict[str, list[str]]] = {}
    for each in given:
        values = conditions.setdefault(each["test"], {}).setdefault(each["variable"], [])
        values.extend(_variables(value) for value in each["values"])
    return {
        test: {variable: _flat(conditions[test][variable]) for variable in sorted(conditions[test])}
        for test in sorted(conditions)
    }


def _single_or_backwards(values: Sequence[str], rename: Callable[[str], str]) -> Any:
    return _flat(sorted({rename(value) for value in values}, reverse=True))


def _flat(values: list[str]) -> Any:
    return values[0] if len(values) == 1 else values


def _variables(text: str) -> str:
    """The policy language's variables, written so that Terraform leaves them alone."""
    return str(text).replace("&{", "${")
