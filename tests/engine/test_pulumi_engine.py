"""`compliance gate --engine pulumi` through the real CLI, as its users run it."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.engine.cli import ROOT, Surroundings
from tests.engine.gate_run import (
    CONFIGURED,
    SOUND,
    command,
    contents,
    gate,
    project,
    report,
)

BROKEN = """
import json, pulumi, pulumi_aws as aws
queue = aws.sqs.Queue("queue", name="orders.fifo", fifo_queue=True)
aws.iam.Policy(
    "anything",
    policy=queue.arn.apply(
        lambda arn: json.dumps(
            {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": arn}]}
        )
    ),
)
aws.cloudwatch.LogGroup("group", retention_in_days=14)
"""
RUNTIMES = "lambda-function-runtime-supported"
PYTHON_3_9 = """
import pulumi_aws as aws
role, code = "arn:aws:iam::123456789012:role/old", {"s3_bucket": "b", "s3_key": "k"}
aws.lambda_.Function("old", runtime="python3.9", handler="a.b", role=role, **code)
"""
READS_YAML = """
import pulumi, pulumi_aws as aws
config = pulumi.Config()
read = [config.get(key) for key in ("flag", "when", "size")]
assert read == ["yes", "12:30", "1000"], read
tags = {"Project": "p", "Environment": "dev", "ManagedBy": "pulumi"}
aws.cloudwatch.LogGroup("group", retention_in_days=config.require_int("days"), tags=tags)
"""


def test_a_program_without_a_stack_is_previewed_as_a_first_deployment(
    real: Surroundings, tmp_path: Path
) -> None:
    program = project(tmp_path / "shop", SOUND)
    backend = Path(real.environment["PULUMI_BACKEND_URL"].removeprefix("file://"))
    real.pulumi("stack", "ls", cwd=program)  # whatever comes first marks an empty backend
    before = contents(program), contents(backend)

    done = gate(real, program, tmp_path / "out")

    assert done.returncode == 0, done.stdout + done.stderr
    found = report(tmp_path / "out")
    assert found["subject"]["engine"] == "pulumi"
    assert "throw-away stack" in " ".join(found["subject"]["notes"])
    assert "throw-away stack" in done.stdout
    told = {(each["rule"], each["status"]) for each in found["results"]}
    assert ("logs-group-retention", "pass") in told
    assert ("any-resource-tagged", "pass") in told
    assert (contents(program), contents(backend)) == before


def test_what_a_real_preview_cannot_know_is_undecided_and_stops_the_gate(
    real: Surroundings, tmp_path: Path
) -> None:
    done = gate(real, project(tmp_path / "shop", BROKEN), tmp_path / "out")

    assert done.returncode == 1, done.stdout + done.stderr
    statuses = {
        (each["rule"], each["resource"].rpartition("::")[2]): each["status"]
        for each in report(tmp_path / "out")["results"]
    }
    assert statuses["iam-policy-no-wildcard-action", "anything"] == "undecided"
    assert statuses["logs-group-retention", "group"] == "fail"
    assert statuses["sqs-queue-content-based-deduplication", "queue"] == "fail"


@pytest.mark.parametrize(("day", "status"), [("2025-12-14", "pass"), ("2025-12-15", "fail")])
def test_the_pack_judges_dates_as_of_the_day_that_is_given(
    real: Surroundings, tmp_path: Path, day: str, status: str
) -> None:
    program = project(tmp_path / "shop", PYTHON_3_9)
    options = tmp_path / "guardrails.json"
    options.write_text(json.dumps({"all": "advisory", RUNTIMES: {"asOf": "2020-01-01"}}))

    done = gate(real, program, tmp_path / "out", "--as-of", day, "--policy-config", str(options))

    assert done.returncode == 0, done.stdout + done.stderr
    found = [each for each in report(tmp_path / "out")["results"] if each["rule"] == RUNTIMES]
    assert [(each["status"], each["level"]) for each in found] == [(status, "advisory")]


def test_the_users_stack_is_previewed_with_its_secrets_and_left_as_it_is(
    real: Surroundings, tmp_path: Path
) -> None:
    program = project(tmp_path / "shop", CONFIGURED)
    real.pulumi("stack", "init", "dev", cwd=program)
    real.pulumi("config", "set", "days", "7", cwd=program)
    real.pulumi("config", "set", "--secret", "token", "needle-in-a-stack", cwd=program)
    backend = Path(real.environment["PULUMI_BACKEND_URL"].removeprefix("file://"))
    before = contents(program), contents(backend)

    done = gate(real, program, tmp_path / "out")

    assert done.returncode == 0, done.stdout + done.stderr
    found = report(tmp_path / "out")
    assert "throw-away" not in json.dumps(found)
    mandatory = [each for each in found["results"] if each["level"] == "mandatory"]
    assert {each["status"] for each in mandatory} <= {"pass", "not_applicable"}
    assert ("logs-group-retention", "pass") in {
        (each["rule"], each["status"]) for each in mandatory
    }
    assert (contents(program), contents(backend)) == before
    everything = (
        done.stdout
        + done.stderr
        + "".join(file.read_text("utf-8") for file in (tmp_path / "out").iterdir())
    )
    assert "needle-in-a-stack" not in everything

    changed = gate(real, program, tmp_path / "other", "--config", "days=14")

    assert changed.returncode == 1, changed.stdout + changed.stderr
    assert contents(program) == before[0]


def test_a_deployed_stack_is_previewed_against_what_it_is(
    real: Surroundings, tmp_path: Path
) -> None:
    program = project(tmp_path / "shop", BROKEN)
    real.pulumi("stack", "init", "dev", cwd=program)
    real.pulumi("up", "--yes", "--skip-preview", cwd=program)

    done = gate(real, program, tmp_path / "out")

    assert done.returncode == 1, done.stdout + done.stderr
    statuses = {each["rule"]: each["status"] for each in report(tmp_path / "out")["results"]}
    assert statuses["iam-policy-no-wildcard-action"] == "fail", "the queue's ARN is known by now"


def test_the_selected_stack_is_previewed_where_none_is_named(
    real: Surroundings, tmp_path: Path
) -> None:
    program = project(tmp_path / "shop", SOUND)
    real.pulumi("stack", "init", "dev", cwd=program)
    real.pulumi("stack", "init", "prod", cwd=program)
    (program / "Pulumi.prod.yaml").unlink()  # a stack needs no file

    selected = gate(real, program, tmp_path / "selected")
    by_variable = gate(real, program, tmp_path / "variable", PULUMI_STACK="dev")
    named = gate(real, program, tmp_path / "named", "--stack", "organization/shop/dev")

    for out, done, stack in (
        ("selected", selected, "prod"), ("variable", by_variable, "dev"), ("named", named, "dev")
    ):  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        assert report(tmp_path / out)["subject"]["stack"] == stack
    assert not (program / "Pulumi.prod.yaml").exists()


@pytest.mark.parametrize("has_stack", [True, False])
def test_configuration_is_read_as_the_cli_reads_it(
    has_stack: bool, real: Surroundings, tmp_path: Path
) -> None:
    program = project(tmp_path / "shop", READS_YAML)
    if has_stack:
        real.pulumi("stack", "init", "dev", cwd=program)
    file = program / "Pulumi.dev.yaml"
    salt = file.read_text() if has_stack else ""
    file.write_text(f"{salt}config:\n  shop:flag: yes\n  when: 12:30\n  shop:size: 1e3\n")

    done = gate(real, program, tmp_path / "out", "--config", "days=7")

    assert done.returncode == 0, done.stdout + done.stderr
    offline = subprocess.run(
        [
            sys.executable, "-m", "compliance", "gate", "--program", str(program),
            "--out", str(tmp_path / "offline"), "--config", "days=7",
        ],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert offline.returncode == 0, offline.stdout + offline.stderr


def test_an_override_wins_over_a_key_without_its_namespace(
    real: Surroundings, tmp_path: Path
) -> None:
    program = project(tmp_path / "shop", CONFIGURED)
    (program / "Pulumi.dev.yaml").write_text("config:\n  days: 7\n  token: x\n")

    done = gate(real, program, tmp_path / "out", "--config", "days=14")

    assert done.returncode == 1, done.stdout + done.stderr


def test_typed_defaults_and_secrets_of_nobody_reach_a_throwaway_stack(
    real: Surroundings, tmp_path: Path
) -> None:
    program = project(tmp_path / "shop", CONFIGURED)
    with (program / "Pulumi.yaml").open("a") as file:
        file.write("config:\n  days: {type: integer, default: 7}\n")
        file.write("  zones: {type: array, items: {type: string}, default: [a, b]}\n")
    (program / "Pulumi.dev.yaml").write_text(
        "encryptionsalt: v1:abc\nenvironment: [shop-settings]\nconfig:\n  token: {secure: AAABAA}\n"
    )

    done = gate(real, program, tmp_path / "out")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "a placeholder stands for: shop:token" in done.stdout
    assert "environments are not opened: shop-settings" in done.stdout


def test_what_is_only_read_is_a_note(real: Surroundings, tmp_path: Path) -> None:
    real.cloud.outside.add("somebody")
    reads = 'aws.iam.Role.get("somebodys", "somebody")\n'

    done = gate(real, project(tmp_path / "shop", SOUND + reads), tmp_path / "out")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "aws:iam/role:Role 'somebodys' is read from the cloud" in done.stdout
    assert [each["name"] for each in report(tmp_path / "out")["resources"] if each["tested"]] == [
        "group"
    ]


def test_a_locked_stack_is_previewed_since_a_preview_takes_no_lock(
    real: Surroundings, tmp_path: Path
) -> None:
    program = project(tmp_path / "shop", SOUND)
    real.pulumi("stack", "init", "dev", cwd=program)
    backend = Path(real.environment["PULUMI_BACKEND_URL"].removeprefix("file://"))
    lock = backend / ".pulumi" / "locks" / "organization" / "shop" / "dev" / "1.json"
    lock.parent.mkdir(parents=True, exist_ok=True)
    lock.write_text('{"pid": 1, "username": "x", "hostname": "y", "timestamp": "2026-01-01"}')

    done = gate(real, program, tmp_path / "out")

    assert done.returncode == 0, done.stdout + done.stderr
    assert lock.exists()


def automatic(
    real: Surroundings, program: Path, out: Path, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Let the gate choose the engine; HOME holds no credentials."""
    return subprocess.run(
        [
            sys.executable, "-m", "compliance", "gate", "--engine", "auto",
            "--program", str(program), "--out", str(out),
        ],
        cwd=ROOT,
        env={**real.environment, "HOME": str(out.parent), **variables},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_auto_takes_the_real_engine_where_cli_stack_and_credentials_are_there(
    real: Surroundings, tmp_path: Path
) -> None:
    program = project(tmp_path / "shop", SOUND)
    real.pulumi("stack", "init", "dev", cwd=program)

    done = automatic(real, program, tmp_path / "out")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "engine: pulumi (CLI, stack and credentials are there)" in done.stdout
    assert report(tmp_path / "out")["subject"]["engine"] == "pulumi"


@pytest.mark.parametrize(
    ("variables", "reason"),
    [
        ({"AWS_ACCESS_KEY_ID": ""}, "no AWS credentials are configured"),
        ({"PATH": "/nowhere"}, "no Pulumi CLI on PATH"),
        ({}, "no backend has this stack"),
    ],
)
def test_auto_says_why_it_judges_offline(
    variables: Mapping[str, str], reason: str, real: Surroundings, tmp_path: Path
) -> None:
    done = automatic(real, project(tmp_path / "shop", SOUND), tmp_path / "out", **variables)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "engine: offline (" in done.stdout
    assert reason in done.stdout
    assert report(tmp_path / "out")["subject"]["engine"] == "offline"


def test_progress_is_shown_on_a_terminal_while_a_preview_runs(
    real: Surroundings, tmp_path: Path
) -> None:
    program = project(tmp_path / "shop", SOUND)
    screen, terminal = pty.openpty()
    with subprocess.Popen(
        command(program, tmp_path / "out"), cwd=ROOT, env={**real.environment, "TERM": "xterm"},
        stdout=subprocess.PIPE, stderr=terminal,
    ) as running:  # fmt: skip
        os.close(terminal)
        shown = b"".join(iter(lambda: _read(screen), b"")).decode()
    assert running.returncode == 0, shown
    assert "asking the backend for its stacks" in shown
    assert "previewing: " in shown


def _read(screen: int) -> bytes:
    try:
        return os.read(screen, 4096)
    except OSError:  # the terminal's last user has gone
        return b""
