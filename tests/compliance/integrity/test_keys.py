"""Keys: each fault is one message with the file and the remedy, and no key is ever shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from compliance.integrity.keys import PASSPHRASE, KeyFileError, read_signing_key
from tests.compliance.integrity.report_folders import make, make_keys, verified


def refusal(file: Path, out: Path, environment: dict[str, str] | None = None) -> str:
    with pytest.raises(KeyFileError) as refused:
        read_signing_key(file, out, {} if environment is None else environment)
    said = str(refused.value)
    assert said.startswith(f"{file}: ")
    assert "\n" not in said
    return said


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "report"


def test_an_encrypted_key_opens_with_its_passphrase_which_no_program_gets_then(
    tmp_path: Path, out: Path
) -> None:
    private, _ = make_keys(tmp_path, "söme words")
    environment = {PASSPHRASE: "söme words", "PATH": "/bin"}
    key = read_signing_key(private, out, environment)
    assert environment == {"PATH": "/bin"}
    assert key.warning == ""
    assert "PRIVATE" not in repr(key)


def test_the_passphrase_is_named_where_it_is_missing_or_wrong(tmp_path: Path, out: Path) -> None:
    private, _ = make_keys(tmp_path, "secret words")
    for environment in ({}, {PASSPHRASE: ""}):
        said = refusal(private, out, environment)
        assert "is encrypted; give its passphrase in COMPLIANCE_KEY_PASSPHRASE" in said
    said = refusal(private, out, {PASSPHRASE: "other words"})
    assert "cannot be opened with the passphrase in COMPLIANCE_KEY_PASSPHRASE" in said
    assert "words" not in said


def test_a_passphrase_for_a_key_that_needs_none_is_not_used(tmp_path: Path, out: Path) -> None:
    private, _ = make_keys(tmp_path)
    environment = {PASSPHRASE: "anything"}
    assert read_signing_key(private, out, environment).warning == ""
    assert environment == {}


def test_a_key_that_others_can_read_is_used_with_a_warning(tmp_path: Path, out: Path) -> None:
    private, _ = make_keys(tmp_path)
    for mode in (0o640, 0o604):
        private.chmod(mode)
        assert f"run `chmod 600 {private}`" in read_signing_key(private, out, {}).warning


def test_what_is_no_key_to_sign_with_is_refused(tmp_path: Path, out: Path) -> None:
    private, public = make_keys(tmp_path)
    assert "is a public key; signing needs the private one" in refusal(public, out)
    assert "cannot be read (No such file or directory)" in refusal(tmp_path / "none", out)
    assert "cannot be read (Is a directory)" in refusal(tmp_path, out)
    pem = private.read_bytes()
    for content in (b"", b"ssh-ed25519 AAAA", pem[:60], pem[30:]):
        private.write_bytes(content)
        said = refusal(private, out)
        assert "is no private key in PEM (PKCS #8); make one with `openssl genpkey" in said
        assert pem.splitlines()[1].decode() not in said
    private.write_bytes(b"-" * 70_000)
    assert "is too large to be a key" in refusal(private, out)


def test_a_key_of_another_kind_is_refused_on_both_sides(
    tmp_path: Path, out: Path, capsys: Any
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    private, public = tmp_path / "ec.pem", tmp_path / "ec.pub.pem"
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public.write_bytes(
        key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    assert "is a key of another kind than Ed25519" in refusal(private, out)
    status, printed = verified(capsys, make(out), "--key", public)
    assert status == 2
    assert f"compliance: {public}: is a key of another kind than Ed25519" in printed


def test_a_key_in_the_report_folder_is_refused(tmp_path: Path) -> None:
    private, _ = make_keys(tmp_path)
    (tmp_path / "link").symlink_to(tmp_path)
    for out in (tmp_path, tmp_path / "link", private.parents[1]):
        assert "does not belong in the report folder" in refusal(private, out)


def test_a_key_to_check_with_that_is_none_is_refused(
    tmp_path: Path, out: Path, capsys: Any
) -> None:
    private, public = make_keys(tmp_path)
    make(out, private)
    status, printed = verified(capsys, out, "--key", private)
    assert status == 2
    assert "is a private key, which only the signer should hold" in printed
    public.write_text("not a key")
    status, printed = verified(capsys, out, "--key", public)
    assert status == 2
    assert "is no public key in PEM; make it with `openssl pkey -in KEY -pubout" in printed
    status, printed = verified(capsys, out, "--key", tmp_path / "none")
    assert status == 2
    assert "cannot be read (No such file or directory)" in printed
    assert printed.count("\n") == 1


def test_no_key_reaches_the_folder(tmp_path: Path, out: Path) -> None:
    private, _ = make_keys(tmp_path)
    secret = private.read_bytes().splitlines()[1]
    for file in make(out, private).iterdir():
        assert secret not in file.read_bytes()
