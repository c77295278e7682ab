"""What configures a provider reaches the rules that read it, the same way from every engine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import pytest

from compliance.command_line import main
from tests.engine.cli import Surroundings
from tests.engine.gate_run import gate, project, report

TAGGED, REGION = "any-resource-tagged", "any-resource-region"
CONFIGURATION: Final = """
config:
  aws:region: us-east-2
  aws:defaultTags:
    tags: {Project: shop, Environment: dev, ManagedBy: pulumi}
"""
SHOP: Final = """
import pulumi, pulumi_aws as aws
bare = aws.Provider("bare", region="eu-west-1")
some = aws.Provider("some", region="us-east-2", default_tags={"tags": {"Project": "shop"}})

class Box(pulumi.ComponentResource):
    def __init__(self):
        super().__init__("shop:index:Box", "box", opts=pulumi.ResourceOptions(providers=[bare]))

def queue(name, provider=None, **given):
    aws.sqs.Queue(name, opts=pulumi.ResourceOptions(provider=provider), **given)

queue("configured")
queue("emptied", tags={"Project": ""})
queue("bare-queue", bare)
queue("own-tags", bare, tags={"Project": "a", "Environment": "b", "ManagedBy": "c"})
queue("some-queue", some)
queue("rest-of-tags", some, tags={"Environment": "b", "ManagedBy": "c"})
queue("moved", region="eu-west-1")
aws.sqs.Queue("boxed", opts=pulumi.ResourceOptions(parent=Box()))
aws.iam.Role("role", assume_role_policy="{}", opts=pulumi.ResourceOptions(provider=bare))
aws.autoscaling.Group("listed", min_size=0, max_size=1, tags=[
    {"key": key, "value": "x", "propagate_at_launch": True}
    for key in ("Project", "Environment", "ManagedBy")
])
aws.autoscaling.Group("unlisted", min_size=0, max_size=1)
"""
UNTAGGED: Final = {"emptied", "bare-queue", "some-queue", "boxed", "role", "unlisted"}
ABROAD: Final = {"bare-queue", "own-tags", "moved", "boxed"}


@pytest.fixture
def program(tmp_path: Path) -> Path:
    folder = project(tmp_path / "shop", SHOP)
    (folder / "Pulumi.dev.yaml").write_text(CONFIGURATION)
    return folder


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    """Nothing stops, and one region is allowed."""
    file = tmp_path / "policy.json"
    only = {TAGGED: "advisory", REGION: {"enforcementLevel": "advisory", "regions": ["us-east-2"]}}
    file.write_text(json.dumps({"all": "advisory", **only}))
    return file


def found(out: Path, rule: str, status: str) -> set[str]:
    """The names of the resources that have a status by a rule."""
    return {
        each["resource"].rpartition("::")[2]
        for each in report(out)["results"]
        if (each["rule"], each["status"]) == (rule, status)
    }


def assert_judged_as_written(out: Path) -> None:
    assert found(out, TAGGED, "fail") == UNTAGGED
    assert found(out, REGION, "fail") == ABROAD
    assert found(out, TAGGED, "pass") == {
        "configured", "own-tags", "rest-of-tags", "moved", "listed",
    }  # fmt: skip
    assert found(out, REGION, "pass") == {
        "configured", "emptied", "some-queue", "rest-of-tags", "listed", "unlisted",
    }  # fmt: skip
    assert {"box", "bare", "some"} <= found(out, TAGGED, "not_applicable")
    assert {"box", "bare", "some", "role"} <= found(out, REGION, "not_applicable")
    assert not found(out, TAGGED, "undecided") | found(out, REGION, "undecided")


def test_offline(
    program: Path, policy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_REGION", "ap-south-1")

    out = tmp_path / "out"
    arguments = ["gate", "--program", str(program), "--policy-config", str(policy)]
    assert main([*arguments, "--out", str(out)]) == 0

    assert_judged_as_written(out)


def test_offline_the_environment_gives_the_region_that_the_configuration_lacks(
    program: Path, policy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (program / "Pulumi.dev.yaml").write_text(CONFIGURATION.replace("aws:region", "other:region"))
    arguments = ["gate", "--program", str(program), "--policy-config", str(policy)]
    for region, status in (("us-east-2", "pass"), ("eu-west-1", "fail"), ("", "undecided")):
        out = tmp_path / f"out-{status}"
        monkeypatch.setenv("AWS_REGION", region)
        monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
        assert main([*arguments, "--out", str(out)]) == 0
        assert "configured" in found(out, REGION, status)


def test_offline_what_only_a_passphrase_or_an_environment_gives_is_undecided(
    program: Path, policy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What the configuration may yet give goes before the region of this process.
    monkeypatch.setenv("AWS_REGION", "us-east-2")
    arguments = ["gate", "--program", str(program), "--policy-config", str(policy)]
    for text in (
        "config: {aws:region: {secure: abc}, aws:defaultTags: {secure: def}}",
        "environment: [tags]",
    ):
        (program / "Pulumi.dev.yaml").write_text(text)
        assert main([*arguments, "--out", str(tmp_path / "out")]) == 0
        assert "configured" in found(tmp_path / "out", TAGGED, "undecided")
        assert "configured" in found(tmp_path / "out", REGION, "undecided")
        assert "emptied" in found(tmp_path / "out", TAGGED, "fail")


def test_the_real_engine(real: Surroundings, program: Path, policy: Path, tmp_path: Path) -> None:
    real.pulumi("stack", "init", "dev", cwd=program)

    done = gate(real, program, tmp_path / "out", "--policy-config", str(policy))

    assert done.returncode == 0, done.stdout + done.stderr
    assert_judged_as_written(tmp_path / "out")


def test_the_state(real: Surroundings, program: Path, policy: Path, tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    real.pulumi("stack", "init", "dev", cwd=program)
    real.pulumi("up", "--yes", "--skip-preview", cwd=program)
    real.pulumi("stack", "export", "--file", str(state), cwd=program)

    arguments = ["gate", "--state", str(state), "--policy-config", str(policy)]
    assert main([*arguments, "--out", str(tmp_path / "out")]) == 0

    assert_judged_as_written(tmp_path / "out")
