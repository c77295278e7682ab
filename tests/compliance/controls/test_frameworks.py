"""A team's own frameworks stand beside the built-in ones, and never in their place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from compliance.controls import FOLDER, ControlsError, load_frameworks
from tests.compliance.controls.framework_files import MANUAL, ROW, framework, row, write

BUILT_IN = load_frameworks()


def test_a_teams_frameworks_come_after_the_built_in_ones_by_file_name(tmp_path: Path) -> None:
    folder = write(tmp_path / "controls", framework(ROW, framework="B"), "b.yaml")
    write(folder, framework(MANUAL, framework="A"), "a.yml")
    write(folder, "not read", "README.md")
    write(folder, "not read: [", ".a.yaml")
    *built_in, first, second = load_frameworks(folder)
    assert tuple(built_in) == BUILT_IN
    assert (first.name, second.name) == ("A", "B")


def test_several_folders_may_be_given(tmp_path: Path) -> None:
    one = write(tmp_path / "one", framework(ROW, framework="Z"))
    two = write(tmp_path / "two", framework(ROW, framework="A"))
    assert [each.name for each in load_frameworks(one, two)[-2:]] == ["Z", "A"]


def test_another_version_of_a_framework_is_another_framework(tmp_path: Path) -> None:
    folder = write(tmp_path / "controls", framework(ROW, framework="PCI DSS", version="v3.2.1"))
    versions = {each.version for each in load_frameworks(folder) if each.name == "PCI DSS"}
    assert versions == {"v3.2.1", "v4.0.1"}


@pytest.mark.parametrize("name", ["PCI DSS", "pci dss"])
def test_a_built_in_framework_is_not_replaced_and_both_files_are_named(
    tmp_path: Path, name: str
) -> None:
    folder = write(tmp_path / "controls", framework(ROW, framework=name, version="v4.0.1"))
    with pytest.raises(ControlsError) as caught:
        load_frameworks(folder)
    assert str(folder / "house.yaml") in str(caught.value)
    assert str(FOLDER / "pci-dss-v4.0.1.yaml") in str(caught.value)


def test_two_files_of_a_team_cannot_hold_one_framework(tmp_path: Path) -> None:
    folder = write(tmp_path / "controls", framework(ROW), "a.yaml")
    write(folder, framework(MANUAL), "b.yaml")
    with pytest.raises(ControlsError, match=r"b\.yaml: House rules 1 is in .*a\.yaml already"):
        load_frameworks(folder)


def test_a_fault_in_a_file_names_the_file_the_line_and_the_row(tmp_path: Path) -> None:
    folder = write(tmp_path / "controls", framework(MANUAL, row(rules=["no-such-rule"])))
    with pytest.raises(ControlsError) as caught:
        load_frameworks(folder)
    assert str(caught.value).startswith(f"{folder / 'house.yaml'}:6: control 1.1: there is no rule")


def test_the_rules_of_another_pack_may_be_named_where_they_are_given(tmp_path: Path) -> None:
    folder = write(tmp_path / "controls", framework(row(rules=["their-rule"])))
    *_, found = load_frameworks(folder, rules={"their-rule"})
    assert found.controls[0].rules == ("their-rule",)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: None, "cannot be read: No such file or directory; name a folder"),
        (lambda path: path.write_text(""), "cannot be read: Not a directory; name a folder"),
        (lambda path: path.mkdir(), "holds no framework"),
    ],
)
def test_a_folder_that_has_no_framework_is_named(
    tmp_path: Path, make: Callable[[Path], object], words: str
) -> None:
    make(tmp_path / "controls")
    with pytest.raises(ControlsError, match=words) as caught:
        load_frameworks(tmp_path / "controls")
    assert str(caught.value).startswith(str(tmp_path / "controls"))


def test_a_link_that_leads_nowhere_is_a_fault_and_not_overlooked(tmp_path: Path) -> None:
    folder = write(tmp_path / "controls", framework(ROW))
    (folder / "gone.yaml").symlink_to(tmp_path / "nowhere")
    with pytest.raises(ControlsError, match=r"gone\.yaml: cannot be read"):
        load_frameworks(folder)
