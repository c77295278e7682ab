"""The workflow on GitHub: who may do what, and the comment that it writes, by its own script."""

from __future__ import annotations

import os
import re
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from compliance.difference.compare import compare
from compliance.difference.forms import difference_texts
from compliance.difference.markdown import MARKER
from compliance.difference.verdict import FailOn
from tests.compliance.difference.evidences import evidence, result

FOLDER = Path(__file__).parents[3] / ".github" / "workflows"
WORKFLOW: Any = yaml.safe_load((FOLDER / "compliance.yml").read_text())
JOBS: dict[str, Any] = WORKFLOW["jobs"]
# `on` is a truth value in YAML 1.1.
TRIGGERS = WORKFLOW[True]


def steps(job: str) -> list[dict[str, Any]]:
    return list(JOBS[job]["steps"])


def test_code_of_a_pull_request_runs_where_nothing_may_be_written() -> None:
    assert "pull_request_target" not in TRIGGERS
    assert "workflow_run" not in TRIGGERS
    assert WORKFLOW["permissions"] == {}
    for name, job in JOBS.items():
        checks_out = any("actions/checkout@" in step.get("uses", "") for step in job["steps"])
        if checks_out:
            assert job["permissions"] == {"contents": "read"}, name
        else:
            assert "head.repo.full_name == github.repository" in job["if"], name
    assert not re.search(r"\$\{\{[^}]*secrets", (FOLDER / "compliance.yml").read_text())


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.yml")), ids=lambda file: file.name)
def test_every_action_is_pinned_to_a_commit_and_no_script_holds_an_expression(file: Path) -> None:
    for job in yaml.safe_load(file.read_text())["jobs"].values():
        for step in job["steps"]:
            assert "${{" not in step.get("run", "")
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", step.get("uses", "a/b@" + "0" * 40))
            if "actions/checkout@" in step.get("uses", ""):
                assert step["with"]["persist-credentials"] is False


GH = """#!/usr/bin/env python3
import json, pathlib, sys
log = pathlib.Path("log.json")
calls = json.loads(log.read_text()) if log.exists() else []
body = pathlib.Path("comment.md").read_text() if "body=@comment.md" in sys.argv else None
log.write_text(json.dumps([*calls, [sys.argv[1:], body]]))
if "--jq" in sys.argv:
    answer = pathlib.Path("answer")
    sys.exit("no rights") if not answer.exists() else print(answer.read_text(), end="")
"""


def comment(folder: Path, answer: str | None) -> tuple[int, list[Any]]:
    """Run the script of the comment's step; its exit status and every call of `gh`."""
    [script] = [step for step in steps("comment") if "run" in step]
    gh = folder / "bin" / "gh"
    gh.parent.mkdir()
    gh.write_text(GH)
    gh.chmod(gh.stat().st_mode | stat.S_IXUSR)
    if answer is not None:
        (folder / "answer").write_text(answer)
    environment = {
        "PATH": f"{gh.parent}:{os.environ['PATH']}", "REPOSITORY": "acme/shop",
        "PULL_REQUEST": "7", "RUN": "https://github.example/run/1",
    }  # fmt: skip
    assert set(script["env"]) - {"GH_TOKEN"} <= set(environment)
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script["run"]],
        cwd=folder, env=environment, check=False, capture_output=True, text=True,
    )  # fmt: skip
    return done.returncode, yaml.safe_load((folder / "log.json").read_text())


def difference(folder: Path) -> str:
    texts = dict(difference_texts(compare(evidence(), evidence(result())), FailOn.NEW))
    (folder / "report").mkdir()
    (folder / "report" / "difference.md").write_text(texts["difference.md"])
    return texts["difference.md"]


def test_the_first_run_writes_a_comment_that_is_found_again_by_its_first_line(
    tmp_path: Path,
) -> None:
    text = difference(tmp_path)
    status, [listed, posted] = comment(tmp_path, "")
    assert status == 0
    assert f'startswith("{MARKER}")' in listed[0][-1]
    assert "github-actions[bot]" in listed[0][-1]
    assert posted[0] == [
        "api", "--silent", "repos/acme/shop/issues/7/comments", "-F", "body=@comment.md",
    ]  # fmt: skip
    assert posted[1].startswith(MARKER)
    assert posted[1].startswith(text)
    assert "(https://github.example/run/1)" in posted[1]


def test_a_later_run_writes_the_same_comment_again(tmp_path: Path) -> None:
    difference(tmp_path)
    status, [_, patched] = comment(tmp_path, "41\n42\n")
    assert status == 0
    assert patched[0][:5] == [
        "api", "--silent", "--method", "PATCH", "repos/acme/shop/issues/comments/41",
    ]  # fmt: skip


def test_no_old_comment_stays_where_there_is_nothing_to_show(tmp_path: Path) -> None:
    status, [_, patched] = comment(tmp_path, "41\n")
    assert status == 0
    assert patched[1].startswith(MARKER)
    assert "could not be evaluated" in patched[1]


def test_where_the_comments_cannot_be_read_no_second_one_is_written(tmp_path: Path) -> None:
    difference(tmp_path)
    status, calls = comment(tmp_path, None)
    assert status != 0
    assert len(calls) == 1
