"""Where a project is in its repository, so that a pipeline finds the line of a finding."""

from __future__ import annotations

from pathlib import Path

from compliance.project_folder import in_repository


def test_a_project_below_the_root_of_a_repository_is_named_from_there(tmp_path: Path) -> None:
    project = tmp_path / "services" / "payments"
    project.mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    assert in_repository(project) == "services/payments"


def test_the_nearest_repository_counts_also_where_it_is_a_work_tree(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    inner = tmp_path / "inner"
    (inner / "project").mkdir(parents=True)
    (inner / ".git").write_text("gitdir: ../elsewhere\n")
    assert in_repository(inner / "project") == "project"


def test_the_root_of_a_repository_and_no_repository_need_no_name(tmp_path: Path) -> None:
    assert in_repository(tmp_path) == ""
    (tmp_path / ".git").mkdir()
    assert in_repository(tmp_path) == ""
