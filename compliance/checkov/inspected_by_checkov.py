"""Prints what Checkov's AWS checks read, as JSON: for the Python of Checkov's own environment.

    PYTHON_OF_CHECKOV compliance/checkov/inspected_by_checkov.py > compliance/checkov/inspected.json

The attributes are those that a check names itself, and those that its source takes out of the
configuration by name; what it reads in other ways is not found.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import json
import logging
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

_TAKEN = re.compile(r"""conf(?:\.get\(|\[)["'](\w+)["']""")
# Of a path such as `origin[?(@.a != 'b')].name` or `route.*.id`: what only selects.
_SELECTED = re.compile(r"\[\?\(.*?\)\]|\[\*\]|\.\*")
Found = dict[str, dict[str, Any]]


def code_checks() -> Found:
    """The checks that are classes."""
    importlib.import_module("checkov.terraform.checks.resource.aws")
    registry = importlib.import_module("checkov.terraform.checks.resource.registry")
    found: Found = {}
    for group in (registry.resource_registry.checks, registry.resource_registry.wildcard_checks):
        for check in (each for checks in group.values() for each in checks):
            types = {each for each in check.supported_entities if each.startswith("aws_")}
            if types and ".aws." in type(check).__module__:
                known = found.setdefault(
                    check.id, {"name": check.name, "types": set(), "attributes": set()}
                )
                known["types"] |= types
                known["attributes"] |= attributes(check)
    return {id_: {**each, "graph": False, "connects": False} for id_, each in found.items()}


def attributes(check: Any) -> set[str]:
    """The attributes that a check names, and that its source takes out by name."""
    found: set[str] = set(_TAKEN.findall(inspect.getsource(type(check))))
    # Some raise where they have nothing to name.
    with contextlib.suppress(Exception):
        found.add(check.get_inspected_key())
    with contextlib.suppress(Exception):
        found |= {each for each in check.get_evaluated_keys() if each}
    return found


def graph_checks() -> Found:
    """The checks on connected resources, which are data."""
    package = Path(str(importlib.import_module("checkov").__file__)).parent
    found: Found = {}
    for file in (package / "terraform" / "checks" / "graph_checks" / "aws").iterdir():
        if file.suffix not in (".json", ".yaml", ".yml"):
            continue
        # JSON is YAML.
        data = yaml.safe_load(file.read_text("utf-8"))
        conditions = list(_conditions(data["definition"]))
        found[data["metadata"]["id"]] = {
            "name": data["metadata"]["name"],
            "types": {
                type_
                for each in conditions
                for name in ("resource_types", "connected_resource_types")
                for type_ in _types(each, name)
                if isinstance(type_, str) and type_.startswith("aws_")
            },
            "attributes": {
                _SELECTED.sub("", each["attribute"])
                for each in conditions
                if each.get("cond_type") == "attribute"
                and isinstance(each.get("attribute"), str)
                and _types(each, "resource_types")
            },
            "graph": True,
            "connects": any(each.get("cond_type") == "connection" for each in conditions),
        }
    return found


def _conditions(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
    for each in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _conditions(each)


def _types(condition: dict[str, Any], name: str) -> list[Any]:
    types = condition.get(name) or []
    return [types] if isinstance(types, str) else types


def text() -> str:
    """The whole list: a line for each check, so that a difference can be read."""
    version = importlib.import_module("checkov.version").version
    rows = {**code_checks(), **graph_checks()}
    lines = ",\n".join(
        f"    {json.dumps(id_)}: "
        + json.dumps({k: sorted(v) if isinstance(v, set) else v for k, v in rows[id_].items()})
        for id_ in sorted(rows)
    )
    return f'{{\n  "version": "{version}",\n  "checks": {{\n{lines}\n  }}\n}}\n'


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    sys.stdout.write(text())
