"""Frameworks of a team and attestations through `compliance gate`, as its users have them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from compliance.command_line import main
from tests.compliance.attestations.attesting import DIGEST, entry, listed, project
from tests.compliance.controls.framework_files import MANUAL, framework, row, write
from tests.compliance.engines.state_exports import entry as exported
from tests.compliance.engines.state_exports import export, in_stack
from tests.compliance.engines.state_exports import write as write_export
from tests.policypack.services.compliant import GROUP, made

SCHEMA = Path(__file__).parents[3] / "compliance" / "report.schema.json"
PCI = entry(framework="PCI DSS", control="7.2.4", evidence="docs/review.txt", sha256=DIGEST)
HOUSE = entry(framework="House rules", control="1.2")


def gate(folder: Path, *arguments: str) -> tuple[int, Any]:
    """Judge a stack of one log group that is kept too long, as the project in `folder`."""
    group = exported(made(GROUP, "orders", name="/shop/orders/dev", retentionInDays=14))
    state = write_export(folder / "shop.json", in_stack(export([group]), "shop", "dev"))
    out = folder / "out"
    status = main(
        ["gate", "--program", str(folder), "--state", str(state), "--as-of", "2026-03-01",
         "--out", str(out), "--format", "json", *arguments]
    )  # fmt: skip
    file = out / "report.json"
    return status, json.loads(file.read_text()) if file.exists() else None


def control(report: Any, framework_name: str, id_: str) -> Any:
    [found] = [
        each
        for each in report["controls"]
        if (each["framework"], each["id"]) == (framework_name, id_)
    ]
    return found


def test_a_teams_framework_is_judged_beside_the_built_in_ones(tmp_path: Path) -> None:
    retention = row(rules=["logs-group-retention"], title="Logs are kept a week")
    house = write(tmp_path / "controls", framework(retention, MANUAL))
    status, report = gate(project(tmp_path), "--controls", str(house))
    assert status == 1
    assert control(report, "House rules", "1.1")["status"] == "not_satisfied"
    assert len(control(report, "House rules", "1.1")["resources"]) == 1
    assert control(report, "House rules", "1.2")["status"] == "manual"
    assert control(report, "PCI DSS", "10.5.1")["status"] == "manual"


def test_an_attestation_is_told_and_leaves_its_control_manual(tmp_path: Path) -> None:
    house = write(tmp_path / "controls", framework(MANUAL))
    _, report = gate(project(tmp_path, PCI, HOUSE), "--controls", str(house))
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text())).validate(report)
    assert report["attestation_file"]["path"] == "compliance/attestations.yaml"
    first, second = report["attestations"]
    assert (first["framework"], first["version"], first["control"]) == (
        "PCI DSS",
        "v4.0.1",
        "7.2.4",
    )
    assert (first["status"], first["evidence_file"]) == ("valid", "docs/review.txt")
    assert (second["framework"], second["status"]) == ("House rules", "valid")
    assert control(report, "PCI DSS", "7.2.4")["status"] == "manual"


def test_attestations_change_no_verdict_and_no_count(tmp_path: Path) -> None:
    without = gate(project(tmp_path / "a"))[1]
    with_one = gate(project(tmp_path / "b", PCI))[1]
    for part in ("summary", "results", "controls"):
        assert with_one[part] == without[part], part


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        (
            [entry(framework="PCI DSS", control="7.2.1")],
            "attestations.yaml:1: PCI DSS 7.2.1 is part",
        ),
        ([HOUSE], "attestations.yaml:1: no framework 'House rules' is loaded"),
    ],
)
def test_a_file_of_attestations_that_is_not_valid_is_exit_2_with_the_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], entries: list[Any], words: str
) -> None:
    status, report = gate(project(tmp_path, text=listed(*entries)))
    assert (status, report) == (2, None)
    assert words in capsys.readouterr().err


def test_a_framework_that_is_not_valid_is_exit_2_with_the_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    house = write(tmp_path / "controls", framework(row(rules=["no-such-rule"])))
    status, report = gate(project(tmp_path), "--controls", str(house))
    assert (status, report) == (2, None)
    assert f"{house / 'house.yaml'}:5: control 1.1: there is no rule" in capsys.readouterr().err
