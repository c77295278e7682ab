"""Reading a Pulumi project: every fault names the file and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.project import ProjectError, read_project


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
    assert read.config["shop:list"] == '[1, {"a": "b"}]'
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
