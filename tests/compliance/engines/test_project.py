"""Reading a Pulumi project: every fault names the file and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.project import read_project
from compliance.settings_file import ProjectError


def write(folder: Path, project: str = "name: shop\nruntime: python\n", **stacks: str) -> Path:
    (folder / "Pulumi.yaml").write_text(project)
    (folder / "__main__.py").write_text("")
    for name, text in stacks.items():
        (folder / f"Pulumi.{name}.yaml").write_text(text)
    return folder


@pytest.mark.parametrize(
    ("project", "words"),
    [
        ("name: [", ["Pulumi.yaml:", "malformed YAML"]),
        ("[" * 100_000, ["Pulumi.yaml:1: malformed YAML", "100 levels deep"]),
        ("- a\n", ["must be a mapping"]),
        ("name: x\n", ["no runtime", "runtime: python"]),
        ("name: x\nruntime: nodejs\n", ["nodejs", "Python programs only"]),
        ("name: x\nruntime: {name: go}\n", ["go", "Python"]),
        ("name: x\nruntime: python\nmain: nowhere\n", ["nowhere", "does not exist"]),
        ("name: x\nruntime: python\nmain: [1]\n", ["main must name"]),
    ],
)
def test_a_bad_project_is_named(tmp_path: Path, project: str, words: list[str]) -> None:
    with pytest.raises(ProjectError) as caught:
        read_project(write(tmp_path, project), None, {})
    assert all(word in str(caught.value) for word in words)


def test_no_program_at_all(tmp_path: Path) -> None:
    for program in (tmp_path, tmp_path / "nothing", tmp_path / "x.txt"):
        (tmp_path / "x.txt").write_text("")
        with pytest.raises(ProjectError, match=r"--program|Pulumi program"):
            read_project(program, None, {})


def test_the_stack_is_the_only_one_or_dev(tmp_path: Path) -> None:
    assert read_project(write(tmp_path), None, {}).stack == "dev"
    assert read_project(tmp_path, "any", {}).stack == "any"
    write(tmp_path, prod="config: {}")
    assert read_project(tmp_path, None, {}).stack == "prod"
    assert read_project(tmp_path, "organization/shop/prod", {}).stack == "prod"
    with pytest.raises(ProjectError, match=r"no stack 'dev'; it has prod"):
        read_project(tmp_path, "dev", {})
    write(tmp_path, test="config: {}")
    with pytest.raises(ProjectError, match="choose one with --stack"):
        read_project(tmp_path, None, {})


def test_configuration_is_read_with_defaults_and_overrides(tmp_path: Path) -> None:
    project = (
        "name: shop\nruntime: {name: python, options: {virtualenv: nowhere}}\n"
        "config: {size: {default: 3}, aws:region: us-west-1, flag: {value: true}}\n"
    )
    stack = (
        "config:\n  shop:list: [1, {a: b}]\n  shop:secret: {secure: AAA}\n  aws:region: eu-west-1"
    )
    read = read_project(write(tmp_path, project, dev=stack), None, {"size": "4", "x:y": "z"})
    assert read.config["shop:size"] == "4"
    assert read.config["shop:flag"] == "true"
    assert read.config["aws:region"] == "eu-west-1"
    assert read.config["x:y"] == "z"
    assert read.config["shop:list"] == '[1,{"a":"b"}]'
    assert read.secret_keys == {"shop:secret"}
    assert "AAA" not in read.config["shop:secret"]
    given_ = read_project(tmp_path, None, {"secret": "plain"})
    assert given_.config["shop:secret"] == "plain"
    assert given_.undecryptable == ()


def test_a_malformed_stack_file_is_named_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=r"Pulumi\.dev\.yaml:2: malformed YAML"):
        read_project(write(tmp_path, dev="config:\n  a: b: c\n"), None, {})
    with pytest.raises(ProjectError, match="config must be a mapping"):
        read_project(write(tmp_path, dev="config: [1]\n"), None, {})


@given(st.text(), st.text())
def test_any_text_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, project: str, stack: str
) -> None:
    folder = tmp_path_factory.mktemp("any")
    (folder / "__main__.py").write_text("")
    (folder / "Pulumi.yaml").write_text(project, "utf-8", "replace")
    (folder / "Pulumi.dev.yaml").write_text(stack, "utf-8", "replace")
    try:
        read_project(folder, None, {})
    except ProjectError as error:
        assert "Pulumi" in str(error)  # noqa: PT017


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("yes", "yes"), ("off", "off"), ("y", "y"), ("true", "true"), ("True", "true"),
        ("FALSE", "false"), ("'true'", "true"), ("12:30", "12:30"), ("12", "12"), ("-3", "-3"),
        ("1_000", "1000"), ("017", "15"), ("0o17", "15"), ("0x1f", "31"), ("0b11", "3"),
        ("089", "89"), ("1e3", "1000"), ("1.0", "1"), (".5", "0.5"), ("1.25", "1.25"),
        ("2026-01-31", "2026-01-31 00:00:00 +0000 UTC"), ("'2026-01-31'", "2026-01-31"),
        ("1.2.3", "1.2.3"), ("0.1.0", "0.1.0"), ("", ""),
        ("{a: on, b: [yes, 1]}", '{"a":"on","b":["yes",1]}'),
    ],
)  # fmt: skip
def test_a_scalar_is_what_the_cli_takes_it_for(written: str, read: str, tmp_path: Path) -> None:
    program = write(tmp_path, dev=f"config:\n  shop:key: {written}\n")
    assert read_project(program, None, {}).config["shop:key"] == read


@pytest.mark.parametrize(
    ("environment", "shown"),
    [("[a, team/b]", "a, team/b"), ("{imports: [a]}", "the one written in the stack's file")],
)
def test_environments_that_nobody_opens_are_told(
    environment: str, shown: str, tmp_path: Path
) -> None:
    program = write(tmp_path, dev=f"environment: {environment}\nconfig: {{}}\n")
    [note] = read_project(program, None, {}).unread
    assert f"environments are not opened: {shown};" in note


def test_a_backend_knows_stacks_without_a_file(tmp_path: Path) -> None:
    program = write(tmp_path, prod="config: {}\n")
    with pytest.raises(ProjectError, match="has no stack 'other'"):
        read_project(program, "other", {})
    assert read_project(program, "acme/shop/other", {}, in_backend=True).stack == "other"
