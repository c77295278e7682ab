"""The list of what Checkov's checks read is that of the Checkov that is installed."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from compliance.checkov.environment import interpreter
from compliance.checkov.inspected import path_of

CHECKOV = Path(__file__).parents[3] / "compliance" / "checkov"


@pytest.mark.usefixtures("checkov")
def test_the_list_is_of_the_installed_checkov() -> None:
    done = subprocess.run(
        [interpreter(), "-I", str(CHECKOV / "inspected_by_checkov.py")],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert done.stdout == (CHECKOV / "inspected.json").read_text("utf-8")


def test_both_kinds_of_checks_are_there() -> None:
    checks = json.loads((CHECKOV / "inspected.json").read_text("utf-8"))["checks"]
    assert sum(each["graph"] for each in checks.values()) > 50
    assert checks["CKV_AWS_28"]["types"] == ["aws_dynamodb_table"]
    assert "type" in checks["CKV2_AWS_34"]["attributes"]
    # Both ends of a connection are read.
    assert checks["CKV2_AWS_31"]["connects"]
    assert checks["CKV2_AWS_31"]["types"] == [
        "aws_wafv2_web_acl", "aws_wafv2_web_acl_logging_configuration",
    ]  # fmt: skip


@pytest.mark.parametrize("path", ["a/[0]/b/[1]", "a/0/b", "a[0].b", "a[].b", "/a//b"])
def test_a_path_is_written_in_one_way(path: str) -> None:
    assert path_of(path) == "a/b"
