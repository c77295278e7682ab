"""What two packages' sources say of AWS's resource types: pulumi-aws, and CDK for Terraform's.

Both packages are only read; nothing of them is imported.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from typing import Final

from payment_guardrails.refresh_sources import Members

_NOT_INPUTS: Final = {"__self__", "resource_name", "opts", "__props__"}
_CLASS: Final = re.compile(r"^class (\w+)", re.MULTILINE)
_GETTER: Final = re.compile(
    r'@pulumi\.getter(?:\(name="(\w+)"\))?\s+def (\w+)\(self\) -> (.*?):'
    r'\n        (?:"""|return)',
    re.DOTALL,
)
_PARAM: Final = re.compile(r":param (\w+): (.*?)\{@link \S+#(\w+) ")
_TYPE: Final = re.compile(r"^# `(aws_\w+)`", re.MULTILINE)
_STRUCT: Final = re.compile(r"'(\w+)', typing\.Dict\[")


@dataclass(frozen=True)
class Given:
    """A property of Pulumi: its name there, and the annotation of its type."""

    name: str
    annotation: str

    @property
    def inside(self) -> str | None:
        """The class of the objects in it.

        None for a map, whose keys are its owner's, and for a document that may be text too.
        """
        if "Mapping[" in self.annotation or "PolicyDocument" in self.annotation:
            return None
        found = re.search(r"'(?:[\w.]*\.)?(\w+)Args'", self.annotation)
        return found[1] if found else None

    @property
    def scalar(self) -> bool:
        """It is neither a list, a map nor an object."""
        return not re.search(r"Sequence\[|Mapping\[|Args'", self.annotation)


@dataclass(frozen=True)
class Argument:
    """An argument of Terraform; `inside` names the struct of the objects in it."""

    name: str
    many: bool
    block: bool
    inside: str | None


Structs = Mapping[str, list[Argument]]


def inputs_of(members: Members) -> Iterator[Given]:
    """What a resource class takes."""
    names = {name: _camel(each) or name for name, each in members.items()}
    arguments = members["_internal_init"].args
    for each in (*arguments.args, *arguments.kwonlyargs):
        if each.arg not in _NOT_INPUTS and each.annotation is not None:
            yield Given(names.get(each.arg.rstrip("_"), each.arg), ast.unparse(each.annotation))


def _camel(function: ast.FunctionDef) -> str | None:
    for each in function.decorator_list:
        found = re.search(r"getter\(name='(\w+)'\)", ast.unparse(each))
        if found:
            return found[1]
    return None


@cache
def objects_of(module: str) -> Mapping[str, list[Given]]:
    """The nested types of a module of pulumi-aws, by class name without its `Args`."""
    file = Path(str(distribution("pulumi-aws").locate_file("pulumi_aws"))) / module / "_inputs.py"
    if not file.exists():
        return {}
    return {
        name.removesuffix("Args"): [
            Given(camel or plain, annotation) for camel, plain, annotation in _GETTER.findall(body)
        ]
        for name, body in _classes(file.read_text("utf-8"))
        if name.endswith("Args")
    }


def _classes(source: str) -> Iterator[tuple[str, str]]:
    pieces = _CLASS.split(source)
    yield from zip(pieces[1::2], pieces[2::2], strict=True)


def terraform_types(package: Path) -> Iterator[tuple[str, tuple[list[Argument], Structs]]]:
    """The types in the unpacked package: name, arguments, and the structs that these refer to."""
    for file in sorted(package.glob("*/__init__.py")):
        if file.parent.name.startswith("data_aws_"):
            continue
        source = file.read_text("utf-8")
        found = _TYPE.search(source[:400])
        if found:
            structs: dict[str, list[Argument]] = {}
            root: list[Argument] = []
            for name, body in _classes(source):
                if "TerraformMetaArguments" in body[:120]:
                    root = list(_arguments(body))
                elif body.startswith(":"):
                    structs[name] = list(_arguments(body))
            yield found[1], (root, structs)


def _arguments(body: str) -> Iterator[Argument]:
    head, _, rest = body.partition("'''")
    signature = head[head.index("def __init__") :].partition("-> None:")[0]
    function = ast.parse(f"{signature}-> None: pass").body[0]
    if not isinstance(function, ast.FunctionDef):
        return
    types = {
        each.arg: ast.unparse(each.annotation)
        for each in function.args.kwonlyargs
        if each.annotation
    }
    for name, words, terraform in _PARAM.findall(rest.partition("'''")[0]):
        annotation = types.get(name, "")
        inside = _STRUCT.search(annotation)
        yield Argument(
            terraform,
            many="Sequence[" in annotation,
            block=words.startswith(f"{terraform} block."),
            inside=inside[1] if inside else None,
        )
