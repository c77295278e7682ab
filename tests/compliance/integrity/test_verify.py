"""`compliance verify`: what it proves, what it does not, and folders that come from anywhere."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from compliance.command_line import main
from compliance.integrity.sealing import seal
from compliance.reports import write_files
from tests.compliance.engines.state_exports import entry, export, in_stack, write
from tests.compliance.integrity.report_folders import evidence, make, make_keys, rewrite, verified
from tests.policypack.services.compliant import GROUP, made


def test_a_whole_folder_passes_and_is_said_to_be_unsigned(folder: Path, capsys: Any) -> None:
    status, printed = verified(capsys, folder)
    assert status == 0
    assert "who can edit a file can edit the manifest too" in printed
    assert "WHOLE  shop (dev): 3 files as listed" in printed
    assert printed.endswith("not signed\n")


def test_it_says_what_the_report_was_made_from(folder: Path, capsys: Any) -> None:
    _, printed = verified(capsys, folder)
    assert "verdict       fail" in printed
    assert "offline engine, as of 2026-01-31, at 2026-01-30T10:00:00Z" in printed
    assert f"program       {evidence().subject.program_digest}" in printed
    assert f"waivers       sha256:{'5' * 64} (compliance/waivers.yaml)" in printed
    _, quiet = verified(capsys, folder, "--quiet")
    assert quiet.splitlines() == [printed.splitlines()[-1]]


def test_a_signature_is_checked_with_its_key(signed: Path, keys: Any, capsys: Any) -> None:
    status, printed = verified(capsys, signed, "--key", keys[1])
    assert status == 0
    assert "the signature covers the bytes of the manifest" in printed
    assert "it does not say who held the key" in printed
    assert printed.endswith("signature good\n")


def test_without_a_key_a_signature_is_said_to_be_unchecked(signed: Path, capsys: Any) -> None:
    status, printed = verified(capsys, signed)
    assert status == 0
    assert "the signature was not checked; it names the key" in printed
    assert printed.endswith("signature not checked\n")


def test_another_key_is_refused(signed: Path, tmp_path: Path, capsys: Any) -> None:
    (tmp_path / "other").mkdir()
    _, other = make_keys(tmp_path / "other")
    status, printed = verified(capsys, signed, "--key", other)
    assert status == 1
    assert "SIGNATURE  manifest.dsse.json: is signed with the key" in printed
    assert "WHOLE  shop" in printed.replace("NOT WHOLE", "WHOLE")


def test_who_wants_a_signature_gets_no_unsigned_folder(
    folder: Path, keys: Any, capsys: Any
) -> None:
    status, printed = verified(capsys, folder, "--key", keys[1])
    assert status == 1
    assert "manifest.dsse.json: is missing: the report is not signed, or no longer" in printed


def test_a_signature_of_another_manifest_is_found_even_without_a_key(
    signed: Path, tmp_path: Path, keys: Any, capsys: Any
) -> None:
    other = make(tmp_path / "other", keys[0], evidence("another"))
    shutil.copy(other / "manifest.dsse.json", signed)
    for options in ([], ["--key", keys[1]]):
        status, printed = verified(capsys, signed, *options)
        assert status == 1
        assert "manifest.dsse.json: is the signature of another manifest.json" in printed


def test_a_report_edited_together_with_its_manifest_needs_the_signature(
    signed: Path, keys: Any, capsys: Any
) -> None:
    """Without a signature nobody can know: that is what it is for, and what the note says."""
    make(signed, None, evidence("edited"))
    assert verified(capsys, signed)[0] == 0
    assert verified(capsys, signed, "--key", keys[1])[0] == 1


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("verdict", "pass", "verdict: pass, but report.json says: fail"),
        ("asOf", "2026-02-01", "as of: 2026-02-01, but report.json says: 2026-01-31"),
        ("evaluatedAt", None, "evaluated at: none, but report.json says: 2026-01-30T10:00:00Z"),
        ("waivers", None, "waivers: none, but report.json says: compliance/waivers.yaml"),
        ("project", "x\x1b[2J\nWHOLE", r"project: x\x1b[2J\nWHOLE, but report.json says: shop"),
    ],
)
def test_a_manifest_that_disagrees_with_its_report_is_found(
    folder: Path, capsys: Any, field: str, value: Any, said: str
) -> None:
    rewrite(folder, lambda data: data["predicate"].update({field: value}))
    status, printed = verified(capsys, folder)
    assert status == 1
    assert f"DIFFERS  manifest.json: says of {said}" in printed
    assert "\x1b" not in printed


def test_sources_that_do_not_give_the_programs_digest_are_found(folder: Path, capsys: Any) -> None:
    rewrite(folder, lambda data: data["predicate"]["program"]["files"].pop())
    status, printed = verified(capsys, folder)
    assert status == 1
    assert "its list of the program's sources does not give their digest" in printed


@pytest.mark.parametrize("names", [["app.json"], ["a-b.json", "a/b.json", "a.json"]])
def test_the_states_that_were_judged_are_listed(
    tmp_path: Path, capsys: Any, names: list[str]
) -> None:
    group = entry(made(GROUP, "logs", name="/aws/lambda/logs", retentionInDays=7))
    for stack, name in zip("abc", names, strict=False):
        write(tmp_path / "states" / name, in_stack(export([group]), "shop", stack))
    for state in (tmp_path / "states", tmp_path / "states" / names[0]):
        folder = tmp_path / f"report-of-{state.name}"
        main(["gate", "--state", str(state), "--out", str(folder), "--format", "json"])
        assert verified(capsys, folder)[0] == 0
        data = json.loads((folder / "manifest.json").read_text())
        listed = {each["name"] for each in data["predicate"]["program"]["files"]}
        assert listed == (set(names) if state.is_dir() else {names[0]})


def test_a_manifest_without_a_report_json_is_said_to_be_uncompared(
    tmp_path: Path, capsys: Any
) -> None:
    folder = tmp_path / "report"
    seal(evidence(), write_files([("report.md", "# Failed")], folder), folder)
    status, printed = verified(capsys, folder)
    assert status == 0
    assert "there is no report.json among the files" in printed


def test_nothing_but_plain_files_is_read(folder: Path, tmp_path: Path, capsys: Any) -> None:
    (folder / "report.md").rename(tmp_path / "report.md")
    (folder / "report.md").symlink_to(tmp_path / "report.md")
    (folder / "report.csv").unlink()
    os.mkfifo(folder / "report.csv")
    (folder / "report.json").unlink()
    (folder / "report.json").mkdir()
    status, printed = verified(capsys, folder)
    assert status == 1
    assert "DIFFERS  report.md: is a symbolic link, not a file of its own" in printed
    assert "DIFFERS  report.csv: is a special file, not a file of its own" in printed
    assert "DIFFERS  report.json: is a folder, not a file of its own" in printed


def test_a_manifest_or_signature_that_is_a_link_is_not_followed(
    signed: Path, tmp_path: Path, capsys: Any
) -> None:
    for name, expected in (("manifest.dsse.json", 1), ("manifest.json", 2)):
        (signed / name).rename(tmp_path / name)
        (signed / name).symlink_to(tmp_path / name)
        status, printed = verified(capsys, signed)
        assert status == expected
        assert "is a symbolic link, not a file of its own" in printed


def test_a_file_that_may_not_be_read_is_named(
    folder: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    really = os.open

    def refused(path: Any, *rest: Any) -> int:
        if Path(path).name == "report.md":
            raise PermissionError(13, "Permission denied")
        return really(path, *rest)

    monkeypatch.setattr(os, "open", refused)
    status, printed = verified(capsys, folder)
    assert status == 1
    assert "DIFFERS  report.md: cannot be read (Permission denied)" in printed


def test_names_of_added_files_cannot_write_on_the_terminal(folder: Path, capsys: Any) -> None:
    (folder / "a\x1b[31m\nWHOLE").write_text("")
    status, printed = verified(capsys, folder)
    assert status == 1
    assert r"EXTRA  a\x1b[31m\nWHOLE" in printed
    assert "\x1b" not in printed


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("nowhere", "no such folder; name the folder that the gate wrote"),
        ("report/report.json", "is no folder; name the folder that the gate wrote"),
        ("empty", "manifest.json: is missing, so nothing tells what the folder should hold"),
    ],
)
def test_a_folder_that_is_none_is_one_clear_message(
    folder: Path, tmp_path: Path, capsys: Any, place: str, said: str
) -> None:
    (tmp_path / "empty").mkdir()
    status, printed = verified(capsys, tmp_path / place)
    assert status == 2
    assert said in printed
    assert printed.count("\n") == 1


def test_a_large_file_is_verified(tmp_path: Path, capsys: Any) -> None:
    folder = tmp_path / "report"
    folder.mkdir()
    with (folder / "large.bin").open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    seal(evidence(), [folder / "large.bin"], folder)
    assert verified(capsys, folder)[0] == 0
    with (folder / "large.bin").open("r+b") as file:
        file.seek(150 * 1024 * 1024)
        file.write(b"\x01")
    assert verified(capsys, folder)[0] == 1
