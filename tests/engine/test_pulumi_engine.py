"""`compliance gate --engine pulumi` through the real CLI, as its users run it."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import grpc
import pytest

from tests.engine.cli import ROOT, Surroundings
from tests.engine.cli import command as cli
from tests.engine.provider.server import Provider, provider

SOUND = """
import pulumi_aws as aws
group = aws.cloudwatch.LogGroup("group", name="/x", retention_in_days=7)
"""
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
CONFIGURED = """
import pulumi, pulumi_aws as aws
days = pulumi.Config().require_int("days")
token = pulumi.Config().require_secret("token")
aws.cloudwatch.LogGroup("group", retention_in_days=days)
aws.ssm.Parameter("token", name="/x/token", type="SecureString", value=token)
"""
SLOW = """
import time, pathlib
pathlib.Path("started").touch()
time.sleep(120)
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
    """Every file below a folder, by its name."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def assert_refused(done: subprocess.CompletedProcess[str], out: Path, *words: str) -> None:
    """Exit 2, one message of the gate that has the words, no traceback of its own, no report."""
    assert done.returncode == 2, done.stdout + done.stderr
    messages = [line for line in done.stderr.splitlines() if line.startswith("compliance: ")]
    assert len(messages) == 1, done.stderr
    assert [word for word in words if word not in messages[0]] == [], done.stderr
    assert str(ROOT / "compliance") not in done.stderr
    assert not (out / "report.json").exists()


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
    assert {(each["rule"], each["status"]) for each in found["results"]} == {
        ("logs-group-retention", "pass")
    }
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
    assert {each["status"] for each in found["results"]} == {"pass"}
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


def test_the_wrong_passphrase_is_named(real: Surroundings, tmp_path: Path) -> None:
    program = project(tmp_path / "shop", CONFIGURED)
    real.pulumi("stack", "init", "dev", cwd=program)
    real.pulumi("config", "set", "days", "7", cwd=program)
    real.pulumi("config", "set", "--secret", "token", "x", cwd=program)

    done = gate(real, program, tmp_path / "out", PULUMI_CONFIG_PASSPHRASE="another one")

    assert_refused(done, tmp_path / "out", "PULUMI_CONFIG_PASSPHRASE")


def test_a_stack_that_the_backend_does_not_have_is_named(
    real: Surroundings, tmp_path: Path
) -> None:
    program = project(tmp_path / "shop", SOUND)
    real.pulumi("stack", "init", "dev", cwd=program)
    (program / "Pulumi.prod.yaml").write_text("config: {}\n")

    done = gate(real, program, tmp_path / "out", "--stack", "prod")

    assert_refused(done, tmp_path / "out", "'prod'", "pulumi stack init prod")


def test_a_program_that_fails_shows_its_own_traceback(real: Surroundings, tmp_path: Path) -> None:
    program = project(tmp_path / "shop", SOUND + "raise ValueError('no such shop')\n")

    done = gate(real, program, tmp_path / "out")

    assert_refused(done, tmp_path / "out", str(program), "no such shop")
    assert '__main__.py", line 4' in done.stderr


def test_a_missing_configuration_value_is_named(real: Surroundings, tmp_path: Path) -> None:
    done = gate(real, project(tmp_path / "shop", CONFIGURED), tmp_path / "out")

    assert_refused(done, tmp_path / "out", "days", "--config KEY=VALUE")


def test_a_preview_that_never_ends_is_stopped(real: Surroundings, tmp_path: Path) -> None:
    program = project(tmp_path / "shop", SLOW)

    done = gate(real, program, tmp_path / "out", "--time-limit", "8")

    assert_refused(done, tmp_path / "out", "8 s", "--time-limit")
    assert (program / "started").exists()
    assert_nothing_runs_in(program)


def test_ctrl_c_stops_everything(real: Surroundings, tmp_path: Path) -> None:
    program = project(tmp_path / "shop", SLOW)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    running = subprocess.Popen(
        command(program, tmp_path / "out"),
        cwd=ROOT,
        env={**real.environment, "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        wait_for(program / "started")
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=60)
    finally:
        running.kill()

    assert running.returncode == 2, said
    assert said == "compliance: stopped; no report was written\n"
    assert list(temporary.glob("compliance-*")) == []
    assert_nothing_runs_in(program)


def wait_for(file: Path) -> None:
    deadline = time.monotonic() + 60
    while not file.exists():
        assert time.monotonic() < deadline, f"{file} does not appear"
        time.sleep(0.05)


def assert_nothing_runs_in(folder: Path) -> None:
    """No process has the folder as its working directory, after a moment to end."""
    deadline = time.monotonic() + 10
    while running := _processes_in(folder):
        assert time.monotonic() < deadline, f"still running: {running}"
        time.sleep(0.1)


def _processes_in(folder: Path) -> list[str]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink() == folder:
                found.append((process / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return found


def test_no_cli_is_one_message(tmp_path: Path) -> None:
    done = subprocess.run(
        command(project(tmp_path / "shop", SOUND), tmp_path / "out"),
        cwd=ROOT, env={**os.environ, "PATH": str(tmp_path)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert_refused(done, tmp_path / "out", "no Pulumi CLI on PATH", "--engine offline")


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("echo v2.21.1", "2.21.1"),
        ("echo v3.0.0", "3.0.0"),
        ("echo hello", "Could not parse"),
        ("exit 3", "does not run"),
    ],
)
def test_a_cli_that_does_not_fit_is_one_message(script: str, words: str, tmp_path: Path) -> None:
    fake = tmp_path / "pulumi"
    fake.write_text(f"#!/bin/sh\n{script}\n")
    fake.chmod(0o755)

    done = subprocess.run(
        command(project(tmp_path / "shop", SOUND), tmp_path / "out"),
        cwd=ROOT, env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert_refused(done, tmp_path / "out", words, "CLI", "--engine offline")


def test_a_cli_that_logs_no_passed_policies_proves_nothing(
    real: Surroundings, tmp_path: Path
) -> None:
    older = tmp_path / "older"
    older.mkdir()
    fake = older / "pulumi"
    fake.write_text(
        f"""#!/bin/sh
{cli()} "$@"
status=$?
for log; do case "$log" in *events.jsonl) sed -i /SummaryEvent/d "$log";; esac; done
exit $status
"""
    )
    fake.chmod(0o755)

    done = gate(
        real, project(tmp_path / "shop", SOUND), tmp_path / "out",
        PATH=f"{older}:{real.environment['PATH']}",
    )  # fmt: skip

    assert_refused(done, tmp_path / "out", "does not log which policies passed", "upgrade")


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


def test_missing_credentials_are_named(real: Surroundings, tmp_path: Path) -> None:
    with provider(real.cloud, WithoutCredentials) as port:
        done = gate(
            real, project(tmp_path / "shop", SOUND), tmp_path / "out",
            PULUMI_DEBUG_PROVIDERS=f"aws:{port}",
        )  # fmt: skip

    assert_refused(done, tmp_path / "out", "no valid AWS credentials", "--engine offline")


class WithoutCredentials(Provider):
    """The provider as it answers where it finds no credentials."""

    def Configure(self, request: Any, context: Any) -> Any:
        context.abort(
            grpc.StatusCode.UNKNOWN,
            "unable to validate AWS credentials. Details: No valid credential sources found. "
            "NEW: You can use Pulumi ESC to set up dynamic credentials with AWS OIDC",
        )


@pytest.mark.parametrize("file", ["nothing", "bare"])
def test_the_real_engine_needs_a_project(real: Surroundings, tmp_path: Path, file: str) -> None:
    folder = project(tmp_path / "shop", SOUND)
    (folder / "Pulumi.yaml").unlink()
    program = folder if file == "nothing" else folder / "__main__.py"

    done = gate(real, program, tmp_path / "out")

    assert_refused(done, tmp_path / "out", "Pulumi.yaml")


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
