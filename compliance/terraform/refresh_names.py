"""Writes `aws_names.json`: how Terraform's AWS provider names what pulumi-aws names.

Run it where pulumi-aws is installed: `python -m compliance.terraform.refresh_names FOLDER`.
FOLDER is the unpacked package `cdktf_cdktf_provider_aws`, whose sources say each argument of
each Terraform type. It is no dependency of the project: its upstream is archived.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from payment_guardrails.refresh_sources import resource_classes
from payment_guardrails.values import snake_case

from compliance.terraform.provider_sources import (
    Argument,
    Given,
    Structs,
    inputs_of,
    objects_of,
    terraform_types,
)

TARGET: Final = Path(__file__).with_name("aws_names.json")
TYPE_NAMES: Final = Path(__file__).with_name("type_names.json")
_LEAST_OVERLAP: Final = 0.5
_REFERENCES: Final = ("_id", "_name", "_arn")
"""What pulumi-aws leaves off where a property may be given a resource."""
_RENAMED: Final = {
    "code": ("filename",),
    "name": ("function_name", "alarm_name"),
    "version": ("version_label",),
}


def main(package: Path) -> None:
    """Write the data file, the same bytes for the same versions."""
    terraform = dict(terraform_types(package))
    known = _type_names()["types"]
    lines: dict[str, Any] = {}
    for token, members in resource_classes():
        inputs = list(inputs_of(members))
        name = _match(token, inputs, terraform, known)
        if name is not None:
            root, structs = terraform[name]
            module = token.split(":")[1].split("/")[0]
            lines[token] = [name, _converted(inputs, root, structs, objects_of(module))]
    TARGET.write_text(_text(lines), "utf-8")


def _match(
    token: str,
    inputs: list[Given],
    terraform: Mapping[str, tuple[list[Argument], Structs]],
    known: Mapping[str, str],
) -> str | None:
    candidates = [known[token]] if token in known else list(_candidates(token))
    scored = [
        (_overlap(inputs, terraform[each][0]), -place, each)
        for place, each in enumerate(candidates)
        if each in terraform
    ]
    best = max(scored, default=(0.0, 0, ""))
    return best[2] if best[0] >= _LEAST_OVERLAP else None


@cache
def _type_names() -> Mapping[str, Any]:
    """The types, and the modules, whose Terraform name does not follow from their own."""
    names: Mapping[str, Any] = json.loads(TYPE_NAMES.read_text("utf-8"))
    return names


def _candidates(token: str) -> Iterator[str]:
    module, name = token.split(":")[1].split("/")
    snake = snake_case(name)
    for stem in dict.fromkeys((snake, re.sub(r"_?v2$", "", snake), snake.replace("_v2", "v2"))):
        for prefix in (*_type_names()["modules"].get(module, ()), module, ""):
            yield "aws_" + "_".join(each for each in (prefix, stem) if each)
        yield f"aws_{module}{stem}"


def _overlap(inputs: list[Given], arguments: list[Argument]) -> float:
    """The part of the names on both sides that have a partner on the other."""
    skip = {"region", "tags", "tags_all", "id", "timeouts"}
    ours = [each for each in inputs if snake_case(each.name) not in skip]
    theirs = [each for each in arguments if each.name not in skip]
    if not ours and not theirs:
        return 1.0
    pairs = sum(1 for each in _pairs(ours, theirs).values() if each)
    return pairs / max(len(ours), len(theirs))


def _pairs(inputs: list[Given], arguments: list[Argument]) -> dict[str, Argument | None]:
    """Each property with its argument: by the same name, by singular and plural, by reference."""
    left = {each.name: each for each in arguments}
    pairs: dict[str, Argument | None] = {
        each.name: left.pop(snake_case(each.name), None) for each in inputs
    }
    for name, found in list(pairs.items()):
        if found is None:
            partner = next((key for key in left if _forms(key) & _forms(snake_case(name))), None)
            pairs[name] = left.pop(partner) if partner else None
    for name, found in list(pairs.items()):
        if found is None:
            stem = snake_case(name)
            partner = next((stem + end for end in _REFERENCES if stem + end in left), None)
            partner = partner or next((key for key in _RENAMED.get(name, ()) if key in left), None)
            pairs[name] = left.pop(partner) if partner else None
    return pairs


@cache
def _forms(name: str) -> frozenset[str]:
    """The name without underscores, and what it may be in the singular."""
    plain = name.replace("_", "").lower()
    forms = {plain}
    for end, instead in (
        ("ies", "y"),
        ("es", ""),
        ("s", ""),
        ("ices", "ex"),
        ("a", "um"),
        ("sis", "ses"),
        ("a", "on"),
        ("ves", "f"),
        ("men", "man"),
    ):
        if plain.endswith(end):
            forms.add(plain.removesuffix(end) + instead)
    return frozenset(forms)


def _converted(
    inputs: Iterable[Given],
    arguments: list[Argument],
    structs: Structs,
    objects: Mapping[str, list[Given]],
    seen: tuple[str, ...] = (),
) -> dict[str, Any]:
    """What the data says of the properties: only of those that do not follow the rule."""
    inputs = list(inputs)
    pairs = _pairs(inputs, arguments)
    converted: dict[str, Any] = {}
    for given in sorted(inputs, key=lambda each: each.name):
        argument = pairs[given.name]
        name = argument.name if argument else snake_case(given.name)
        inside: dict[str, Any] = {}
        letters = ""
        if given.inside and given.inside not in seen:
            below = structs.get(argument.inside, []) if argument and argument.inside else []
            inside = _converted(
                objects.get(given.inside, []), below, structs, objects, (*seen, given.inside)
            )
        if given.inside:
            if argument is None and "Sequence[" in given.annotation:
                name = _singular(name)
            letters = "b" if argument is None or argument.block or argument.many else ""
        elif given.scalar and argument and argument.many:
            letters = "w"
        if letters or inside or name != snake_case(given.name):
            converted[given.name] = [name, letters, inside] if inside else [name, letters]
    return converted


def _singular(name: str) -> str:
    """Terraform calls a block by its singular; where the struct is not known this is a guess."""
    for end, instead in (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("ss", "ss"), ("s", "")):
        if name.endswith(end):
            return name.removesuffix(end) + instead
    return name


def _text(types: Mapping[str, Any]) -> str:
    head = {
        "source": f"pulumi-aws {version('pulumi-aws')}, and cdktf-cdktf-provider-aws 21.22.1",
        "version": version("pulumi-aws"),
        "letters": {
            "b": "a block: Terraform has a list of objects here",
            "w": "wrapped: a scalar in Pulumi, a list of one in Terraform",
        },
    }
    lines = ",\n".join(
        f"    {json.dumps(each)}: {json.dumps(types[each], separators=(',', ':'))}"
        for each in sorted(types)
    )
    return f'{json.dumps(head, indent=2)[:-2]},\n  "types": {{\n{lines}\n  }}\n}}\n'


if __name__ == "__main__":
    main(Path(sys.argv[1]))
