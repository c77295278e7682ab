"""Whatever is done to a report folder, `compliance verify` finds it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compliance.integrity.keys import PublicKey, read_public_key
from compliance.integrity.verification import NotVerifiableError, verify
from tests.compliance.integrity.report_folders import (
    evidence,
    make,
    make_keys,
    make_small,
    verified,
)

SIGNED = ("manifest.dsse.json", "manifest.json", "report.csv", "report.json", "report.md")
UNSIGNED = SIGNED[1:]


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return make_keys(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def signed(keys: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("signed"), keys[0])


@pytest.fixture(scope="module")
def unsigned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("unsigned"))


@pytest.fixture(scope="module")
def public(keys: tuple[Path, Path]) -> PublicKey:
    return read_public_key(keys[1])


def whole(folder: Path, key: PublicKey | None) -> bool:
    try:
        return not verify(folder, key).problems
    except NotVerifiableError:
        return False


def changed_is_found(folder: Path, name: str, content: bytes, key: PublicKey | None) -> bool:
    """Whether a folder with other content in a file is not whole; the folder is as before then."""
    file = folder / name
    before = file.read_bytes()
    file.write_bytes(content)
    try:
        return not whole(folder, key)
    finally:
        file.write_bytes(before)


def flipped(content: bytes, position: int, bit: int) -> bytes:
    return content[:position] + bytes([content[position] ^ 1 << bit]) + content[position + 1 :]


def test_each_file_of_the_folder_is_flipped_below(signed: Path, unsigned: Path) -> None:
    assert tuple(sorted(path.name for path in signed.iterdir())) == SIGNED
    assert tuple(sorted(path.name for path in unsigned.iterdir())) == UNSIGNED


@given(st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_flipped_bit_is_found(
    signed: Path, unsigned: Path, public: PublicKey, data: st.DataObject
) -> None:
    for folder, names, key in ((signed, SIGNED, public), (unsigned, UNSIGNED, None)):
        name = data.draw(st.sampled_from(names))
        content = (folder / name).read_bytes()
        position = data.draw(st.integers(0, len(content) - 1))
        bit = data.draw(st.integers(0, 7))
        assert changed_is_found(folder, name, flipped(content, position, bit), key)
        assert whole(folder, key)


def test_a_flip_in_every_byte_of_a_manifest_is_found_without_a_signature(tmp_path: Path) -> None:
    folder = make_small(tmp_path / "report")
    content = (folder / "manifest.json").read_bytes()
    assert whole(folder, None)
    for position in range(len(content)):
        edited = flipped(content, position, position % 8)
        assert changed_is_found(folder, "manifest.json", edited, None)


def test_a_flip_in_every_byte_of_a_signature_is_found(
    keys: tuple[Path, Path], public: PublicKey, tmp_path: Path
) -> None:
    folder = make_small(tmp_path / "report", keys[0])
    content = (folder / "manifest.dsse.json").read_bytes()
    assert whole(folder, public)
    end = content.index(b'"payloadType"')
    # The payload is long and the same all through: some of its bytes stand for it.
    for position in (*range(20), *range(20, end, 40), *range(end - 10, len(content))):
        edited = flipped(content, position, position % 8)
        assert changed_is_found(folder, "manifest.dsse.json", edited, public)


@given(st.data())
def test_a_file_cut_off_or_added_to_is_found(
    signed: Path, public: PublicKey, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(SIGNED))
    content = (signed / name).read_bytes()
    kept = content[: data.draw(st.integers(0, len(content) - 1))]
    added = content + data.draw(st.binary(min_size=1, max_size=3))
    assert changed_is_found(signed, name, kept, public)
    assert changed_is_found(signed, name, added, public)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda folder: (folder / "report.md").unlink(), "MISSING  report.md"),
        (lambda folder: (folder / "added.txt").write_text(""), "EXTRA  added.txt"),
        (lambda folder: (folder / ".hidden").write_text(""), "EXTRA  .hidden"),
        (lambda folder: (folder / "sub").mkdir(), "EXTRA  sub"),
        (
            lambda folder: (folder / "report.md").rename(folder / "report.txt"),
            "MISSING  report.md: the manifest lists it, and it is not here\nEXTRA  report.txt",
        ),
    ],
)
@pytest.mark.parametrize("key", [False, True])
def test_what_is_missing_added_or_renamed_is_named(
    signed: Path, keys: Any, tmp_path: Path, capsys: Any, change: Any, said: str, key: bool
) -> None:
    folder = shutil.copytree(signed, tmp_path / "copy")
    change(folder)
    status, printed = verified(capsys, folder, *(["--key", keys[1]] if key else []))
    assert status == 1
    assert said in printed
    assert "NOT WHOLE  shop (dev)" in printed


def test_files_that_changed_places_are_found(signed: Path, tmp_path: Path, capsys: Any) -> None:
    folder = shutil.copytree(signed, tmp_path / "copy")
    csv, page = (folder / "report.csv").read_bytes(), (folder / "report.md").read_bytes()
    (folder / "report.csv").write_bytes(page)
    (folder / "report.md").write_bytes(csv)
    status, printed = verified(capsys, folder)
    assert status == 1
    assert "DIFFERS  report.csv" in printed
    assert "DIFFERS  report.md" in printed


def test_a_file_of_another_report_is_found(signed: Path, tmp_path: Path, capsys: Any) -> None:
    other = make(tmp_path / "other", None, evidence("another"))
    folder = shutil.copytree(signed, tmp_path / "copy")
    shutil.copy(other / "report.json", folder)
    status, printed = verified(capsys, folder)
    assert status == 1
    assert "DIFFERS  report.json: its content is not what was listed: sha256:" in printed
