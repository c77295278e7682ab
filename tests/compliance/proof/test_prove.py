"""`compliance prove`, through the door that users have."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from compliance.command_line import main
from compliance.proof.effectiveness import Effectiveness, EffectivenessError

ROOT = Path(__file__).parents[3]
PROGRAMS = ROOT / "tests" / "programs"
GROUP = 'import pulumi_aws as aws\naws.cloudwatch.LogGroup("group", retention_in_days={})\n{}'
TAGS = 'tags={"Project": "p", "Environment": "e", "ManagedBy": "m"}'
COMPLIANT = GROUP.format(f"7, {TAGS}", "")
UNCLASSED = GROUP.format(f"7, {TAGS}", f'aws.ec2.Vpc("net", cidr_block="10.0.0.0/16", {TAGS})\n')
BROKEN = GROUP.format("14", "")


@pytest.fixture
def program(tmp_path: Path) -> Any:
    def write(source: str) -> Path:
        folder = tmp_path / "program"
        folder.mkdir(exist_ok=True)
        (folder / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
        (folder / "__main__.py").write_text(source)
        return folder

    return write


def run(command: str, program: Path, out: Path, *more: str) -> int:
    return main([command, "--program", str(program), "--out", str(out), *more])


def read(folder: Path, name: str = "effectiveness.json") -> Any:
    return json.loads((folder / name).read_text())


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, Path]:
    out = tmp_path_factory.mktemp("ours")
    return run("prove", ROOT, out, "--quiet"), out


def test_no_weakening_of_our_own_stack_survives(ours: tuple[int, Path]) -> None:
    status, out = ours
    found = read(out)
    assert found["survivors"] == []
    assert found["unclassed"] == []
    assert status == 0
    assert found["caught"] == found["changes"] == len(found["tested"])


def test_nearly_every_change_of_our_stack_is_failed_and_not_only_undecided(
    ours: tuple[int, Path],
) -> None:
    found = read(ours[1])
    assert found["caught_undecided"] < found["changes"] / 25


def test_a_rule_that_catches_nothing_is_named(ours: tuple[int, Path]) -> None:
    found = read(ours[1])
    idle = {each["rule"] for each in found["rules"] if not each["caught"]}
    assert set(found["not_exercised"]) == idle
    # Each of these is only for stacks that ask for it by configuration, or have such a thing.
    assert idle <= {
        "any-resource-region",
        "dynamodb-table-deletion-protection",
        "logs-group-encrypted",
    }


def test_the_page_names_every_change_and_who_caught_it(ours: tuple[int, Path]) -> None:
    page = (ours[1] / "effectiveness.md").read_text()
    assert "0 survived" in page
    assert "| retentionInDays | value weakened: set to 8, was 7 | logs-group-retention |" in page
    assert page.count("\n| ") > read(ours[1])["changes"]


@pytest.mark.parametrize("name", ["clean-checkout", "clean-workers"])
def test_a_users_clean_program_is_proved(name: str, tmp_path: Path) -> None:
    assert run("prove", PROGRAMS / name, tmp_path, "--quiet") == 0
    assert read(tmp_path)["survivors"] == []


def test_without_a_rule_its_changes_survive(program: Any, tmp_path: Path, capsys: Any) -> None:
    configured = tmp_path / "policy.json"
    configured.write_text('{"logs-group-retention": "disabled"}')
    weakened = ("--policy-config", str(configured))
    assert run("prove", program(COMPLIANT), tmp_path, *weakened) == 1
    printed = capsys.readouterr().out
    assert "SURVIVED  group (cloudwatch LogGroup): retentionInDays: set to 8, was 7" in printed
    assert "NOT PROVED  shop (dev)" in printed
    assert {each["path"] for each in read(tmp_path)["survivors"]} == {"retentionInDays"}
    assert run("prove", program(COMPLIANT), tmp_path) == 0


def test_a_rule_can_be_exercised_by_its_configuration(program: Any, tmp_path: Path) -> None:
    configured = tmp_path / "policy.json"
    configured.write_text('{"any-resource-region": {"regions": ["us-east-2"]}}')
    options = ("--policy-config", str(configured), "--config", "aws:region=us-east-2")
    assert run("prove", program(COMPLIANT), tmp_path, *options) == 0
    assert "any-resource-region" not in read(tmp_path)["not_exercised"]


def test_a_stack_that_is_not_compliant_is_refused(
    program: Any, tmp_path: Path, capsys: Any
) -> None:
    assert run("prove", program(BROKEN), tmp_path / "out") == 2
    said = capsys.readouterr().err
    assert "not compliant before any change" in said
    assert "logs-group-retention on group (cloudwatch LogGroup)" in said
    assert not (tmp_path / "out").exists()


def test_a_type_that_is_not_classed_is_told(program: Any, tmp_path: Path, capsys: Any) -> None:
    assert run("prove", program(UNCLASSED), tmp_path) == 0
    assert "not classed, and so not tested: aws:ec2/vpc:Vpc (1 resource)" in capsys.readouterr().out
    assert read(tmp_path)["unclassed"] == [{"type": "aws:ec2/vpc:Vpc", "resources": 1}]


def test_two_proofs_are_the_same_bytes(program: Any, tmp_path: Path) -> None:
    texts = []
    for name in ("a", "b"):
        assert run("prove", program(COMPLIANT), tmp_path / name) == 0
        texts.append((tmp_path / name / "effectiveness.json").read_bytes())
    assert texts[0] == texts[1]


def test_no_secret_reaches_a_proof(program: Any, tmp_path: Path) -> None:
    secret = 'import pulumi\naws.ssm.Parameter("token", type="SecureString", '
    source = GROUP.format(f"7, {TAGS}", f'{secret}value="hunter2-and-more", {TAGS})\n')
    run("prove", program(source), tmp_path)
    assert "hunter2" not in (tmp_path / "effectiveness.json").read_text()
    assert "hunter2" not in (tmp_path / "effectiveness.md").read_text()


def test_the_gate_takes_a_proof_of_the_same_program_into_its_report(
    program: Any, tmp_path: Path
) -> None:
    folder = program(COMPLIANT)
    assert run("gate", folder, tmp_path) == 0
    assert read(tmp_path, "report.json")["effectiveness"] is None
    assert run("prove", folder, tmp_path) == 0
    assert run("gate", folder, tmp_path) == 0
    report = read(tmp_path, "report.json")
    schema = json.loads((ROOT / "compliance" / "report.schema.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(report)
    proof = read(tmp_path)
    proof.pop("tested")
    assert report["effectiveness"] == proof
    for name in ("report.md", "report.html"):
        assert f"{proof['caught']} of {proof['changes']}" in (tmp_path / name).read_text()
    again = tmp_path / "again"
    assert main(["report", str(tmp_path / "report.json"), "--out", str(again)]) == 0
    assert read(again, "report.json") == report


def test_the_gate_leaves_out_a_proof_of_another_program_and_says_so(
    program: Any, tmp_path: Path, capsys: Any
) -> None:
    assert run("prove", program(COMPLIANT), tmp_path) == 0
    assert run("gate", program(f"{COMPLIANT}# another\n"), tmp_path) == 0
    assert read(tmp_path, "report.json")["effectiveness"] is None
    assert "run `compliance prove` again" in capsys.readouterr().out


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"rules": [1]}', "null"])
def test_the_gate_leaves_out_a_proof_that_it_cannot_read(
    program: Any, tmp_path: Path, capsys: Any, content: str
) -> None:
    (tmp_path / "effectiveness.json").write_text(content)
    assert run("gate", program(COMPLIANT), tmp_path) == 0
    assert "effectiveness.json cannot be read and is left out" in capsys.readouterr().out


def test_newer_fields_of_a_proof_are_ignored_and_missing_ones_refused(
    ours: tuple[int, Path],
) -> None:
    data = read(ours[1])
    assert Effectiveness.from_json({**data, "newer": 1}) == Effectiveness.from_json(data)
    data.pop("changes")
    with pytest.raises(EffectivenessError):
        Effectiveness.from_json(data)
