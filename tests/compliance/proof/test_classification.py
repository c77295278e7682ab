"""The data files speak of all that the installed provider takes, and of nothing else."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from compliance.proof.classification import EVERY_DOCUMENT, TypeEntry, load_weakenings
from tests.compliance.proof.installed import inputs_of, members_of
from tests.offline import evaluate

ROOT = Path(__file__).parents[3]
CLASSES = load_weakenings()
TYPES = sorted(set(CLASSES) - {EVERY_DOCUMENT})
# Texts that hold an object, and mappings whose keys the program chooses.
OPEN = {"redrivePolicy", "tags"}


@cache
def properties_set() -> frozenset[tuple[str, str]]:
    """The properties that our own stack sets, by type."""
    stack = evaluate(ROOT, "dev", {}, 60).stacks[0]
    return frozenset((each.type, name) for each in stack.resources for name in each.inputs)


def entry(type_: str) -> TypeEntry:
    return CLASSES[type_]


def test_every_type_of_our_stack_is_classed() -> None:
    ours = {type_ for type_, _ in properties_set() if not type_.startswith("pulumi:")}
    assert ours - set(TYPES) == set()


@pytest.mark.parametrize("type_", TYPES)
def test_every_property_of_the_installed_provider_is_classed(type_: str) -> None:
    assert set(inputs_of(type_)) - set(entry(type_).properties) == set()


@pytest.mark.parametrize("type_", TYPES)
def test_every_member_of_a_property_that_our_stack_sets_is_classed(type_: str) -> None:
    wanted = {
        f"{name}.{member}"
        for name, value_type in inputs_of(type_).items()
        if (type_, name) in properties_set()
        for member in members_of(value_type)
    }
    assert wanted - set(entry(type_).properties) == set()


@pytest.mark.parametrize("type_", TYPES)
def test_no_entry_names_a_property_that_does_not_exist(type_: str) -> None:
    inputs = inputs_of(type_)
    for path in entry(type_).properties:
        name, _, member = path.partition(".")
        assert name in inputs, path
        assert not member or name in OPEN or member in members_of(inputs[name]), path


@pytest.mark.parametrize("type_", TYPES)
def test_every_property_either_weakens_or_has_its_reason(type_: str) -> None:
    for path, said in entry(type_).properties.items():
        assert said.weakens or said.neutral or said.unclaimed, path


def test_no_rule_reads_the_data_that_examines_it() -> None:
    for file in (ROOT / "policypack").rglob("*.py"):
        if "venv" not in file.parts:
            text = file.read_text("utf-8")
            assert "compliance.proof" not in text, file
            assert "weakenings" not in text, file
