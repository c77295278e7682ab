"""Closing a report folder again and again: what of earlier runs goes, and what stays."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from compliance.command_line import main
from compliance.evidence import Evidence
from compliance.integrity.keys import read_signing_key
from compliance.integrity.sealing import seal
from compliance.proof.effectiveness import Effectiveness
from compliance.proof.files import proof_texts
from compliance.reports import write_files
from compliance.reports.json_report import write_json
from tests.compliance.integrity.report_folders import evidence, make, make_keys, verified


def again(folder: Path, found: Evidence | None = None) -> tuple[str, ...]:
    """Close the folder after another run, which writes report.json alone; what went."""
    found = found or evidence("another")
    written = write_files([("report.json", write_json(found))], folder)
    return tuple(path.name for path in seal(found, written, folder).removed)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_reports_of_an_earlier_run_do_not_stay_beside_this_ones(
    tmp_path: Path, capsys: Any
) -> None:
    folder = make(tmp_path / "report")
    assert again(folder) == ("report.csv", "report.md")
    assert names(folder) == ["manifest.json", "report.json"]
    assert verified(capsys, folder)[0] == 0


def test_reports_that_were_made_of_the_same_evidence_stay(tmp_path: Path, capsys: Any) -> None:
    folder = make(tmp_path / "report")
    assert again(folder, evidence()) == ()
    assert names(folder) == ["manifest.json", "report.csv", "report.json", "report.md"]
    assert verified(capsys, folder)[0] == 0


def test_nothing_of_an_earlier_run_gets_a_signature(tmp_path: Path, capsys: Any) -> None:
    """Its manifest had none: somebody may have edited both."""
    signing, public = make_keys(tmp_path)
    folder = tmp_path / "report"
    edited = write_files([("report.json", write_json(evidence())), ("report.md", "Passed")], folder)
    seal(evidence(), edited, folder)
    written = write_files([("report.json", write_json(evidence()))], folder)
    found = seal(evidence(), written, folder, read_signing_key(signing, folder, {}))
    assert [path.name for path in found.removed] == ["report.md"]
    assert names(folder) == ["manifest.dsse.json", "manifest.json", "report.json"]
    assert verified(capsys, folder, "--key", public)[0] == 0


def test_a_format_that_is_added_later_joins_the_report(tmp_path: Path, capsys: Any) -> None:
    folder = make(tmp_path / "report")
    # As an older version wrote it, which knew fewer fields.
    data = json.loads((folder / "report.json").read_text())
    del data["grants"], data["attestations"]
    written = write_files([("report.json", json.dumps(data))], folder)
    seal(evidence(), (*written, folder / "report.csv"), folder)
    before = (folder / "report.json").read_bytes()
    assert (
        main(["report", str(folder / "report.json"), "--out", str(folder), "--format", "md"]) == 0
    )
    assert (folder / "report.json").read_bytes() == before
    assert names(folder) == ["manifest.json", "report.csv", "report.json", "report.md"]
    assert verified(capsys, folder)[0] == 0


def test_the_evidence_itself_is_never_removed(tmp_path: Path, capsys: Any) -> None:
    folder = make(tmp_path / "report")
    written = write_files([("report.md", "# Passed")], folder)
    assert [path.name for path in seal(evidence("another"), written, folder).removed] == [
        "report.csv"
    ]
    status, printed = verified(capsys, folder)
    assert status == 1
    assert "EXTRA  report.json" in printed


def test_what_somebody_edited_or_added_is_not_removed_but_named(
    tmp_path: Path, capsys: Any
) -> None:
    folder = make(tmp_path / "report")
    (folder / "report.md").write_text("edited")
    (folder / "notes.txt").write_text("mine")
    assert again(folder) == ("report.csv",)
    status, printed = verified(capsys, folder)
    assert status == 1
    assert "EXTRA  notes.txt" in printed
    assert "EXTRA  report.md" in printed


@pytest.mark.parametrize("name", ["../outside.txt", "manifest.dsse.json", "effectiveness.json", 7])
def test_a_manifest_that_we_did_not_write_removes_nothing(tmp_path: Path, name: Any) -> None:
    folder = make(tmp_path / "report")
    digest = json.loads((folder / "manifest.json").read_text())["subject"][0]["digest"]
    for place in ("../outside.txt", "effectiveness.json"):
        (folder / place).write_bytes((folder / "report.csv").read_bytes())
    data = json.loads((folder / "manifest.json").read_text())
    data["subject"] = [{"name": name, "digest": digest}]
    (folder / "manifest.json").write_text(json.dumps(data, indent=1) + "\n")
    assert again(folder) == ()
    assert (folder / "../outside.txt").exists()
    assert (folder / "effectiveness.json").exists()


@pytest.mark.parametrize("edit", [("report-manifest:v1", "report-manifest:v2"), ("\n", " ")])
def test_a_manifest_of_another_kind_removes_nothing(tmp_path: Path, edit: tuple[str, str]) -> None:
    folder = make(tmp_path / "report")
    text = (folder / "manifest.json").read_text()
    assert edit[0] in text
    (folder / "manifest.json").write_text(text.replace(*edit))
    assert again(folder) == ()
    assert "report.md" in names(folder)


@pytest.mark.parametrize("content", [b"", b"[]", b'{"predicate": []}', b"[" * 5000, b"\xff"])
def test_a_manifest_that_is_none_removes_nothing(tmp_path: Path, content: bytes) -> None:
    folder = make(tmp_path / "report")
    (folder / "manifest.json").write_bytes(content)
    assert again(folder) == ()
    assert "report.md" in names(folder)


def test_a_link_in_place_of_an_earlier_report_is_not_followed(tmp_path: Path) -> None:
    folder = make(tmp_path / "report")
    (folder / "report.md").rename(tmp_path / "kept.md")
    (folder / "report.md").symlink_to(tmp_path / "kept.md")
    assert again(folder) == ("report.csv",)
    assert (tmp_path / "kept.md").exists()


def test_a_signature_of_an_earlier_run_goes(tmp_path: Path, capsys: Any) -> None:
    folder = make(tmp_path / "report", make_keys(tmp_path)[0])
    make(folder)
    assert "manifest.dsse.json" not in names(folder)
    assert verified(capsys, folder)[0] == 0


def test_a_file_that_is_not_of_the_folder_is_no_report(tmp_path: Path) -> None:
    folder = make(tmp_path / "report")
    for path in (tmp_path / "x.txt", folder / "sub" / "x.txt", folder / "manifest.json"):
        with pytest.raises(ValueError, match="is no report in"):
            seal(evidence(), [path], folder)


def test_a_file_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    folder = make(tmp_path / "report")
    with pytest.raises(OSError, match=r"report\.xml is missing"):
        seal(evidence(), [folder / "report.xml"], folder)


def proved(found: Evidence) -> Effectiveness:
    return Effectiveness(
        found.subject.project, found.subject.stack, found.subject.program_digest,
        found.pack.digest, found.pack.configuration, found.subject.as_of, 1, 1, 0, {}, (), (), (),
        (), (),
    )  # fmt: skip


def test_a_proof_is_listed_where_the_report_took_it_in(tmp_path: Path, capsys: Any) -> None:
    folder = tmp_path / "report"
    effectiveness = proved(evidence())
    write_files(proof_texts(effectiveness, ()), folder)
    again(folder, replace(evidence(), effectiveness=effectiveness))
    assert verified(capsys, folder)[0] == 0
    (folder / "effectiveness.md").write_text("edited")
    assert verified(capsys, folder)[0] == 1


def test_a_proof_that_the_report_knows_nothing_of_stays_and_is_named(
    tmp_path: Path, capsys: Any
) -> None:
    folder = tmp_path / "report"
    effectiveness = proved(evidence())
    write_files(proof_texts(effectiveness, ()), folder)
    other = replace(effectiveness, changes=2)
    for found in (evidence(), replace(evidence(), effectiveness=other)):
        assert again(folder, found) == ()
        status, printed = verified(capsys, folder)
        assert status == 1
        assert "EXTRA  effectiveness.json" in printed
        assert "EXTRA  effectiveness.md" in printed


def test_sealing_loads_no_cryptography_unless_it_signs() -> None:
    code = (
        "import sys, compliance.integrity.sealing; "
        "print([m for m in ('cryptography', 'securesystemslib', 'jsonschema') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
