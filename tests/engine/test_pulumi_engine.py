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
aws.cloudwatch.LogGroup("group", retention_in_days=config.require_int("days"))
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

    assert_refused(done, tmp_path / "out", "'prod'", "it has dev", "pulumi stack init prod")


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


def test_a_program_without_resources_proves_nothing(real: Surroundings, tmp_path: Path) -> None:
    program = project(tmp_path / "shop", "import pulumi\npulumi.export('x', 1)\n")

    done = gate(real, program, tmp_path / "out")

    assert_refused(done, tmp_path / "out", "nothing was tested")


def test_what_is_only_read_is_a_note(real: Surroundings, tmp_path: Path) -> None:
    real.cloud.outside.add("somebody")
    reads = 'aws.iam.Role.get("somebodys", "somebody")\n'

    done = gate(real, project(tmp_path / "shop", SOUND + reads), tmp_path / "out")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "aws:iam/role:Role 'somebodys' is read from the cloud" in done.stdout
    assert [each["name"] for each in report(tmp_path / "out")["resources"] if each["tested"]] == [
        "group"
    ]


def test_a_backend_that_does_not_answer_is_one_message(tmp_path: Path) -> None:
    fake = on_path(tmp_path / "bin", 'case "$1" in version) echo v3.259.0;; *) sleep 60;; esac')

    done = subprocess.run(
        [*command(project(tmp_path / "shop", SOUND), tmp_path / "out"), "--time-limit", "2"],
        cwd=ROOT, env={**os.environ, "PATH": f"{fake}:{os.environ['PATH']}"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert_refused(done, tmp_path / "out", "the backend did not say in time")


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
    assert_nothing_runs_with(tmp_path / "temporary")


@pytest.mark.parametrize("signal_", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("wrapped", [False, True], ids=["the CLI", "a script around the CLI"])
def test_a_signal_stops_everything(
    signal_: signal.Signals, wrapped: bool, real: Surroundings, tmp_path: Path
) -> None:
    program = project(tmp_path / "shop", SLOW)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    path = real.environment["PATH"]
    if wrapped:
        script = on_path(tmp_path / "bin", f'{cli()} "$@"')
        path = f"{script}:{path}"
    running = subprocess.Popen(
        command(program, tmp_path / "out"),
        cwd=ROOT,
        env={**real.environment, "TMPDIR": str(temporary), "PATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        wait_for(program / "started")
        running.send_signal(signal_)
        _, said = running.communicate(timeout=60)
    finally:
        running.kill()

    assert running.returncode == 2, said
    assert said == "compliance: stopped; no report was written\n"
    assert list(temporary.glob("compliance-*")) == []
    assert_nothing_runs_with(temporary)


def on_path(folder: Path, script: str) -> Path:
    """A folder for PATH with a script in it that is called `pulumi`."""
    folder.mkdir()
    fake = folder / "pulumi"
    fake.write_text(f"#!/bin/sh\n{script}\n")
    fake.chmod(0o755)
    return folder


def wait_for(file: Path) -> None:
    deadline = time.monotonic() + 60
    while not file.exists():
        assert time.monotonic() < deadline, f"{file} does not appear"
        time.sleep(0.05)


def assert_nothing_runs_with(temporary: Path) -> None:
    """No process has this folder for its temporary files, after a moment to end."""
    deadline = time.monotonic() + 15
    while running := _processes_with(f"TMPDIR={temporary}"):
        assert time.monotonic() < deadline, f"still running: {running}"
        time.sleep(0.1)


def _processes_with(variable: str) -> list[str]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if f"{variable}\0" in (process / "environ").read_text(errors="replace"):
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
    fake = on_path(tmp_path / "bin", script)

    done = subprocess.run(
        command(project(tmp_path / "shop", SOUND), tmp_path / "out"),
        cwd=ROOT, env={**os.environ, "PATH": f"{fake}:{os.environ['PATH']}"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert_refused(done, tmp_path / "out", words, "CLI", "--engine offline")


def test_a_cli_that_logs_no_passed_policies_proves_nothing(
    real: Surroundings, tmp_path: Path
) -> None:
    older = on_path(
        tmp_path / "older",
        f"""{cli()} "$@"
status=$?
for log; do case "$log" in *events.jsonl) sed -i /SummaryEvent/d "$log";; esac; done
exit $status""",
    )

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
