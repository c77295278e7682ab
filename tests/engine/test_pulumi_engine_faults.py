"""What can go wrong around a real preview: each is one clear message, and nothing is left."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import grpc
import pytest

from tests.engine.cli import ROOT, Surroundings
from tests.engine.cli import command as cli
from tests.engine.gate_run import (
    CONFIGURED,
    SOUND,
    assert_refused,
    command,
    gate,
    on_path,
    project,
)
from tests.engine.provider.server import Provider, provider

SLOW = """
import time, pathlib
pathlib.Path("started").touch()
time.sleep(120)
"""


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


def test_a_program_without_resources_proves_nothing(real: Surroundings, tmp_path: Path) -> None:
    program = project(tmp_path / "shop", "import pulumi\npulumi.export('x', 1)\n")

    done = gate(real, program, tmp_path / "out")

    assert_refused(done, tmp_path / "out", "nothing was tested")


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
    line = len(SOUND.splitlines()) + 1
    assert f'__main__.py", line {line}' in done.stderr


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
