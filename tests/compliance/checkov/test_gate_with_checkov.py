"""`compliance gate --checkov`, through the command line, with Checkov itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from compliance.command_line import main

ROOT = Path(__file__).parents[3]
# The waivers of our own stack for Checkov's checks are judged on this day.
AS_OF = "2026-12-01"
PROGRAM = """
import pulumi_aws as aws
tags = {"Project": "p", "Environment": "dev", "ManagedBy": "pulumi"}
aws.cloudwatch.LogGroup("group", retention_in_days=7, tags=tags)
aws.sqs.Queue("jobs.fifo", tags=tags)
"""
# The rotation of a key pair is nothing that AWS does; IAM takes a single statement without a
# list around it.
SILENT = """
import json
aws.kms.Key("pair", key_usage="SIGN_VERIFY", customer_master_key_spec="RSA_2048", tags=tags)
statement = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
aws.sqs.QueuePolicy(
    "open",
    queue_url="https://sqs.us-east-1.amazonaws.com/123456789012/jobs.fifo",
    policy=json.dumps({"Version": "2012-10-17", "Statement": statement}),
)
"""
OWN_CHECK = """
from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

class Named(BaseResourceCheck):
    def __init__(self):
        super().__init__(
            name="Log groups say who owns them", id="CKV_ACME_1",
            categories=[CheckCategories.LOGGING],
            supported_resources=["aws_cloudwatch_log_group"],
        )

    def scan_resource_conf(self, conf):
        self.evaluated_keys = ["tags"]
        return CheckResult.PASSED if "Owner" in conf.get("tags", [{}])[0] else CheckResult.FAILED

