"""`compliance diff`, through the door users have: real reports, exit status, what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from compliance.command_line import main
from compliance.reports import formats
from tests.compliance.difference.evidences import evidence, result, shuffled

DAY = ["--as-of", "2026-11-28"]
PROGRAM = """
import json
import pulumi
import pulumi_aws as aws

stack = pulumi.get_stack()
tags = {{"Project": "shop", "Environment": stack, "ManagedBy": "pulumi"}}
name = f"/shop/{group}/{{stack}}"
aws.cloudwatch.LogGroup("{group}", name=name, retention_in_days={days}, tags=tags)
aws.ssm.Parameter("token", type="SecureString", value=pulumi.Output.secret("hunter2"), tags=tags)
document = {{"Version": "2012-10-17", "Statement": [
    {{"Effect": "Allow", "Action": "{action}", "Resource": f"arn:aws:sqs:us-east-1:1:q-{{stack}}"}}
]}}
aws.iam.Policy("send", name=f"send-{{stack}}", policy=json.dumps(document), tags=tags)
"""
BEFORE = {"group": "orders", "days": 14, "action": "sqs:SendMessage"}
AFTER = {"group": "orders", "days": 7, "action": "sqs:*"}
Reports = Callable[..., Path]


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Reports:
    """Makes the report of the program, of a stack, and says where it is."""
    made: dict[str, Path] = {}

    def report(stack: str = "dev", **program: Any) -> Path:
        folder = tmp_path_factory.mktemp("shop")
        (folder / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
        text = PROGRAM.format(**program)
        if stack + text not in made:
            (folder / "__main__.py").write_text(text)
            arguments = ["--stack", stack, "--format", "json", "--quiet", *DAY]
            out = folder / "out"
            assert main(["gate", "--program", str(folder), "--out", str(out), *arguments]) in (0, 1)
            made[stack + text] = out / "report.json"
        return made[stack + text]

    return report


def diff(*arguments: str | Path) -> int:
    return main(["diff", *map(str, arguments)])


def test_what_a_change_brought_is_printed_and_stops_a_pipeline(
    reports: Reports, capsys: Any
) -> None:
    assert diff(reports(**BEFORE), reports(**AFTER)) == 1
    said = capsys.readouterr().out
    assert "NEW  iam-policy-no-wildcard-action (critical)\n    send (iam Policy)" in said
    assert "FIXED  logs-group-retention (medium)\n    orders (cloudwatch LogGroup)" in said
    assert "changed: orders (cloudwatch LogGroup)" in said
    assert said.splitlines()[-1].startswith("FAILED  against shop (dev): 1 mandatory finding is")
    assert "\x1b" not in said


def test_fixing_alone_passes_though_not_all_is_fixed(reports: Reports, capsys: Any) -> None:
    base = reports(**{**BEFORE, "action": "sqs:*"})
    head = reports(**{**BEFORE, "days": 7, "action": "sqs:*"})
    assert diff(base, head) == 0
    assert "PASSED  against shop (dev): Nothing mandatory is new; 1" in capsys.readouterr().out
    assert diff(base, head, "--fail-on", "any") == 1
    assert diff(head, base, "--fail-on", "never") == 0
    assert diff(head, base) == 1


def test_the_same_program_in_another_stack_has_nothing_new(reports: Reports, capsys: Any) -> None:
    base, head = reports(**BEFORE), reports(stack="prod", **BEFORE)
    assert diff(base, head) == 0
    said = capsys.readouterr().out
    assert "stack is not the same: dev in the base, prod in the head" in said
    assert "NEW" not in said
    assert "FIXED" not in said


def test_a_resource_under_another_name_is_told_to_be_one_perhaps(
    reports: Reports, capsys: Any
) -> None:
    assert diff(reports(**BEFORE), reports(**{**BEFORE, "group": "sales"})) == 1
    said = capsys.readouterr().out
    assert "perhaps orders (cloudwatch LogGroup) under another name" in said
    assert "perhaps sales (cloudwatch LogGroup) under another name" in said


def test_no_secret_reaches_a_difference(reports: Reports, tmp_path: Path) -> None:
    base, head = reports(**BEFORE), reports(**AFTER)
    diff(base, head, "--format", "text,md,json", "--out", tmp_path)
    assert {each.name for each in tmp_path.iterdir()} == {
        "difference.txt", "difference.md", "difference.json",
    }  # fmt: skip
    assert not any("hunter2" in each.read_text() for each in tmp_path.iterdir())


def written(folder: Path, name: str = "report.json", **changed: Any) -> Path:
    """A report as the gate writes it, with fields of its first level changed."""
    folder.mkdir(exist_ok=True)
    made = evidence(result(), result("jobs", status="undecided"))
    data = {**json.loads(formats()["json"][1](made)), **changed}
    (folder / name).write_text(json.dumps(data))
    return folder / name


@pytest.mark.parametrize("form", ["text", "md", "json"])
def test_a_form_is_printed_or_written_to_a_file_or_into_a_folder(
    form: str, tmp_path: Path, capsys: Any
) -> None:
    base = written(tmp_path / "base")
    assert diff(base, base, "--format", form) == 0
    printed = capsys.readouterr().out
    assert diff(base, base, "--format", form, "--out", tmp_path / "new" / "file") == 0
    assert diff(base, base, "--format", form, "--out", tmp_path) == 0
    file = {"text": "difference.txt", "md": "difference.md", "json": "difference.json"}[form]
    assert (tmp_path / "new" / "file").read_text() == (tmp_path / file).read_text() == printed
    assert [each.name for each in (tmp_path / "new").iterdir()] == ["file"]


def test_the_order_in_the_files_does_not_matter(tmp_path: Path, capsys: Any) -> None:
    made = evidence(result(), result("jobs", status="undecided"), result("a"), result("b"))
    texts = [formats()["json"][1](each) for each in (made, shuffled(made, 7))]
    assert texts[0] != texts[1]
    for name, text in zip("ab", texts, strict=True):
        (tmp_path / name).write_text(text)
    base = written(tmp_path / "base")
    said = []
    for name in "ab":
        assert diff(base, tmp_path / name, "--format", "json") == 1
        said.append(capsys.readouterr().out)
    assert said[0] == said[1]


REMEDY = "make one with `compliance gate --format json --out DIR`"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "No such file or directory"),
        (b"", ":1: malformed JSON"),
        (b'{"schema_version": "1.0",\n "subject": {', ":2: malformed JSON"),
        (b"\xff\xfe\x00", "cannot be read as JSON"),
        (b"[" * 100_000, "cannot be read as JSON"),
        (b"[]", "is no valid report"),
        (b"null", "is no valid report"),
        (b'{"results": []}', "is no valid report"),
        (b'{"version": "2.1.0", "runs": []}', "is no valid report"),
        ({"schema_version": "2.0"}, "another version of the gate wrote it (schema 2.0; this one"),
        ({"schema_version": 9}, "another version of the gate wrote it (schema 9; this one"),
        ({"results": [{"id": "x"}]}, "$.results[0]"),
        ({"subject": {"project": "x"}}, "$.subject"),
        ({"controls": None}, "$.controls"),
    ],
)
@pytest.mark.parametrize("side", ["base", "head"])
def test_what_is_no_report_is_refused_with_place_and_remedy(
    content: bytes | dict[str, Any] | None, words: str, side: str, tmp_path: Path, capsys: Any
) -> None:
    sound, wrong = written(tmp_path / "sound"), tmp_path / "wrong.json"
    if isinstance(content, bytes):
        wrong.write_bytes(content)
    elif content is not None:
        written(tmp_path, "wrong.json", **content)
    assert diff(*((wrong, sound) if side == "base" else (sound, wrong))) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"compliance: {wrong}")
    assert words in captured.err
    assert REMEDY in captured.err
    assert len(captured.err) < 1000


def test_a_folder_is_no_report(tmp_path: Path, capsys: Any) -> None:
    assert diff(tmp_path, written(tmp_path)) == 2
    assert f"compliance: {tmp_path}: Is a directory; {REMEDY}" in capsys.readouterr().err


def test_fields_of_a_later_version_that_reads_alike_are_ignored(tmp_path: Path) -> None:
    assert diff(written(tmp_path, weather="fine"), written(tmp_path / "head")) == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--format", "md,json"], "name it with --out DIR"),
        (["--format", "md,json", "--out", "{base}"], "is a file, and several formats go into a"),
        (["--format", "yaml"], "there is no format 'yaml'; there are text, md, json"),
        (["--format", ","], "names no format"),
        (["--fail-on", "old"], "invalid choice"),
        (["--out", "{base}/x"], "File exists"),
    ],
)
def test_a_wrong_call_is_refused(
    arguments: list[str], words: str, tmp_path: Path, capsys: Any
) -> None:
    base = written(tmp_path)
    before = base.read_bytes()
    assert diff(base, base, *(each.format(base=base) for each in arguments)) == 2
    assert words in capsys.readouterr().err
    assert base.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["report.json"]
