"""The policy configuration that a project keeps itself: compliance/policy-config.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest

from compliance.command_line import main
from tests.compliance.engines.state_exports import entry, export, in_stack, write
from tests.policypack.services.compliant import GROUP, made

RULE: Final = "logs-group-retention"
SHOP: Final = """
import pulumi_aws as aws
tags = {"Project": "shop", "Environment": "dev", "ManagedBy": "pulumi"}
aws.cloudwatch.LogGroup("orders", name="/shop/orders/dev", retention_in_days=14, tags=tags)
"""
FORTNIGHT: Final = {
    "all": "disabled",
    RULE: {"retentionInDays": 14, "enforcementLevel": "mandatory"},
}
WEEK: Final = {"all": "disabled", RULE: "mandatory"}


def shop(folder: Path, configuration: Any = None) -> Path:
    """A project whose log group is kept for 14 days, and its policy configuration."""
    (folder / "compliance").mkdir(parents=True)
    (folder / "Pulumi.yaml").write_text("name: shop\nruntime: python\nmain: program/\n")
    (folder / "program").mkdir()
    (folder / "program" / "__main__.py").write_text(SHOP)
    if configuration is not None:
        text = configuration if isinstance(configuration, str) else json.dumps(configuration)
        (folder / "compliance" / "policy-config.json").write_text(text)
    return folder


def run(command: str, program: Path, out: Path, *arguments: str) -> int:
    return main([command, "--program", str(program), "--out", str(out), "--quiet", *arguments])


def configured(out: Path) -> Any:
    return json.loads((out / "report.json").read_text())["pack"]["configuration"][RULE]


@pytest.mark.parametrize("place", [".", "program"])
def test_the_projects_own_configuration_counts(tmp_path: Path, place: str) -> None:
    project = shop(tmp_path / "shop", FORTNIGHT)
    assert run("gate", project / place, tmp_path / "out") == 0
    assert configured(tmp_path / "out")["retentionInDays"] == 14


def test_without_one_the_defaults_count(tmp_path: Path) -> None:
    assert run("gate", shop(tmp_path / "shop"), tmp_path / "out") == 1
    assert configured(tmp_path / "out")["retentionInDays"] == 7


def test_one_that_is_given_takes_its_place(tmp_path: Path) -> None:
    (tmp_path / "week.json").write_text(json.dumps(WEEK))
    given = ("--policy-config", str(tmp_path / "week.json"))
    assert run("gate", shop(tmp_path / "shop", FORTNIGHT), tmp_path / "out", *given) == 1
    assert configured(tmp_path / "out")["retentionInDays"] == 7


def test_it_counts_for_what_is_deployed_too(tmp_path: Path) -> None:
    group = entry(made(GROUP, "orders", name="/shop/orders/dev", retentionInDays=14))
    state = write(tmp_path / "shop.json", in_stack(export([group]), "shop", "dev"))
    project = shop(tmp_path / "shop", FORTNIGHT)
    assert run("gate", project, tmp_path / "out", "--state", str(state)) == 0
    assert configured(tmp_path / "out")["retentionInDays"] == 14


def test_it_counts_for_the_proof_too(tmp_path: Path) -> None:
    # With the defaults the stack is not compliant before any change.
    assert run("prove", shop(tmp_path / "one"), tmp_path / "out") == 2
    longer = {RULE: {"retentionInDays": 14}}
    assert run("prove", shop(tmp_path / "two", longer), tmp_path / "out") == 0


def test_its_waivers_count_too(tmp_path: Path) -> None:
    project = shop(tmp_path / "shop", {**WEEK, "waivers": {"path": "accepted.yaml"}})
    (project / "accepted.yaml").write_text(
        f"- {{id: w, rule: {RULE}, resource: '*', reason: r, owner: o, expires: 2026-03-02}}\n"
    )
    assert run("gate", project, tmp_path / "out", "--as-of", "2026-03-01") == 0


@pytest.mark.parametrize("command", ["gate", "prove"])
@pytest.mark.parametrize(
    ("configuration", "words"),
    [
        ("{", "policy-config.json:1: malformed JSON"),
        ({"no-such-rule": "advisory"}, "policy-config.json: the policy configuration names"),
        (
            {"iam-grants-are-used": {"recording": "gone.json"}},
            "iam-grants-are-used: gone.json: there is no such file; record the functions anew",
        ),
    ],
)
def test_one_that_is_not_valid_is_refused(
    tmp_path: Path, capsys: Any, command: str, configuration: Any, words: str
) -> None:
    assert run(command, shop(tmp_path / "shop", configuration), tmp_path / "out") == 2
    assert words in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_link_that_leads_nowhere_is_no_missing_configuration(tmp_path: Path, capsys: Any) -> None:
    project = shop(tmp_path / "shop")
    (project / "compliance" / "policy-config.json").symlink_to("gone.json")
    assert run("gate", project, tmp_path / "out") == 2
    assert "policy-config.json" in capsys.readouterr().err