check = Named()
"""


@pytest.fixture
def program(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    (folder / "compliance").mkdir(parents=True)
    (folder / "__main__.py").write_text(PROGRAM)
    (folder / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    return folder


def gate(program: Path, out: Path, *arguments: str) -> int:
    return main(
        ["gate", "--program", str(program), "--out", str(out), "--format", "json",
         "--as-of", AS_OF, "--checkov", *arguments]
    )  # fmt: skip


def report(out: Path) -> Any:
    data = json.loads((out / "report.json").read_text())
    jsonschema.validate(data, json.loads((ROOT / "compliance/report.schema.json").read_text()))
    return data


@pytest.mark.usefixtures("checkov")
def test_our_own_stack_has_nothing_open_under_checkov(tmp_path: Path, capsys: Any) -> None:
    assert gate(ROOT, tmp_path) == 0
    # The pack's verdict comes first, and the whole one last.
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("PASSED")]
    assert len(lines) == 2
    data = report(tmp_path)
    theirs = [each for each in data["results"] if each["tool"] == "checkov"]
    assert {each["status"] for each in theirs} == {"pass", "waived"}
    assert {each["level"] for each in theirs} == {"advisory"}
    assert len(theirs) > 150
    # No waiver is kept that nothing needs.
    assert {each["status"] for each in data["waivers"]} == {"active"}
    opinion = data["second_opinion"]
    assert opinion["version"] == "3.3.30"
    assert opinion["unseen"] == []
    assert all(each["reading"] for each in opinion["agreement"] if each["verdict"] == "differ")


@pytest.mark.usefixtures("checkov")
def test_own_checks_mandatory_ones_and_a_baseline(program: Path, tmp_path: Path) -> None:
    checks = program / "checks"
    checks.mkdir()
    (checks / "__init__.py").write_text("")
    (checks / "named.py").write_text(OWN_CHECK)
    base, head = tmp_path / "base", tmp_path / "head"
    gate(program, base, "--external-checks-dir", str(checks))
    before = {each["rule"]: each for each in report(base)["results"]}
    assert before["CKV_ACME_1"]["status"] == "fail"
    assert before["CKV_ACME_1"]["level"] == "advisory"
    (program / "compliance" / "checkov.yaml").write_text(
        "mandatory: [CKV_ACME_1]\nexternal-checks: [checks]\n"
    )
    assert gate(program, head) == 1
    failed = {
        each["rule"]
        for each in report(head)["results"]
        if each["status"] == "fail" and each["level"] == "mandatory"
    }
    assert "CKV_ACME_1" in failed
    # What was there before does not stop an old program.
    assert gate(program, base, "--base", str(head / "report.json"), "--fail-on", "new") == 0


@pytest.mark.usefixtures("checkov")
def test_what_checkov_is_silent_on_is_told(program: Path, tmp_path: Path) -> None:
    """A check that cannot tell, and checks that crash, on one resource and on the whole."""
    (program / "__main__.py").write_text(PROGRAM + SILENT)
    checks = program / "checks"
    checks.mkdir()
    # A range has two ends: with three, the operator raises. By itself it does so on each
    # resource, under `or` on the first of the plan.
    condition = (
        "{cond_type: attribute, resource_types: [aws_sqs_queue], attribute: tags,"
        " operator: range_includes, value: 1-2-3}"
    )
    for name, definition in (("1", condition), ("2", f"{{or: [{condition}]}}")):
        (checks / f"broken-{name}.yaml").write_text(
            f"metadata: {{id: CKV2_ACME_{name}, name: Long enough, category: LOGGING}}\n"
            f"definition: {definition}\n"
        )
    gate(program, tmp_path / "out", "--external-checks-dir", str(checks))
    found = {each["rule"]: each for each in report(tmp_path / "out")["results"]}
    unknown = found["CKV_AWS_7"]
    assert unknown["status"] == "not_applicable"
    assert unknown["resource"].endswith("::pair")
    crashed = [found[each] for each in ("CKV_AWS_72", "CKV2_ACME_1", "CKV2_ACME_2")]
    assert {each["status"] for each in crashed} == {"undecided"}
    assert all("crashed" in each["message"] for each in crashed)
    policy, queue, whole = (each["resource"] for each in crashed)
    assert policy.endswith("::open")
    assert queue.endswith("::jobs.fifo")
    assert whole is None


@pytest.mark.usefixtures("checkov")
def test_a_crash_of_checkov_is_one_line(program: Path, tmp_path: Path, capsys: Any) -> None:
    checks = tmp_path / "checks"
    checks.mkdir()
    (checks / "__init__.py").write_text("")
    (checks / "broken.py").write_text("import os\nos._exit(3)\n")
    assert gate(program, tmp_path / "out", "--external-checks-dir", str(checks)) == 2
    shown = capsys.readouterr()
    assert shown.err.startswith("compliance: Checkov ended without a report")
    assert len(shown.err.strip().splitlines()) == 1
    assert not (tmp_path / "out" / "report.json").exists()


@pytest.mark.usefixtures("checkov")
def test_no_connection_is_opened(program: Path, tmp_path: Path) -> None:
    checks = tmp_path / "checks"
    checks.mkdir()
    (checks / "__init__.py").write_text("")
    found = tmp_path / "found"
    (checks / "caller.py").write_text(
        "import socket\n"
        "try:\n"
        "    socket.create_connection(('127.0.0.1', 9), 1)\n"
        "except OSError as error:\n"
        f"    open({str(found)!r}, 'w').write(str(error))\n"
    )
    gate(program, tmp_path / "out", "--external-checks-dir", str(checks))
    assert "without a network" in found.read_text()


@pytest.mark.usefixtures("checkov")
def test_a_time_limit_ends_it(program: Path, tmp_path: Path, capsys: Any) -> None:
    (program / "compliance" / "checkov.yaml").write_text("time-limit: 0.01\n")
    assert gate(program, tmp_path / "out") == 2
    assert "time-limit" in capsys.readouterr().err


def test_without_checkov_it_says_how_to_install_it(
    program: Path, tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert gate(program, tmp_path / "out") == 2
    assert "make checkov-environment" in capsys.readouterr().err


def test_a_folder_that_is_not_there_is_refused(program: Path, tmp_path: Path, capsys: Any) -> None:
    assert gate(program, tmp_path / "out", "--external-checks-dir", "nowhere") == 2
    assert "there is no folder nowhere" in capsys.readouterr().err


def test_own_checks_need_checkov(program: Path, tmp_path: Path, capsys: Any) -> None:
    arguments = ["gate", "--program", str(program), "--external-checks-dir", "."]
    assert main(arguments) == 2
    assert "needs --checkov" in capsys.readouterr().err
