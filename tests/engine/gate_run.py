"""`compliance gate --engine pulumi` as a test runs it, and the programs that many tests share."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.engine.cli import ROOT, Surroundings

SOUND = """
import pulumi_aws as aws
tags = {"Project": "p", "Environment": "dev", "ManagedBy": "pulumi"}
group = aws.cloudwatch.LogGroup("group", name="/x", retention_in_days=7, tags=tags)
"""
CONFIGURED = """
import pulumi, pulumi_aws as aws
days = pulumi.Config().require_int("days")
token = pulumi.Config().require_secret("token")
tags = {"Project": "p", "Environment": "dev", "ManagedBy": "pulumi"}
aws.cloudwatch.LogGroup("group", retention_in_days=days, tags=tags)
aws.ssm.Parameter("token", name="/x/token", type="SecureString", value=token, tags=tags)
"""


def project(folder: Path, source: str, name: str = "shop") -> Path:
    """A project with one program."""
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text(f"name: {name}\nruntime: python\n")
    (folder / "__main__.py").write_text(source)
    return folder


def command(program: Path, out: Path, *arguments: str) -> list[str]:
    """The command that evaluates a program with the real engine."""
    return [
        sys.executable, "-m", "compliance", "gate", "--engine", "pulumi",
        "--program", str(program), "--out", str(out), *arguments,
    ]  # fmt: skip


def gate(
    real: Surroundings, program: Path, out: Path, *arguments: str, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Evaluate a program with the real engine; temporary files go below `out`."""
    temporary = out.parent / "temporary"
    temporary.mkdir(exist_ok=True)
    done = subprocess.run(
        command(program, out, *arguments),
        cwd=ROOT,
        env={**real.environment, "TMPDIR": str(temporary), **variables},
        capture_output=True,
        text=True,
        errors="replace",
        timeout=120,
        check=False,
    )
    left = [path.name for path in temporary.iterdir() if path.name.startswith("compliance-")]
    assert left == [], "the gate leaves nothing behind"
    return done


def report(out: Path) -> Any:
    """The report of a run."""
    return json.loads((out / "report.json").read_text("utf-8"))


def contents(folder: Path) -> Mapping[str, bytes]:
    """Every file below a folder, by its name, but for the byte code that Python writes."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".pyc"
    }


def assert_refused(done: subprocess.CompletedProcess[str], out: Path, *words: str) -> None:
    """Exit 2, one message of the gate that has the words, no traceback of its own, no report."""
    assert done.returncode == 2, done.stdout + done.stderr
    messages = [line for line in done.stderr.splitlines() if line.startswith("compliance: ")]
    assert len(messages) == 1, done.stderr
    assert [word for word in words if word not in messages[0]] == [], done.stderr
    assert str(ROOT / "compliance") not in done.stderr
    assert not (out / "report.json").exists()


def on_path(folder: Path, script: str) -> Path:
    """A folder for PATH with a script in it that is called `pulumi`."""
    folder.mkdir()
    fake = folder / "pulumi"
    fake.write_text(f"#!/bin/sh\n{script}\n")
    fake.chmod(0o755)
    return folder
