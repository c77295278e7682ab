"""The signature of a manifest: a DSSE envelope around its bytes.

https://github.com/secure-systems-lab/dsse/blob/master/envelope.md; what is signed is the
payload with its type, by https://github.com/secure-systems-lab/dsse/blob/master/protocol.md.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError

from compliance.integrity.keys import PublicKey, SigningKey
from compliance.integrity.strict_json import JsonError, parse_valid

# https://github.com/in-toto/attestation/blob/main/spec/v1/envelope.md
PAYLOAD_TYPE: Final = "application/vnd.in-toto+json"

_SCHEMA: Final = Path(__file__).with_name("envelope.schema.json")


class EnvelopeError(Exception):
    """An envelope does not prove what it should; the message says why."""


def signed(manifest: bytes, key: SigningKey) -> str:
    """The content of the envelope around a manifest, signed: the same for the same key."""
    envelope = Envelope(manifest, PAYLOAD_TYPE, {})
    envelope.sign(key.signer)
    return _text(envelope)


def read_envelope(content: bytes) -> Envelope:
    """The envelope in a file. Raises :class:`EnvelopeError` where it is not as we write it."""
    try:
        envelope = Envelope.from_dict(parse_valid(content, _SCHEMA))
    except JsonError as error:
        raise EnvelopeError(f"is no signature: {error}") from None
    except ValueError:
        raise EnvelopeError("is no signature: it holds malformed base64") from None
    # One way to write it: no bit of it is without a meaning, and so without a check.
    if _text(envelope).encode("ascii") != content:
        raise EnvelopeError("is not written as `compliance` writes it: it was edited")
    return envelope


def key_id(envelope: Envelope) -> str:
    """Which key the envelope says that it is signed with."""
    return str(next(iter(envelope.signatures)))


def check_signature(envelope: Envelope, key: PublicKey) -> None:
    """Raise :class:`EnvelopeError` unless the key signed the payload, with its type."""
    if key_id(envelope) != key.keyid:
        raise EnvelopeError(
            f"is signed with the key {key_id(envelope)}, not with the one that was given, "
            f"{key.keyid}"
        )
    try:
        envelope.verify([key], threshold=1)
    except VerificationError:
        raise EnvelopeError(
            "has a signature that was not made with this key over this manifest: one of them "
            "was changed"
        ) from None


def _text(envelope: Envelope) -> str:
    return json.dumps(envelope.to_dict(), indent=1, ensure_ascii=True) + "\n"
