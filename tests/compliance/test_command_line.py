"""The command line: exit codes, messages, reports, through the door users have."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from compliance.command_line import main

ROOT = Path(__file__).parents[2]
BROKEN = """
import pulumi, pulumi_aws as aws
aws.cloudwatch.LogGroup("group", retention_in_days=14)
aws.ssm.Parameter("token", type="String", value=pulumi.Output.secret("hunter2"))
pair = aws.ec2.KeyPair("pair", public_key="ssh-ed25519 AAAA")
aws.iam.Policy("open", policy=pair.key_pair_id)
aws.Provider("unused", region="us-east-1")
"""
SOUND = """
import pulumi_aws as aws
tags = {"Project": "p", "Environment": "dev", "ManagedBy": "pulumi"}
aws.cloudwatch.LogGroup("group", retention_in_days=7, tags=tags)
"""
PYTHON_3_9 = """
import pulumi_aws as aws
aws.lambda_.Function("old", runtime="python3.9", handler="a.b", role="r", s3_bucket="b", s3_key="k")
"""


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("programs")
    for name, source in (("broken", BROKEN), ("sound", SOUND), ("empty", "x = 1")):
        (folder / name).mkdir()
        (folder / name / "__main__.py").write_text(source)
        (folder / name / "Pulumi.yaml").write_text(f"name: {name}\nruntime: python\n")
    return folder


@pytest.fixture(scope="module")
def broken(programs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("broken")
    assert main(["gate", "--program", str(programs / "broken"), "--out", str(out)]) == 1
    return out


def report(folder: Path) -> Any:
    return json.loads((folder / "report.json").read_text())


def test_a_sound_program_passes(programs: Path, tmp_path: Path, capsys: Any) -> None:
    arguments = ["gate", "--program", str(programs / "sound"), "--out", str(tmp_path / "a" / "b")]
    assert main(arguments) == 0
    assert "PASSED" in capsys.readouterr().out
    assert {path.name for path in (tmp_path / "a" / "b").iterdir()} == {
        "report.html", "report.json", "report.md", "report.csv", "manifest.json",
    }  # fmt: skip


def test_failures_name_resource_value_and_fix(programs: Path, tmp_path: Path, capsys: Any) -> None:
    assert main(["gate", "--program", str(programs / "broken"), "--out", str(tmp_path)]) == 1
    printed = capsys.readouterr().out
    for words in (
        "logs-group-retention (medium)",
        "group (cloudwatch LogGroup), __main__.py:3: events are kept 14 days",
        "retention_in_days=7", "UNDECIDED  iam-policy-no-wildcard-action", "FAILED  broken (dev)",
        "note: the account id is not known offline",
    ):  # fmt: skip
        assert words in printed
    assert "\x1b" not in printed


def test_no_secret_reaches_any_output(broken: Path) -> None:
    for path in broken.iterdir():
        assert "hunter2" not in path.read_text()


def test_the_report_is_valid_by_its_own_schema(broken: Path) -> None:
    schema = json.loads((ROOT / "compliance" / "report.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    data = report(broken)
    jsonschema.Draft202012Validator(schema).validate(data)
    ids = [result["id"] for result in data["results"]]
    assert len(ids) == len(set(ids))
    assert data["summary"]["verdict"] == "fail"
    judged = {(result["rule"], result["resource"]) for result in data["results"]}
    assert sum(data["summary"]["statuses"].values()) == len(judged)
    assert [item["name"] for item in data["resources"] if not item["tested"]] == ["unused"]


def test_two_runs_give_the_same_bytes(broken: Path, programs: Path, tmp_path: Path) -> None:
    arguments = ["gate", "--program", str(programs / "broken"), "--out", str(tmp_path), "--quiet"]
    environment = {**os.environ, "TZ": "Asia/Tokyo", "LC_ALL": "C", "PYTHONHASHSEED": "7"}
    subprocess.run(
        [sys.executable, "-m", "compliance", *arguments], env=environment, check=False, cwd=ROOT
    )
    for path in broken.iterdir():
        assert (tmp_path / path.name).read_bytes() == path.read_bytes()


def test_reports_can_be_made_again_from_the_json(broken: Path, tmp_path: Path) -> None:
    assert main(["report", str(broken / "report.json"), "--out", str(tmp_path)]) == 0
    for path in broken.iterdir():
        assert (tmp_path / path.name).read_bytes() == path.read_bytes()


def test_levels_and_options_come_from_the_policy_configuration(
    programs: Path, tmp_path: Path
) -> None:
    configuration = tmp_path / "guardrails.json"
    configuration.write_text(
        json.dumps(
            {
                "all": "disabled",
                "logs-group-retention": {"enforcementLevel": "mandatory", "retentionInDays": 14},
                "iam-policy-no-wildcard-action": "advisory",
            }
        )
    )
    arguments = ["gate", "--program", str(programs / "broken"), "--out", str(tmp_path)]
    assert main([*arguments, "--policy-config", str(configuration)]) == 0
    data = report(tmp_path)
    assert {(item["rule"], item["status"], item["level"]) for item in data["results"]} == {
        ("logs-group-retention", "pass", "mandatory"),
        ("iam-policy-no-wildcard-action", "undecided", "advisory"),
    }
    assert data["pack"]["configuration"]["logs-group-retention"]["retentionInDays"] == 14


@pytest.mark.parametrize(("day", "status"), [("2025-12-14", "pass"), ("2025-12-15", "fail")])
@pytest.mark.parametrize("configured", [False, True])
def test_dates_are_judged_as_of_the_day_that_is_given(
    tmp_path: Path, day: str, status: str, configured: bool
) -> None:
    (tmp_path / "__main__.py").write_text(PYTHON_3_9)
    arguments = ["gate", "--program", str(tmp_path), "--out", str(tmp_path), "--as-of", day]
    if configured:
        # One day counts for all of a report: the command line's.
        options = {"lambda-function-runtime-supported": {"asOf": "2020-01-01"}}
        (tmp_path / "guardrails.json").write_text(json.dumps(options))
        arguments += ["--policy-config", str(tmp_path / "guardrails.json")]
    assert main(arguments) == 1
    data = report(tmp_path)
    rule = "lambda-function-runtime-supported"
    assert [item["status"] for item in data["results"] if item["rule"] == rule] == [status]
    assert data["subject"]["as_of"] == day
    assert data["pack"]["configuration"][rule]["asOf"] == day


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "COMMAND"),
        (["gate", "--nothing"], "--nothing"),
        (["gate", "--program", "no/such/folder"], "no such file or folder"),
        (["gate", "--engine", "state"], "needs --state FILE|DIR"),
        (["gate", "--engine", "other"], "invalid choice"),
        (["gate", "--waivers", "no/waivers.yaml"], "no/waivers.yaml: cannot be read"),
        (["gate", "--base", "no/report.json"], "no/report.json: No such file"),
        (["gate", "--fail-on", "new"], "--fail-on needs --base"),
        (["gate", "--controls", "no/such/folder"], "no/such/folder"),
        (["gate", "--attestations", "no/such/file"], "no/such/file"),
        (["gate", "--sign", "no/such/key"], "no/such/key"),
        (["gate", "--policy-pack", "x"], "--policy-pack is not built yet"),
        (["gate", "--state", "no/such/file"], "no such file or folder"),
        (["gate", "--state", "x", "--engine", "offline"], "--state is for --engine state"),
        (["gate", "--state", "x", "--stack", "dev"], "deployed already"),
        (["gate", "--state", "x", "--config", "a=b"], "deployed already"),
        (["gate", "--format", "pdf"], "there is no format 'pdf'"),
        (["gate", "--format", ","], "names no format"),
        (["gate", "--as-of", "yesterday"], "--as-of must be a date"),
        (["gate", "--config", "a"], "KEY=VALUE"),
        (["gate", "--time-limit", "0"], "greater than 0"),
        (["gate", "--time-limit", "x"], "invalid float"),
        (["rules", "nothing"], "there is no rule 'nothing'"),
        (["report", "no/report.json"], "No such file"),
    ],
)
def test_bad_arguments_are_exit_2_and_one_message(
    arguments: list[str], words: str, capsys: Any
) -> None:
    assert main(arguments) == 2
    shown = capsys.readouterr()
    assert words in shown.err
    assert shown.err.startswith("compliance: ")
    assert "Traceback" not in shown.err
    assert shown.out == ""


def test_nothing_tested_is_no_pass(programs: Path, tmp_path: Path, capsys: Any) -> None:
    arguments = ["gate", "--program", str(programs / "empty"), "--out", str(tmp_path)]
    assert main(arguments) == 2
    assert "nothing was tested" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "malformed JSON"),
        ("[]", "must be an object"),
        ('{"no-such-rule": "advisory"}', "no-such-rule"),
        ('{"logs-group-retention": {"retentionInDays": "x"}}', "logs-group-retention"),
        ("[" * 100_000, "guardrails.json"),
    ],
)
def test_a_bad_policy_configuration_is_named(
    programs: Path, tmp_path: Path, capsys: Any, text: str, words: str
) -> None:
    file = tmp_path / "guardrails.json"
    file.write_text(text)
    arguments = ["gate", "--program", str(programs / "sound"), "--policy-config", str(file)]
    assert main([*arguments, "--out", str(tmp_path / "out")]) == 2
    shown = capsys.readouterr().err
    assert words in shown
    assert str(file) in shown


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"schema_version": "2.0"}'])
def test_a_foreign_report_is_refused(tmp_path: Path, capsys: Any, text: str) -> None:
    file = tmp_path / "report.json"
    file.write_text(text)
    assert main(["report", str(file), "--out", str(tmp_path)]) == 2
    assert str(file) in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_one_message(
    programs: Path, tmp_path: Path, capsys: Any
) -> None:
    (tmp_path / "file").write_text("")
    arguments = ["gate", "--program", str(programs / "sound"), "--out", str(tmp_path / "file")]
    assert main(arguments) == 2
    assert "file" in capsys.readouterr().err


def test_the_rules_are_explained(capsys: Any) -> None:
    assert main(["rules"]) == 0
    listed = capsys.readouterr().out
    assert main(["rules", "iam-policy-no-wildcard-action"]) == 0
    page = capsys.readouterr().out
    assert "iam-policy-no-wildcard-action" in listed
    for words in ("fix:", "options:", "AC-6", "aws:iam/policy:Policy"):
        assert words in page


def test_our_own_stack_passes_with_evidence_for_every_rule(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            sys.executable, "-m", "compliance", "gate", "--quiet", "--out", str(tmp_path / "out"),
        ],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    data = report(tmp_path / "out")
    statuses = data["summary"]["statuses"]
    assert (statuses["undecided"], statuses["waived"]) == (0, 0)
    failed = {
        (result["level"], result["rule"], result["resource"].rpartition("::")[2])
        for result in data["results"]
        if result["status"] == "fail"
    }
    # What the account has once, for all stacks, carries the name of none: see README.md.
    assert failed == {("advisory", "any-resource-name-suffix", "api-gateway-logging")}
    passed = {result["rule"] for result in data["results"] if result["status"] == "pass"}
    unprotected = {"dynamodb-table-deletion-protection"}  # it is for production
    assert passed == {rule["name"] for rule in data["rules"]} - unprotected
