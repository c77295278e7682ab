"""Keys to sign with and to check signatures: Ed25519, in PEM files as `openssl` makes them.

`openssl genpkey -algorithm ed25519 -out KEY` makes a private one (`-aes256` asks for a
passphrase), `openssl pkey -in KEY -pubout -out PUBLIC_KEY` the public one that belongs to it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

# The library's package lists what it exports by importing it.
from securesystemslib.signer import CryptoSigner, SSlibKey  # type: ignore[attr-defined]

PASSPHRASE: Final = "COMPLIANCE_KEY_PASSPHRASE"  # noqa: S105 - the name of a variable
"""The environment variable with the passphrase of an encrypted key."""

PublicKey = SSlibKey
"""A key that checks signatures, with the id by which signatures name it (`keyid`)."""

_LARGEST: Final = 64 * 1024
_MAKE: Final = "make one with `openssl genpkey -algorithm ed25519 -out KEY`"
_MAKE_PUBLIC: Final = "make it with `openssl pkey -in KEY -pubout -out PUBLIC_KEY`"


class KeyFileError(Exception):
    """A key cannot be used; the message names the file and the remedy, never the key."""


@dataclass(frozen=True)
class SigningKey:
    """A private key; `warning` says what is unsafe about its file, or is empty."""

    signer: CryptoSigner = field(repr=False)
    warning: str = ""


def read_signing_key(
    file: Path, out: Path, environment: MutableMapping[str, str] = os.environ
) -> SigningKey:
    """The private key in a PEM file (PKCS #8), which may not be in the report folder `out`.

    The passphrase of an encrypted key is taken out of the environment, so that no program
    that is started later has it. Raises :class:`KeyFileError`.
    """
    passphrase = environment.pop(PASSPHRASE, None)
    if out.resolve() in file.resolve().parents:
        raise KeyFileError(
            f"{file}: a private key does not belong in the report folder, which is given to "
            "others; move it elsewhere"
        )
    pem = _read(file)
    if b"PUBLIC KEY" in pem:
        raise KeyFileError(f"{file}: is a public key; signing needs the private one")
    encrypted = b"ENCRYPTED" in pem
    if encrypted and not passphrase:
        raise KeyFileError(f"{file}: is encrypted; give its passphrase in {PASSPHRASE}")
    secret = passphrase.encode("utf-8", "surrogateescape") if encrypted and passphrase else None
    try:
        key = load_pem_private_key(pem, secret)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        why = (
            f"cannot be opened with the passphrase in {PASSPHRASE}, or is damaged"
            if encrypted
            else f"is no private key in PEM (PKCS #8); {_MAKE}"
        )
        # The library's own words could tell of the key.
        raise KeyFileError(f"{file}: {why}") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyFileError(f"{file}: is a key of another kind than Ed25519; {_MAKE}")
    return SigningKey(CryptoSigner(key), _warning(file))


def read_public_key(file: Path) -> PublicKey:
    """The public key in a PEM file. Raises :class:`KeyFileError`."""
    pem = _read(file)
    if b"PRIVATE KEY" in pem:
        raise KeyFileError(
            f"{file}: is a private key, which only the signer should hold; a signature is "
            f"checked with the public one: {_MAKE_PUBLIC}"
        )
    try:
        key = load_pem_public_key(pem)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise KeyFileError(f"{file}: is no public key in PEM; {_MAKE_PUBLIC}") from None
    if not isinstance(key, Ed25519PublicKey):
        raise KeyFileError(f"{file}: is a key of another kind than Ed25519")
    return SSlibKey.from_crypto(key)


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            pem = opened.read(_LARGEST + 1)
    except OSError as error:
        raise KeyFileError(f"{file}: cannot be read ({error.strerror})") from None
    if len(pem) > _LARGEST:
        raise KeyFileError(f"{file}: is too large to be a key")
    return pem


def _warning(file: Path) -> str:
    if os.name == "posix" and file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        return f"{file}: others than its owner may read or change this key; run `chmod 600 {file}`"
    return ""
