"""A team takes the gate on an old program: it keeps a baseline, and only news are red."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from compliance.command_line import main

PROGRAMS = Path(__file__).parents[2] / "programs"
DAY = ["--as-of", "2026-11-28"]
OPEN_QUEUE = """
aws.sqs.Queue("late", name=f"late-{suffix}", tags=tags)
"""


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project of an old program, with its baseline in `baseline/`."""
    project = tmp_path_factory.mktemp("old") / "payments"
    shutil.copytree(PROGRAMS / "published-payments", project)
    assert gate(project, "--format", "json", out="baseline") == 1
    return project


@pytest.fixture
def project(old: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(old, tmp_path / "payments"))


def gate(project: Path, *arguments: str, out: str = "out") -> int:
    return main(["gate", "--program", str(project), "--out", str(project / out), *DAY, *arguments])


def against(project: Path) -> list[str]:
    return ["--base", str(project / "baseline" / "report.json"), "--format", "json"]


def difference(project: Path) -> Any:
    return json.loads((project / "out" / "difference.json").read_text())


def test_an_old_program_is_green_until_something_is_new(project: Path, capsys: Any) -> None:
    assert gate(project, *against(project), "--fail-on", "new") == 0
    said = capsys.readouterr().out
    assert "PASSED  against published-payments (dev): Nothing mandatory is new; 11" in said
    assert difference(project)["counts"]["newly_blocking"] == 0
    assert difference(project)["counts"]["findings"]["unchanged"] > 11
    assert gate(project, *against(project)) == 1

    source = project / "__main__.py"
    source.write_text(source.read_text() + OPEN_QUEUE)
    assert gate(project, *against(project), "--fail-on", "new") == 1
    said = capsys.readouterr().out
    assert "NEW  sqs-queue-" in said
    assert "late (sqs Queue)" in said
    news = [each for each in difference(project)["findings"] if each["section"] == "new"]
    assert {each["place"] for each in news} == {"aws:sqs/queue:Queue::late"}
    assert [each["name"] for each in difference(project)["resources"]] == ["late"]
    assert (project / "out" / "difference.md").is_file()


def test_a_waiver_that_ends_is_news(project: Path, capsys: Any) -> None:
    baseline = json.loads((project / "baseline" / "report.json").read_text())
    known = next(
        each for each in baseline["results"]
        if each["status"] == "fail" and each["level"] == "mandatory"
    )  # fmt: skip
    waivers = project / "compliance" / "waivers.yaml"
    report = ["--report", str(project / "baseline" / "report.json"), "--waivers", str(waivers)]
    why = ["--reason", "known", "--owner", "payments", "--expires", "2026-12-01", *DAY]
    assert main(["waive", known["id"], *report, *why]) == 0

    assert gate(project, *against(project), "--fail-on", "new") == 0
    assert [
        each["before"]["id"] for each in difference(project)["findings"]
        if each["section"] == "waived"
    ] == [known["id"]]  # fmt: skip

    shutil.copytree(project / "out", project / "baseline", dirs_exist_ok=True)
    later = ["--as-of", "2026-12-02"]
    assert gate(project, *against(project), "--fail-on", "new", *later) == 1
    [back] = [each for each in difference(project)["findings"] if each["section"] == "back"]
    assert back["after"]["id"] == known["id"]
    assert (
        "judged on is not the same: 2026-11-28 in the base, 2026-12-02" in capsys.readouterr().out
    )


def test_rules_that_judge_more_are_told_apart_from_the_program(project: Path, capsys: Any) -> None:
    file = project / "compliance" / "policy-config.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text('{"logs-group-encrypted": "mandatory", "sqs-queue-fifo": "disabled"}')
    assert gate(project, *against(project), "--fail-on", "new") == 1
    said = capsys.readouterr().out
    assert "a difference may come from them and not from the program" in said
    assert "rules only in the base: sqs-queue-fifo" in said
    raised = [each for each in difference(project)["findings"] if each["newly_blocks"]]
    assert {each["rule"] for each in raised} == {"logs-group-encrypted"}
    assert {each["section"] for each in raised} == {"changed"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "malformed JSON"),
        ("{}", "is no valid report"),
        ('{"schema_version": "3.0"}', "another version of the gate wrote it (schema 3.0"),
    ],
)
def test_a_base_that_is_no_report_is_refused_before_the_program_runs(
    content: str, words: str, tmp_path: Path, capsys: Any
) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    (tmp_path / "__main__.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    (tmp_path / "baseline").mkdir()
    base = tmp_path / "baseline" / "report.json"
    base.write_text(content)
    assert gate(tmp_path, *against(tmp_path)) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"compliance: {base}")
    assert words in said
    assert "make one with `compliance gate --format json --out DIR`" in said
    assert not (tmp_path / "ran").exists()
    assert not (tmp_path / "out").exists()


def test_to_fail_on_news_needs_a_base(tmp_path: Path, capsys: Any) -> None:
    assert gate(tmp_path, "--fail-on", "new") == 2
    assert "--fail-on needs --base" in capsys.readouterr().err
