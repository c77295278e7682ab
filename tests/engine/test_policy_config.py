"""The project's own policy configuration, and the recording it names, under the real CLI."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from tests.engine.cli import Surroundings
from tests.engine.gate_run import gate, report
from tests.engine.test_plain_command import preview, shop

RULE: Final = "iam-grants-are-used"
FUNCTION: Final = """
import json, pulumi, pulumi_aws as aws
trust = {"Effect": "Allow", "Action": "sts:AssumeRole",
         "Principal": {"Service": "lambda.amazonaws.com"}}
role = aws.iam.Role("role", name="role", assume_role_policy=json.dumps({"Statement": [trust]}))
aws.lambda_.Function(
    "work", name="work", runtime="python3.13", handler="app.work", role=role.arn,
    code=pulumi.AssetArchive({"app.py": pulumi.StringAsset("def work(event, context): ...")}),
)
"""


def with_configuration(program: Path) -> dict[str, Any]:
    configuration = {
        "all": "disabled",
        RULE: {"enforcementLevel": "mandatory", "recording": "compliance/use.json"},
    }
    (program / "compliance").mkdir()
    (program / "compliance" / "policy-config.json").write_text(json.dumps(configuration))
    (program / "compliance" / "use.json").write_text('{"functions": {}}')
    return configuration


def test_both_engines_take_it_and_find_the_same_recording(
    real: Surroundings, tmp_path: Path
) -> None:
    program = shop(real, tmp_path, FUNCTION)
    with_configuration(program)

    done = gate(real, program, tmp_path / "out")
    offline = gate(real, program, tmp_path / "off", "--engine", "offline")

    assert (done.returncode, offline.returncode) == (1, 1), done.stdout + done.stderr
    ours, theirs = report(tmp_path / "out"), report(tmp_path / "off")
    assert ours["pack"]["configuration"] == theirs["pack"]["configuration"]
    assert ours["pack"]["configuration"][RULE]["recording"] == "compliance/use.json"
    assert [each["message"] for each in ours["results"]] == [
        "handler app.work was not recorded; the recording must tell what the function uses"
    ]
    assert ours["results"] == theirs["results"]


def test_a_plain_preview_finds_the_recording_in_the_project(
    real: Surroundings, tmp_path: Path
) -> None:
    program = shop(real, tmp_path, FUNCTION)
    configuration = with_configuration(program)

    found = preview(real, program, configuration)
    (program / "compliance" / "use.json").unlink()
    missed = preview(real, program, configuration)

    assert found.violations() == {(RULE, "work")}
    assert "handler app.work was not recorded" in found.said
    assert missed.stopped
    assert "compliance/use.json: there is no such file; record the functions anew" in missed.said
