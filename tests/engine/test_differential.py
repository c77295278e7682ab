"""The offline engine, the real preview and the deployed state say the same of a program.

One difference is allowed, and this is all of it: where one engine does not know a value
that the other knows, its verdict can be `undecided`. It is tested exactly. The offline
stack is judged again with the values unknown that the real preview did not know, and those
verdicts are the real ones. After deployment all values are known: what was undecided is
decided, and all other verdicts are as they were.
"""

from __future__ import annotations

import os
import shutil
import zlib
from pathlib import Path
from typing import Final

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, seed, settings
from payment_guardrails.stack import ROOT_TYPE, Stack

from tests.engine.cli import ROOT, Surroundings, surroundings
from tests.engine.differential import (
    UNDECIDED,
    Previewed,
    Verdicts,
    deployed,
    differences,
    judged,
    lacks,
    masked,
    offline,
    preview,
)
from tests.engine.generated import programs
from tests.engine.outside import make_outside
from tests.whole_programs import PROGRAMS, expected, folders, stack_name

COUNT: Final = int(os.environ.get("DIFFERENTIAL_PROGRAMS", "8"))
"""How many programs Hypothesis writes; `make differential` asks for 200."""
SHARDS: Final = 8
DEPLOYED_OF: Final = 4
"""One in about so many is also deployed."""
_NO_SOURCES: Final = shutil.ignore_patterns(".*", "build", "tests", "venv", "__pycache__")


def of_the_program(verdicts: Verdicts) -> Verdicts:
    """The verdicts without those on what the engine adds: its default providers."""
    return {
        (rule, urn): verdict
        for (rule, urn), verdict in verdicts.items()
        if not (urn and _is_the_engines(urn))
    }


def assert_same_knowledge_same_verdicts(stack: Stack, seen: Previewed) -> None:
    """The real preview's verdicts are the offline ones, but for what it could not know."""
    known, common = judged(stack), judged(masked(stack, seen))
    shown = {key: verdict for key, verdict in common.items() if key[1] in seen.inputs}
    apart = differences(shown, of_the_program(seen.verdicts))
    if lacks(stack, seen):
        apart = {key: pair for key, pair in apart.items() if pair[0] != UNDECIDED}
    assert apart == {}, "(offline, knowing what the preview knew; real preview)"
    lost = {key: pair for key, pair in differences(known, common).items() if pair[1] != UNDECIDED}
    assert lost == {}, "(offline; offline, knowing what the preview knew)"


def assert_deployment_decides(stack: Stack, exists: Stack) -> None:
    """The state's verdicts are the offline ones, and decide what was undecided."""
    assert {urn for urn in exists.by_urn if not _is_the_engines(urn)} == set(stack.by_urn)
    known, deployed_verdicts = judged(stack), of_the_program(judged(exists))
    apart = differences(known, deployed_verdicts)
    assert {key: pair for key, pair in apart.items() if pair[0] != UNDECIDED} == {}
    undecided = {key for key, verdict in deployed_verdicts.items() if verdict == UNDECIDED}
    # What other accounts and stacks hold stays undecided: it is no value of this stack.
    assert undecided <= {key for key, verdict in known.items() if verdict == UNDECIDED}


def prepared(program: Path, copy: Path, real: Surroundings) -> Path:
    """A copy of a program that a CLI can run: a project, its secrets, the stacks it refers to."""
    shutil.copytree(program, copy, ignore=_NO_SOURCES)
    if not (copy / "Pulumi.yaml").exists():
        (copy / "Pulumi.yaml").write_text(f"name: {copy.name}\nruntime: python\n")
    stack = stack_name(copy)
    secret = _secret_keys(copy, stack)
    real.pulumi("stack", "init", stack, cwd=copy)
    for key in secret:
        real.pulumi("config", "set", "--secret", key, "of-a-test", "--stack", stack, cwd=copy)
    make_outside(copy, real)
    return copy


def _secret_keys(program: Path, stack: str) -> list[str]:
    """Take the encrypted values out of the stack's file: nobody has their passphrase."""
    file = program / f"Pulumi.{stack}.yaml"
    content = yaml.safe_load(file.read_text("utf-8")) if file.exists() else {}
    config = content.get("config", {})
    secret = [key for key, value in config.items() if isinstance(value, dict) and "secure" in value]
    if secret:
        content["config"] = {key: value for key, value in config.items() if key not in secret}
        file.write_text(yaml.safe_dump(content))
    return secret


def _deployable() -> list[Path]:
    """The whole programs, but for those that say why the real engine cannot run them here."""
    return [program for program in folders(PROGRAMS) if "not_deployed" not in expected(program)]


@pytest.mark.parametrize("program", [ROOT, *_deployable()], ids=lambda program: program.name)
def test_a_whole_program_gets_the_same_verdicts(
    program: Path, real: Surroundings, tmp_path: Path
) -> None:
    copy = prepared(program, tmp_path / program.name, real)
    stack = offline(copy)

    seen = preview(real, copy, stack_name(copy), tmp_path)
    assert_same_knowledge_same_verdicts(stack, seen)
    assert {urn for urn in seen.inputs if not _is_the_engines(urn)} <= set(stack.by_urn)

    # What is made inside `apply` is not in a first preview: it is in the state.
    assert_deployment_decides(stack, deployed(real, copy, stack_name(copy), tmp_path))


def _is_the_engines(urn: str) -> bool:
    """What the engine adds by itself, or shows of what a program only reads."""
    type_, name = urn.split("::")[2:4]
    is_default = type_.startswith("pulumi:providers:") and name.startswith("default")
    return is_default or type_ in (ROOT_TYPE, "pulumi:pulumi:StackReference")


@pytest.fixture
def generated(real: Surroundings, tmp_path: Path) -> tuple[Surroundings, Path]:
    """A project whose program is written anew for each example."""
    program = tmp_path / "generated"
    program.mkdir()
    (program / "Pulumi.yaml").write_text("name: generated\nruntime: python\n")
    (program / "Pulumi.dev.yaml").write_text(
        "config:\n  aws:region: us-east-1\n  aws:defaultTags: {tags: {ManagedBy: pulumi}}\n"
    )
    real.pulumi("stack", "init", "dev", cwd=program)
    return real, program


@pytest.mark.parametrize("shard", range(SHARDS))
def test_a_generated_program_gets_the_same_verdicts(
    shard: int, generated: tuple[Surroundings, Path], tmp_path: Path
) -> None:
    real, program = generated

    @seed(shard)
    @settings(
        max_examples=max(1, COUNT // SHARDS),
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        deadline=None,
        database=None,
    )
    @given(programs())
    def check(source: str) -> None:
        (program / "__main__.py").write_text(source)
        stack = offline(program, "dev")
        assert_same_knowledge_same_verdicts(stack, preview(real, program, "dev", tmp_path))
        # Which ones follows from the text, so that an example can be run again.
        number = zlib.crc32(source.encode())
        if number % DEPLOYED_OF == 0:
            assert_deployed_like_offline(program, stack, tmp_path / f"deployment{number}")

    check()


def assert_deployed_like_offline(program: Path, stack: Stack, home: Path) -> None:
    """Deploy to an account of its own: all is decided, as the offline engine had it."""
    shutil.rmtree(home, ignore_errors=True)
    with surroundings(home) as real:
        real.pulumi("stack", "init", "dev", cwd=program)
        exists = deployed(real, program, "dev", home)
    assert_deployment_decides(stack, exists)
    assert UNDECIDED not in judged(exists).values()
