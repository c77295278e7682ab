"""The resource classes of the installed pulumi-aws, for the scripts that make data of them.

The sources of the SDK are generated from the provider's schema. They are read, and nothing of
them is imported.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from importlib.metadata import distribution
from pathlib import Path
from typing import Final

_TOKEN: Final = re.compile(r"aws:[^/:'\"]+/[^/:'\"]+:\w+")

Members = Mapping[str, ast.FunctionDef]
"""The functions of a class, by name; the parameters of `_internal_init` are the inputs."""


def resource_classes() -> Iterator[tuple[str, Members]]:
    """The type of each resource, and the functions of its class."""
    package = Path(str(distribution("pulumi-aws").locate_file("pulumi_aws")))
    for file in sorted(package.rglob("*.py")):
        source = file.read_text("utf-8")
        if "pulumi.CustomResource" in source:
            yield from classes_in(source)


def classes_in(source: str) -> Iterator[tuple[str, Members]]:
    """The same of one module, by its text."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef) and (token := _token(node)):
            members = {each.name: each for each in node.body if isinstance(each, ast.FunctionDef)}
            yield token, members


def _token(node: ast.ClassDef) -> str | None:
    for each in node.decorator_list:
        found = _TOKEN.search(ast.unparse(each))
        if found:
            return found[0]
    return None
