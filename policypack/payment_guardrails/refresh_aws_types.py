"""Writes `aws_types.json` from the installed pulumi-aws: which types take tags, and a region.

Run it where pulumi-aws is installed: `python refresh_aws_types.py`. It reads the sources of the
SDK, which are generated from the provider's schema, and imports nothing of them. Only a type
that also has a `tagsAll` has tags of its own: elsewhere `tags` select other resources.
"""

from __future__ import annotations

import ast
import json
import re
from importlib.metadata import version
from pathlib import Path
from typing import Final

from payment_guardrails.refresh_sources import Members, resource_classes

TARGET: Final = Path(__file__).with_name("aws_types.json")
_TOKEN: Final = re.compile(r"aws:(?P<module>[^/:]+)/(?P<first>.)(?P<rest>[^/:]*):(?P<name>\w+)")
_TAGGED: Final = "t"
_TAGGED_BY_LIST: Final = "l"
_REGIONAL: Final = "r"


def main() -> None:
    """Write the data file, the same bytes for the same version of pulumi-aws."""
    modules: dict[str, dict[str, str]] = {}
    for token, members in resource_classes():
        module, name = _parts(token)
        modules.setdefault(module, {})[name] = _letters(members)
    partial = TARGET.with_suffix(".partial")
    partial.write_text(_text(modules), "utf-8")
    partial.replace(TARGET)


def _letters(members: Members) -> str:
    inputs = {each.arg: each.annotation for each in members["_internal_init"].args.args}
    letters = ""
    tags = inputs.get("tags")
    if tags is not None and "tags_all" in members:
        letters += _TAGGED
    elif tags is not None and "Sequence" in ast.unparse(tags):
        letters += _TAGGED_BY_LIST
    return letters + (_REGIONAL if "region" in inputs else "")


def _parts(token: str) -> tuple[str, str]:
    """The module and the class; raises ValueError where the type does not follow from them."""
    found = _TOKEN.fullmatch(token)
    if found is None or found["first"].upper() + found["rest"] != found["name"]:
        raise ValueError(f"{token} is not named after its class; the data cannot hold it")
    return found["module"], found["name"]


def _text(modules: dict[str, dict[str, str]]) -> str:
    """The file: a line for each module, so that a difference can be read."""
    head = {
        "source": f"pulumi-aws {version('pulumi-aws')}, the resource classes of the Python SDK",
        "version": version("pulumi-aws"),
        "letters": {
            _TAGGED: "has `tags`, a mapping, and takes default tags",
            _TAGGED_BY_LIST: "has `tags`, a list of keys and values, and takes no default tags",
            _REGIONAL: "has a `region`: the resource is in one",
        },
    }
    lines = ",\n".join(
        f"    {json.dumps(module)}: {json.dumps(dict(sorted(names.items())))}"
        for module, names in sorted(modules.items())
    )
    return f'{json.dumps(head, indent=2)[:-2]},\n  "types": {{\n{lines}\n  }}\n}}\n'


if __name__ == "__main__":
    main()
