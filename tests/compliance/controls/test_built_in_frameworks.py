"""The built-in maps from controls to rules: whole, honest, and of ids that exist."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from payment_guardrails.rules import registered

from compliance.controls import FOLDER, Control, Framework, load_frameworks

# What each framework and version has, and the families that the rules touch (by their beginning).
VALID: dict[str, Any] = json.loads(Path(__file__).with_name("valid_ids.json").read_text())
FRAMEWORKS = {f"{each.name} {each.version}": each for each in load_frameworks()}
NAMES = sorted(FRAMEWORKS)


def controls() -> Iterator[tuple[Framework, Control]]:
    for framework in FRAMEWORKS.values():
        for control in framework.controls:
            yield framework, control


def control(framework: str, id_: str) -> Control:
    found = FRAMEWORKS[framework].control(id_)
    assert found is not None
    return found


def test_the_five_frameworks_that_are_asked_for_are_here() -> None:
    assert set(NAMES) == set(VALID)


@pytest.mark.parametrize("name", NAMES)
def test_every_id_exists_and_the_families_that_are_touched_are_whole(name: str) -> None:
    valid = VALID[name]
    families = tuple(valid["families"])
    ids = [each.id for each in FRAMEWORKS[name].controls]
    assert len(ids) == len(set(ids))
    assert set(ids) == {id_ for id_ in valid["ids"] if id_.startswith(families)}


@pytest.mark.parametrize("name", NAMES)
def test_each_family_is_here_because_a_rule_or_the_gate_itself_touches_it(name: str) -> None:
    touched = [
        each.id for each in FRAMEWORKS[name].controls if each.rules or "this gate" in each.evidence
    ]
    for family in VALID[name]["families"]:
        assert any(id_.startswith(family) for id_ in touched), family


def test_controls_are_in_the_order_of_their_framework() -> None:
    for name, framework in FRAMEWORKS.items():
        order = list(VALID[name]["ids"])
        ids = [each.id for each in framework.controls]
        assert ids == sorted(ids, key=order.index), name


def test_every_rule_is_mapped_or_left_out_with_a_reason() -> None:
    mapped = {rule for _, each in controls() for rule in each.rules}
    unmapped = json.loads((FOLDER / "unmapped.json").read_text())
    assert mapped | set(unmapped) == set(registered())
    assert not mapped & set(unmapped)
    assert all(len(reason) > 20 for reason in unmapped.values())


def test_nothing_is_automated_in_full_but_checks_of_single_settings() -> None:
    """A requirement of a framework for organizations asks for more than any rule shows."""
    whole = {
        (framework.name, each.id) for framework, each in controls() if each.kind == "automated"
    }
    assert whole == {
        ("AWS FSBP", "APIGateway.3"), ("AWS FSBP", "DynamoDB.2"), ("AWS FSBP", "Lambda.2"),
        ("AWS FSBP", "SQS.1"),
    }  # fmt: skip


def test_seven_day_logs_do_not_satisfy_a_year_of_audit_history() -> None:
    found = control("PCI DSS v4.0.1", "10.5.1")
    assert found.kind == "manual"
    assert "7 days" in found.note
    for framework, each in controls():
        if framework.name == "PCI DSS":
            assert "logs-group-retention" not in each.rules


def test_encryption_of_disks_does_not_make_card_numbers_unreadable() -> None:
    for framework, each in controls():
        if framework.name == "PCI DSS":
            assert not {rule for rule in each.rules if rule.endswith("-encrypted")} - {
                "ssm-parameter-secret-encrypted"
            }, each.id
    assert "3.5.1.2" in control("PCI DSS v4.0.1", "3.5.1").note


@pytest.mark.parametrize("id_", ["CM-2", "CM-3"])
def test_a_switch_against_deletion_shows_no_process_of_change(id_: str) -> None:
    assert control("NIST SP 800-53 r5", id_).kind == "manual"
    assert control("AWS FSBP v1.0.0", "DynamoDB.6").rules == ("dynamodb-table-deletion-protection",)


def test_an_api_key_counts_in_part_only() -> None:
    for _, each in controls():
        if "apigateway-method-authorized" in each.rules:
            assert each.kind == "partial"
            assert "identity" in each.note


def test_a_rule_for_all_resource_policies_says_so_where_a_control_is_about_one_kind() -> None:
    for framework, each in controls():
        if framework.name == "AWS FSBP" and "resource-policy-not-public" in each.rules:
            assert "something else fails this too" in each.note


def test_each_nist_note_ends_with_the_baselines_that_the_control_is_in() -> None:
    baselines = VALID["NIST SP 800-53 r5"]["ids"]
    for each in FRAMEWORKS["NIST SP 800-53 r5"].controls:
        letters = baselines[each.id]
        expected = f"({' '.join(letters)})" if letters else "(in no baseline)"
        assert each.note.endswith(expected), each.id


def test_the_maps_say_nothing_of_one_stack_that_no_rule_tests() -> None:
    """They are in the report of every program; what only our own stack does is no evidence."""
    for _, each in controls():
        text = f"{each.note} {each.evidence}".lower()
        assert not re.search(r"handler|webhook|notifier|merchant", text), each.id


def test_titles_are_sentences_of_ours_and_not_orders_of_a_benchmark() -> None:
    for framework, each in controls():
        if framework.name != "NIST SP 800-53":
            assert not each.title.startswith("Ensure"), each.id
            assert " should " not in each.title, each.id
        assert not each.title.endswith("."), each.id


def test_every_manual_control_says_what_a_person_brings_in_a_sentence() -> None:
    for framework, each in controls():
        if each.kind == "manual":
            assert len(each.evidence) > 10, (framework.name, each.id)
            assert each.evidence.endswith("."), (framework.name, each.id)
