"""Waivers in the gate: what they change, what they leave, and what every report says of them."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from payment_guardrails.configuration import configure
from payment_guardrails.record import Record
from payment_guardrails.rules import registered
from payment_guardrails.stack import Stack
from payment_guardrails.waivers.waiver import Waiver, WaiverFile
from payment_guardrails.waivers.waiving import Waiving

from compliance.command_line import main
from compliance.engines.engine import EngineError
from compliance.evaluation import judge, results
from compliance.evidence import Result
from compliance.waived import confirm_waived, waiver_entries
from tests.compliance.engines.state_exports import entry, export, in_stack, write
from tests.policypack.services.compliant import GROUP, made

ROOT = Path(__file__).parents[2]
DAY = "2026-03-01"
RULE = "logs-group-retention"
SHOP = """
import pulumi_aws as aws
tags = {"Project": "shop", "Environment": "dev", "ManagedBy": "pulumi"}
for name in ("orders", "archive"):
    aws.cloudwatch.LogGroup(name, name=f"/shop/{name}/dev", retention_in_days=14, tags=tags)
"""
ONE = """\
- id: {id}
  rule: logs-group-retention
  resource: "*::{name}"
  reason: auditors read it
  owner: platform
  expires: {expires}
  ticket: PAY-7
"""


def waivers(*names: str, expires: str = "2026-06-30") -> str:
    return "".join(ONE.format(id=f"w-{name}", name=name, expires=expires) for name in names)


def shop(folder: Path, text: str | None = None) -> Path:
    """A project with two log groups that are kept too long, and its waivers."""
    folder.mkdir(exist_ok=True)
    (folder / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    (folder / "__main__.py").write_text(SHOP)
    if text is not None:
        (folder / "compliance").mkdir(exist_ok=True)
        (folder / "compliance" / "waivers.yaml").write_text(text)
    return folder


def state(folder: Path) -> Path:
    """An export of the same stack."""
    groups = [
        entry(made(GROUP, name, name=f"/shop/{name}/dev", retentionInDays=14))
        for name in ("orders", "archive")
    ]
    return write(folder / "shop.json", in_stack(export(groups), "shop", "dev"))


def gate(out: Path, *arguments: str) -> tuple[int, Any]:
    """Run the gate with the retention rule alone; its status and report."""
    out.mkdir(exist_ok=True)
    configuration = out / "guardrails.json"
    configuration.write_text(json.dumps({"all": "disabled", RULE: "mandatory"}))
    status = main(
        ["gate", "--as-of", DAY, "--policy-config", str(configuration), "--out", str(out),
         *arguments]
    )  # fmt: skip
    file = out / "report.json"
    return status, json.loads(file.read_text()) if file.exists() else None


def statuses(data: Any) -> Mapping[str, str]:
    return {each["resource"].rpartition("::")[2]: each["status"] for each in data["results"]}


@pytest.mark.parametrize("engine", ["offline", "state"])
def test_a_waiver_counts_alike_in_what_is_written_and_what_is_deployed(
    tmp_path: Path, engine: str, capsys: Any
) -> None:
    project = shop(tmp_path / "shop", waivers("orders"))
    where = ["--program", str(project)]
    where += ["--state", str(state(tmp_path))] if engine == "state" else []

    status, data = gate(tmp_path / "out", *where)

    assert status == 1
    assert statuses(data) == {"orders": "waived", "archive": "fail"}
    assert data["summary"]["statuses"]["waived"] == 1
    assert "1 failed, 1 waived" in capsys.readouterr().out
    [waived] = [each for each in data["results"] if each["status"] == "waived"]
    assert waived["waiver"] == {
        "id": "w-orders", "reason": "auditors read it", "owner": "platform",
        "expires": "2026-06-30", "ticket": "PAY-7",
    }  # fmt: skip
    [waiver] = data["waivers"]
    assert (waiver["status"], waiver["results"]) == ("active", [waived["id"]])
    assert data["waiver_file"]["path"] == "compliance/waivers.yaml"
    schema = json.loads((ROOT / "compliance" / "report.schema.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(data)


def test_the_gate_passes_where_only_what_is_waived_is_left(tmp_path: Path, capsys: Any) -> None:
    project = shop(tmp_path / "shop", waivers("orders", "archive"))
    status, data = gate(tmp_path / "out", "--program", str(project))
    assert status == 0
    assert data["summary"]["verdict"] == "pass"
    assert set(statuses(data).values()) == {"waived"}
    assert "2 findings accepted by waivers" in capsys.readouterr().out
    affected = [each for each in data["controls"] if RULE in each["rules"]]
    assert affected
    assert {each["status"] for each in affected} <= {"waived", "manual"}
    assert "waived" in {each["status"] for each in affected}


@pytest.mark.parametrize(
    ("expires", "standing", "why"),
    [
        ("2026-02-28", "expired", "it expired on 2026-02-28"),
        ("2026-02-31", "malformed", "expires must be a date like 2026-01-31, not '2026-02-31'"),
        ("2026-08-29", "malformed", "more than 180 days after 2026-03-01"),
    ],
)
def test_a_finding_whose_waiver_does_not_count_is_back_and_says_why(
    tmp_path: Path, capsys: Any, expires: str, standing: str, why: str
) -> None:
    project = shop(tmp_path / "shop", waivers("orders", expires=expires))
    status, data = gate(tmp_path / "out", "--program", str(project))
    assert status == 1
    assert statuses(data) == {"orders": "fail", "archive": "fail"}
    notes = {each["resource"][-6:]: each["waiver_note"] for each in data["results"]}
    assert why in notes["orders"]
    assert "w-orders of platform (compliance/waivers.yaml:1) does not count" in notes["orders"]
    assert notes["rchive"] == ""
    assert data["waivers"][0]["status"] == standing
    assert why in capsys.readouterr().out
    for name in ("html", "md", "csv"):
        assert "does not count" in (tmp_path / "out" / f"report.{name}").read_text()


def test_a_waiver_that_ends_soon_or_matches_nothing_is_told_of(tmp_path: Path, capsys: Any) -> None:
    text = waivers("orders", expires="2026-03-15") + waivers("gone")
    status, data = gate(tmp_path / "out", "--program", str(shop(tmp_path / "shop", text)))
    printed = capsys.readouterr().out
    assert status == 1
    assert {each["id"]: each["status"] for each in data["waivers"]} == {
        "w-orders": "expiring", "w-gone": "unused",
    }  # fmt: skip
    assert "w-orders of platform (compliance/waivers.yaml:1): it expires in 14 days" in printed
    assert "w-gone of platform (compliance/waivers.yaml:8): it matches no finding" in printed


def test_every_report_shows_exceptions_with_owner_reason_and_end(
    tmp_path: Path, capsys: Any
) -> None:
    project = shop(tmp_path / "shop", waivers("orders"))
    out = tmp_path / "out"
    gate(out, "--program", str(project))
    texts = {path.name: path.read_text() for path in out.glob("report.*")}
    texts["terminal"] = capsys.readouterr().out
    for name, text in texts.items():
        for word in ("platform", "auditors read it", "2026-06-30", "w-orders"):
            assert word in text.replace("\\", ""), name
    for name in ("report.html", "report.md", "report.json", "terminal"):
        assert "compliance/waivers.yaml" in texts[name], name
        assert "sha256:" in texts[name], name
    rows = list(csv.DictReader(texts["report.csv"].splitlines()))
    assert {row["waiver_owner"] for row in rows if row["status"] == "waived"} == {"platform"}
    assert {row["waiver_owner"] for row in rows if row["status"] == "fail"} == {""}
    assert main(["report", str(out / "report.json"), "--out", str(tmp_path / "again")]) == 0
    for path in (tmp_path / "again").glob("report.*"):
        assert path.read_text() == texts[path.name]


def test_the_file_is_the_one_given_else_configured_else_the_projects(tmp_path: Path) -> None:
    project = shop(tmp_path / "shop", waivers("orders"))
    given, configured = tmp_path / "given.yaml", project / "configured.yaml"
    given.write_text(waivers("archive"))
    configured.write_text(waivers("orders", "archive"))
    policy = tmp_path / "policy.json"
    policy.write_text(
        json.dumps({"all": "disabled", RULE: "mandatory", "waivers": {"path": "configured.yaml"}})
    )
    where = ["--program", str(project)]

    _, own = gate(tmp_path / "a", *where)
    _, named = gate(tmp_path / "b", *where, "--waivers", str(given))
    _, option = gate(tmp_path / "c", *where, "--policy-config", str(policy))
    _, both = gate(tmp_path / "d", *where, "--policy-config", str(policy), "--waivers", str(given))

    assert statuses(own) == {"orders": "waived", "archive": "fail"}
    assert statuses(named) == {"orders": "fail", "archive": "waived"}
    assert statuses(option) == {"orders": "waived", "archive": "waived"}
    assert option["waiver_file"]["path"] == "configured.yaml"
    assert statuses(both) == statuses(named)
    assert both["waiver_file"]["path"] == "given.yaml", "not where somebody keeps it"


def test_a_program_below_its_project_finds_the_projects_file(tmp_path: Path) -> None:
    project = shop(tmp_path / "shop", waivers("orders"))
    (project / "program").mkdir()
    (project / "__main__.py").rename(project / "program" / "__main__.py")
    _, data = gate(tmp_path / "out", "--program", str(project / "program"))
    assert statuses(data)["orders"] == "waived"


def test_without_a_file_nothing_is_waived_and_none_is_claimed(tmp_path: Path) -> None:
    status, data = gate(tmp_path / "out", "--program", str(shop(tmp_path / "shop")))
    assert status == 1
    assert (data["waiver_file"], data["waivers"]) == (None, [])


def test_a_file_that_is_not_valid_is_exit_2_with_file_line_and_remedy(
    tmp_path: Path, capsys: Any
) -> None:
    project = shop(tmp_path / "shop", waivers("orders") + "  colour: red\n")
    status, data = gate(tmp_path / "out", "--program", str(project))
    assert (status, data) == (2, None)
    said = capsys.readouterr().err
    assert "compliance/waivers.yaml:8: a waiver has no field 'colour'; did you mean" in said


# --- Whatever the waivers are -------------------------------------------------------------


@cache
def findings() -> Any:
    """What all rules say of a few broken resources."""
    broken = [
        made(GROUP, name, name=f"/x/{name}", retentionInDays=days)
        for name, days in (("a", 14), ("b", 7), ("c[0]", 30))
    ]
    stack = Stack.of("shop", "dev", broken)
    rules = registered()
    return judge([stack], rules, configure(rules), deployed=True).findings


def judged(waiving: Waiving | None) -> tuple[Result, ...]:
    return results(findings(), registered(), configure(registered()), waiving)


ORIGINAL = judged(None)
OPEN = [each for each in ORIGINAL if each.status in ("fail", "undecided")]
made_waivers = st.builds(
    Waiver, id=st.uuids().map(str), rule=st.sampled_from(sorted({each.rule for each in OPEN})),
    finding=st.none() | st.sampled_from([each.id for each in OPEN]),
    resource=st.sampled_from(["*", "*::a", "*::c[0]", "*::c*", "x"]), reason=st.just("r"),
    owner=st.just("o"), ticket=st.just(""), line=st.integers(1, 99),
    expires=st.sampled_from(["2026-03-01", "2026-06-30", "2026-02-28", "2027-01-01", "soon"]),
)  # fmt: skip


@given(st.lists(made_waivers, max_size=5))
def test_a_waiver_changes_the_status_of_what_it_matches_and_nothing_else(
    made_ones: list[Waiver],
) -> None:
    file = WaiverFile(Path("w.yaml"), "sha256:x", tuple(made_ones))
    waiving = Waiving(file, "w.yaml", date(2026, 3, 1))
    found = judged(waiving)
    assert [each.id for each in found] == [each.id for each in ORIGINAL]
    for before, after in zip(ORIGINAL, found, strict=True):
        mine = [
            one
            for one in made_ones
            if before in OPEN and one.matches(before.rule, before.id, before.resource)
        ]
        in_force = [one for one in mine if one.expires in ("2026-03-01", "2026-06-30")]
        if in_force:
            assert after.status == "waived"
            assert after.waiver is not None
            assert after.waiver["id"] in {one.id for one in in_force}
        else:
            assert (after.status, after.waiver) == (before.status, None)
            assert bool(after.waiver_note) is bool(mine)
        bare = {"status": before.status, "waiver": None, "waiver_note": ""}
        assert {**after.__dict__, **bare} == before.__dict__
    for entry_ in waiver_entries(waiving, found):
        one = next(each for each in made_ones if each.id == entry_.id)
        assert set(entry_.results) == {
            each.id for each in OPEN if one.matches(each.rule, each.id, each.resource)
        }


def test_what_the_pack_waived_must_be_what_the_gate_waives(tmp_path: Path) -> None:
    waiver = Waiver("w", OPEN[0].rule, OPEN[0].id, "*", "r", "o", "2026-06-30", "", 1)
    file = WaiverFile(Path("w.yaml"), "sha256:x", (waiver,))
    found = judged(Waiving(file, "w.yaml", date(2026, 3, 1)))
    confirm_waived(Record(tmp_path / "r", waived={OPEN[0].id: "w"}), found)
    for others in ({}, {OPEN[0].id: "v"}, {OPEN[0].id: "w", OPEN[1].id: "w"}):
        with pytest.raises(EngineError, match="disagree on what is waived"):
            confirm_waived(Record(tmp_path / "r", waived=others), found)
