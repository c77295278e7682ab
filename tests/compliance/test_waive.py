"""`compliance waive` writes a waiver as a person would, or says what is wrong with the wish."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from payment_guardrails.rules import registered
from payment_guardrails.waivers.waiver import Waiver
from payment_guardrails.waivers.waiver_file import read_waivers

from compliance.command_line import main
from tests.compliance.test_waivers import DAY, RULE, gate, shop, statuses, waivers

WHY = ["--reason", "auditors read it", "--owner", "platform", "--as-of", DAY]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """A report in which two log groups fail, and what it holds."""
    folder = tmp_path_factory.mktemp("found")
    _, data = gate(folder / "out", "--program", str(shop(folder / "shop")))
    return folder / "out" / "report.json", data


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "compliance" / "waivers.yaml"


def finding(found: tuple[Path, Any], name: str) -> str:
    ids = [each["id"] for each in found[1]["results"] if each["resource"].endswith(f"::{name}")]
    return str(ids[0])


def waive(found: tuple[Path, Any], file: Path, target: str, *arguments: str) -> int:
    places = ["--report", str(found[0]), "--waivers", str(file)]
    return main(["waive", target, *WHY, *places, *arguments])


def read(file: Path) -> tuple[Waiver, ...]:
    return read_waivers(file, registered()).waivers


def test_a_finding_is_waived_for_90_days_in_a_file_that_is_made(
    found: tuple[Path, Any], file: Path, tmp_path: Path, capsys: Any
) -> None:
    assert waive(found, file, finding(found, "orders"), "--ticket", "PAY-7") == 0
    [waiver] = read(file)
    assert waiver == Waiver(
        "logs-group-retention-1", RULE, finding(found, "orders"), "*", "auditors read it",
        "platform", "2026-05-30", "PAY-7", waiver.line,
    )  # fmt: skip
    assert "waiver logs-group-retention-1 added" in capsys.readouterr().out
    project = shop(tmp_path / "shop")
    _, data = gate(tmp_path / "out", "--program", str(project), "--waivers", str(file))
    assert statuses(data) == {"orders": "waived", "archive": "fail"}


def test_a_rule_is_waived_on_the_resources_that_fit(found: tuple[Path, Any], file: Path) -> None:
    assert waive(found, file, RULE, "--resource", "*::arch*", "--expires", "2026-08-28") == 0
    assert waive(found, file, RULE, "--resource", "*::orders", "--days", "10") == 0
    first, second = read(file)
    assert (first.rule, first.finding, first.resource) == (RULE, None, "*::arch*")
    assert (first.expires, second.expires) == ("2026-08-28", "2026-03-11")
    assert (first.id, second.id) == ("logs-group-retention-1", "logs-group-retention-2")


KEPT = waivers("other").replace("reason:", "reason:   ") + "# the end"


@pytest.mark.parametrize(
    "before",
    [
        "",
        "# only a comment\n",
        "waivers:\n",
        "waivers:\n# none yet",
        KEPT,
        "waivers:  # a list\n" + KEPT,
        "waivers:\n" + "".join(f"    {line}\n" for line in KEPT.splitlines()),
        KEPT.replace("\n", "\r\n"),
        "\ufeff" + KEPT,
    ],
)
def test_what_is_in_the_file_stays_as_it_is(
    found: tuple[Path, Any], file: Path, before: str
) -> None:
    file.parent.mkdir()
    file.write_bytes(before.encode())
    file.chmod(0o640)
    known = read(file)
    assert (
        waive(found, file, finding(found, "orders"), "--reason", 'it\'s "só" \U0001f50d: #1') == 0
    )
    assert file.read_bytes().startswith(before.encode())
    assert read(file)[:-1] == known
    assert read(file)[-1].reason == 'it\'s "só" \U0001f50d: #1'
    assert file.stat().st_mode & 0o777 == 0o640
    assert [each.name for each in file.parent.iterdir()] == ["waivers.yaml"]


@pytest.mark.parametrize(
    "before",
    ["waivers: []\n", "[]\n", "waivers: ~\n", KEPT + "\n...\n", "waivers: [\n]\n"],
)
def test_a_file_that_cannot_be_added_to_is_left_alone(
    found: tuple[Path, Any], file: Path, before: str, capsys: Any
) -> None:
    file.parent.mkdir()
    file.write_text(before)
    assert waive(found, file, finding(found, "orders")) == 2
    assert str(file) in capsys.readouterr().err
    assert file.read_text() == before


@pytest.mark.parametrize(
    ("target", "arguments", "words"),
    [
        ("logs-group-retention:000000000000", [], "has no finding"),
        ("logs-group-retentoin", [], "did you mean logs-group-retention?"),
        (RULE, [], "name the resources with --resource"),
        (RULE, ["--resource", "*::nothing"], "fits none of the resources"),
        ("sqs-queue-fifo", ["--resource", "*"], "has no open finding there"),
        ("{orders}", ["--resource", "*::archive"], "does not fit the resource"),
        ("{orders}x", [], "did you mean {orders}?"),
        ("{orders}", ["--days", "181"], "--days must be from 0 to 180"),
        ("{orders}", ["--days", "-1"], "--days must be from 0 to 180"),
        ("{orders}", ["--expires", "2026-08-29"], "more than 180 days"),
        ("{orders}", ["--expires", "2026-02-28"], "it expired on"),
        ("{orders}", ["--expires", "soon"], "must be a date like"),
        ("{orders}", ["--expires", "2026-04-01", "--days", "3"], "not allowed with"),
        ("{orders}", ["--reason", " "], "reason is blank"),
        ("{orders}", ["--owner", "\x1b[31m"], "no screen shows"),
        ("{orders}", ["--report", "no/report.json"], "no/report.json"),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused_and_nothing_is_written(
    found: tuple[Path, Any],
    file: Path,
    capsys: Any,
    target: str,
    arguments: list[str],
    words: str,
) -> None:
    orders = finding(found, "orders")
    assert waive(found, file, target.format(orders=orders), *arguments) == 2
    said = capsys.readouterr().err
    assert words.format(orders=orders) in said
    assert said.startswith("compliance: ")
    assert not file.exists()


def test_the_same_is_not_waived_twice(found: tuple[Path, Any], file: Path, capsys: Any) -> None:
    assert waive(found, file, RULE, "--resource", "*") == 0
    before = file.read_bytes()
    assert waive(found, file, RULE, "--resource", "*") == 2
    assert (
        "waivers.yaml:2: waiver logs-group-retention-1 is for the same" in capsys.readouterr().err
    )
    assert waive(found, file, finding(found, "orders")) == 2
    assert "logs-group-retention-1 waives that already" in capsys.readouterr().err
    assert file.read_bytes() == before


def test_what_is_waived_or_passes_needs_no_waiver(tmp_path: Path, file: Path, capsys: Any) -> None:
    project = shop(tmp_path / "shop", waivers("orders"))
    _, data = gate(tmp_path / "out", "--program", str(project))
    report = (tmp_path / "out" / "report.json", data)
    assert waive(report, file, finding(report, "orders")) == 2
    assert "is waived already, by w-orders" in capsys.readouterr().err
