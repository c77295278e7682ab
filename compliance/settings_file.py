"""Pulumi's YAML files, read as the CLI reads them.

The CLI reads YAML with Go's yaml.v3 (https://github.com/go-yaml/yaml/blob/v3/resolve.go), which
has no booleans but true and false, and no numbers to base 60: `yes`, `off` and `12:30` are texts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml
from payment_guardrails.yaml_depth import check_depth

_BOOLEAN: Final = re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$")
_NUMBER: Final = re.compile(
    r"""^[-+]?(?:0b[01_]+|0o[0-7_]+|0x[0-9a-fA-F_]+
    |(?:\.[0-9]+|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?)$""",
    re.VERBOSE,
)
_DATE: Final = re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
_RESOLVED_BY_GO: Final = ("null", "merge")
_LARGEST_PLAIN: Final = 1e21
"""From here on Go writes a float with an exponent: https://pkg.go.dev/fmt, verb %v."""


class ProjectError(Exception):
    """The project cannot be read; the message names the file and what to do."""


class _Loader(yaml.CSafeLoader):
    """The C loader with Go's resolution of plain scalars."""


_Loader.yaml_implicit_resolvers = {
    first: [pair for pair in pairs if pair[0].rpartition(":")[2] in _RESOLVED_BY_GO]
    for first, pairs in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", _BOOLEAN, list("tTfF"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", _NUMBER, list("-+.0123456789"))


_Loader.add_implicit_resolver("tag:yaml.org,2002:timestamp", _DATE, list("0123456789"))


def _number(loader: yaml.CSafeLoader, node: yaml.ScalarNode) -> int | float:
    text = str(loader.construct_scalar(node)).replace("_", "")
    octal = re.fullmatch(r"([-+]?)0([0-7]+)", text)
    try:
        return int(f"{octal[1]}0o{octal[2]}" if octal else text, 0)
    except ValueError:
        return float(text)


def _date(loader: yaml.CSafeLoader, node: yaml.ScalarNode) -> str:
    # The CLI makes a time of it, and a text of that again.
    return f"{loader.construct_scalar(node)} 00:00:00 +0000 UTC"


_Loader.add_constructor("tag:yaml.org,2002:int", _number)
_Loader.add_constructor("tag:yaml.org,2002:timestamp", _date)


def read_mapping(file: Path) -> dict[str, Any]:
    """The mapping that a file holds; an empty file holds an empty one.

    Raises :class:`ProjectError` where it cannot be read, with the line where there is one.
    """
    try:
        text = file.read_text("utf-8")
        check_depth(text)
        data = yaml.load(text, _Loader)  # noqa: S506 - a safe loader's child
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f":{mark.line + 1}" if mark else ""
        raise ProjectError(f"{file}{line}: malformed YAML: {error.problem}") from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ProjectError(f"{file}: cannot be read: {error}") from error
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise ProjectError(f"{file}:1: must be a mapping (name: ..., runtime: python)")
    return data


def as_text(value: Any) -> str:
    """A configuration value as the program gets it: every one is a text."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping | list):
        return json.dumps(value, default=str, separators=(",", ":"), sort_keys=True)
    if isinstance(value, float) and value.is_integer() and abs(value) < _LARGEST_PLAIN:
        return str(int(value))
    return str(value)
