"""The attestations of a project: where they are, and whether their evidence is what it was."""

from __future__ import annotations

import os
import tempfile
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.attestations import AttestationFileError, find_attestations
from compliance.attestations.attestation import EvidenceFile
from compliance.attestations.evidence_files import evidence_fault
from compliance.evidence import AttestationEntry, AttestationFileEntry
from tests.compliance.attestations.attesting import (
    DIGEST,
    ENTRY,
    FRAMEWORKS,
    entry,
    listed,
    project,
)

DAY = date(2026, 3, 1)
WITH_EVIDENCE = entry(evidence="docs/review.txt", sha256=DIGEST)


def found(program: Path, given: Path | None = None, as_of: date = DAY) -> tuple[Any, Any]:
    return find_attestations(program, given, FRAMEWORKS, as_of)


def only(program: Path) -> AttestationEntry:
    _, [each] = found(program)
    assert isinstance(each, AttestationEntry)
    return each


def test_the_projects_own_file_is_read_and_told(tmp_path: Path) -> None:
    folder = project(tmp_path, WITH_EVIDENCE)
    file, [each] = found(folder)
    content = (folder / "compliance" / "attestations.yaml").read_bytes()
    assert file == AttestationFileEntry(
        "compliance/attestations.yaml", f"sha256:{sha256(content).hexdigest()}"
    )
    assert each == AttestationEntry(
        framework="House", version="1", control="1.1", status="valid", explanation="",
        statement="all access was reviewed", owner="platform", date="2026-01-15",
        valid_until="2026-07-31", evidence_file="docs/review.txt",
        evidence_digest=f"sha256:{DIGEST}", line=1,
    )  # fmt: skip


def test_a_program_below_its_project_finds_the_projects_file(tmp_path: Path) -> None:
    folder = project(tmp_path, WITH_EVIDENCE)
    (folder / "program").mkdir()
    (folder / "program" / "__main__.py").write_text("")
    for program in (folder / "program", folder / "program" / "__main__.py"):
        assert only(program).status == "valid"


def test_the_file_that_is_given_stands_for_the_projects_own(tmp_path: Path) -> None:
    folder = project(tmp_path / "shop", text="not read: [")
    given_file = tmp_path / "elsewhere.yaml"
    given_file.write_text(listed(WITH_EVIDENCE))
    file, [each] = found(folder, given_file)
    assert file.path == "elsewhere.yaml", "not where somebody keeps it"
    assert each.status == "valid", "evidence is looked for in the project all the same"


def test_without_a_file_there_is_none(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    assert found(tmp_path) == (None, ())


def test_a_link_that_leads_nowhere_was_meant_to_lead_somewhere(tmp_path: Path) -> None:
    file = project(tmp_path) / "compliance" / "attestations.yaml"
    file.unlink()
    file.symlink_to(tmp_path / "nowhere")
    with pytest.raises(
        AttestationFileError, match=r"compliance/attestations\.yaml: cannot be read"
    ):
        found(tmp_path)


def test_a_file_that_is_not_valid_is_named_as_readers_know_it(tmp_path: Path) -> None:
    folder = project(tmp_path, ENTRY, entry(control="2.1"))
    with pytest.raises(AttestationFileError) as caught:
        found(folder)
    assert str(caught.value).startswith("compliance/attestations.yaml:2: House 2.1 is partial")


def test_an_attestation_is_judged_on_the_day_that_is_given(tmp_path: Path) -> None:
    folder = project(tmp_path, ENTRY)
    days = {date(2026, 1, 14): "malformed", DAY: "valid", date(2026, 7, 20): "expiring",
            date(2026, 7, 31): "expiring", date(2026, 8, 1): "expired"}  # fmt: skip
    for day, status in days.items():
        assert found(folder, as_of=day)[1][0].status == status


# --- Evidence -----------------------------------------------------------------------------


def test_changed_evidence_does_not_count_and_both_digests_are_told(tmp_path: Path) -> None:
    folder = project(tmp_path, WITH_EVIDENCE)
    (folder / "docs" / "review.txt").write_text("tesT")
    each = only(folder)
    assert each.status == "malformed"
    assert "its evidence docs/review.txt is not the file that was attested" in each.explanation
    for digest in (DIGEST, sha256(b"tesT").hexdigest()):
        assert f"sha256:{digest}" in each.explanation


@pytest.mark.parametrize("kind", ["gone", "folder", "pipe", "circle"])
def test_evidence_that_is_no_file_does_not_count(tmp_path: Path, kind: str) -> None:
    folder = project(tmp_path, WITH_EVIDENCE)
    file = folder / "docs" / "review.txt"
    file.unlink()
    if kind == "folder":
        file.mkdir()
    elif kind == "pipe":
        os.mkfifo(file)
    elif kind == "circle":
        file.symlink_to(file)
    each = only(folder)
    assert each.status == "malformed"
    said = "is not there" if kind == "gone" else "is no file"
    assert each.explanation == f"its evidence docs/review.txt {said}"


def test_evidence_that_cannot_be_looked_at_does_not_count(tmp_path: Path) -> None:
    path = "x" * 300
    each = only(project(tmp_path, entry(evidence=path, sha256=DIGEST)))
    assert each.status == "malformed"
    assert each.explanation == f"its evidence {path} cannot be read: File name too long"


def test_a_link_inside_the_project_may_be_evidence(tmp_path: Path) -> None:
    folder = project(tmp_path, entry(evidence="latest.txt", sha256=DIGEST))
    (folder / "latest.txt").symlink_to("docs/review.txt")
    assert only(folder).status == "valid"


def test_a_link_out_of_the_project_is_refused(tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("test")
    folder = project(tmp_path / "shop", entry(evidence="latest.txt", sha256=DIGEST))
    (folder / "latest.txt").symlink_to(outside)
    with pytest.raises(AttestationFileError) as caught:
        found(folder)
    said = str(caught.value)
    assert said.startswith("compliance/attestations.yaml:1: evidence latest.txt leads out of")
    assert str(tmp_path) not in said


def test_a_project_that_is_itself_reached_by_a_link_is_one(tmp_path: Path) -> None:
    project(tmp_path / "real", WITH_EVIDENCE)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert only(tmp_path / "link").status == "valid"
    evidence = EvidenceFile("docs/review.txt", f"sha256:{DIGEST}")
    assert evidence_fault(evidence, tmp_path / "link") == ""


@given(st.binary(max_size=64))
def test_only_the_very_bytes_that_were_attested_are_evidence(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        program = project(Path(folder), WITH_EVIDENCE)
        (program / "docs" / "review.txt").write_bytes(content)
        assert only(program).status == ("valid" if content == b"test" else "malformed")


@given(
    st.lists(st.sampled_from(["..", ".", "docs", "review.txt", "", "\u00e9", " x"]), max_size=5),
    st.booleans(),
)
def test_no_path_reads_what_is_outside_the_project(parts: list[str], absolute: bool) -> None:
    path = ("/" if absolute else "") + "/".join(parts)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "review.txt").write_text("test")
        program = project(Path(folder) / "shop", entry(evidence=path, sha256=DIGEST))
        try:
            status = only(program).status
        except AttestationFileError:
            return
        real = Path(os.path.realpath(program / " ".join(path.split())))
        assert (status == "valid") is (real == program.resolve() / "docs" / "review.txt")
