"""Waivers under the real CLI: the plain command, and the gate that drives it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.engine.cli import Surroundings
from tests.engine.gate_run import gate, report
from tests.engine.test_plain_command import Ran, preview, shop

RULE = "logs-group-retention"
GROUPS = """
import pulumi_aws as aws
for name in ("orders", "archive"):
    aws.cloudwatch.LogGroup(name, name=f"/shop/{name}/dev", retention_in_days=14)
"""
WAIVER = """\
- id: w-{name}
  rule: logs-group-retention
  resource: "*::{name}"
  reason: auditors read it
  owner: platform
  expires: {expires}
"""
AS_OF = "2026-03-01"


def only_retention(**options: Any) -> dict[str, Any]:
    of_waivers = {"enforcementLevel": "advisory", "asOf": AS_OF, **options}
    return {"all": "disabled", RULE: "mandatory", "waivers": of_waivers}


def write(file: Path, **expires: str) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text("".join(WAIVER.format(name=name, expires=day) for name, day in expires.items()))


def levels(ran: Ran) -> dict[str, str]:
    """The level of each violation of the rule, by the resource's name."""
    events = [json.loads(line).get("policyEvent") for line in ran.text.splitlines()]
    return {
        each["resourceUrn"].rpartition("::")[2]: each["enforcementLevel"]
        for each in events
        if each and each["policyName"] == RULE
    }


def test_a_preview_goes_on_where_all_that_failed_is_waived(
    real: Surroundings, tmp_path: Path
) -> None:
    program = shop(real, tmp_path, GROUPS)
    assert preview(real, program, only_retention()).stopped
    write(program / "compliance" / "waivers.yaml", orders="2026-06-30", archive="2026-06-30")

    ran = preview(real, program, only_retention())

    assert not ran.stopped, ran.said
    assert levels(ran) == {"orders": "advisory", "archive": "advisory"}
    assert "waived until 2026-06-30 by platform: auditors read it (waiver w-orders, " in ran.said
    assert "compliance/waivers.yaml:1)" in ran.said


def test_an_expired_waiver_stops_the_preview_and_says_so(
    real: Surroundings, tmp_path: Path
) -> None:
    program = shop(real, tmp_path, GROUPS)
    file = program / "security" / "waivers.yaml"
    write(file, orders="2026-02-28", archive="2026-03-10", gone="2026-06-30")

    ran = preview(real, program, only_retention(path="security/waivers.yaml"))

    assert ran.stopped
    assert levels(ran) == {"orders": "mandatory", "archive": "advisory"}
    for words in (
        "w-orders of platform (security/waivers.yaml:1) does not count: it expired on 2026-02-28",
        "w-archive of platform (security/waivers.yaml:7): it expires in 9 days",
        "w-gone of platform (security/waivers.yaml:13): it matches no finding",
    ):
        assert words in ran.said, ran.said


def test_the_cli_takes_waivers_without_any_configuration(
    real: Surroundings, tmp_path: Path
) -> None:
    program = shop(real, tmp_path, GROUPS)
    file = program / "compliance" / "waivers.yaml"
    write(file, orders="2020-01-01")

    ran = preview(real, program)

    assert ran.stopped
    assert "does not count: it expired on 2020-01-01" in ran.said


def test_a_file_that_is_not_valid_stops_the_preview(real: Surroundings, tmp_path: Path) -> None:
    program = shop(real, tmp_path, GROUPS.replace("14", "7"))
    file = program / "compliance" / "waivers.yaml"
    file.parent.mkdir()
    file.write_text("- id: a\n  reson: b\n")

    ran = preview(real, program)

    assert ran.stopped
    assert "compliance/waivers.yaml:2: a waiver has no field 'reson'; did you mean" in ran.said
    assert not ran.log.passed


def test_the_gate_and_the_pack_it_drives_waive_the_same(real: Surroundings, tmp_path: Path) -> None:
    program = shop(real, tmp_path, GROUPS)
    write(program / "compliance" / "waivers.yaml", orders="2026-06-30", archive="2026-02-28")
    configuration = tmp_path / "guardrails.json"
    configuration.write_text(json.dumps(only_retention()))
    arguments = ["--as-of", AS_OF, "--policy-config", str(configuration)]

    done = gate(real, program, tmp_path / "out", *arguments)
    offline = gate(real, program, tmp_path / "off", *arguments, "--engine", "offline")

    assert (done.returncode, offline.returncode) == (1, 1), done.stdout + done.stderr
    by_engine = [report(tmp_path / name) for name in ("out", "off")]
    found = [
        {(each["resource"][-6:], each["status"], each["waiver_note"]) for each in data["results"]}
        for data in by_engine
    ]
    assert found[0] == found[1]
    assert {(name, status) for name, status, _ in found[0]} == {
        ("orders", "waived"),
        ("rchive", "fail"),
    }
    assert by_engine[0]["waivers"] == by_engine[1]["waivers"]

    write(tmp_path / "all.yaml", orders="2026-06-30", archive="2026-06-30")
    passed = gate(
        real, program, tmp_path / "all", *arguments, "--waivers", str(tmp_path / "all.yaml")
    )
    assert passed.returncode == 0, passed.stdout + passed.stderr
