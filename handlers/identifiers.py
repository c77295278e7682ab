"""Ids: derived from what they identify, so that a repeat meets the same id.

They are letters only: no id that we make can pass for a card number.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final

_LETTERS: Final = str.maketrans("0123456789abcdef", "abcdefghijklmnop")
TRANSACTION_FORM: Final = re.compile(r"txn_[a-p]{32}")
"""The form of a transaction's id."""
_DIGITS: Final = 32


def is_transaction_id(text: str) -> bool:
    """True for an id of exactly our own form."""
    return TRANSACTION_FORM.fullmatch(text) is not None


def derived_transaction_id(api_key_id: str, idempotency_key: str) -> str:
    """The id of the transaction that this client means with this key."""
    return f"txn_{_digest('transaction', api_key_id, idempotency_key)}"


def new_transaction_id(milliseconds: int, random_bytes: bytes) -> str:
    """A fresh id that sorts by time: 48 bits of Unix time in ms, then 80 random bits."""
    time = (milliseconds & (1 << 48) - 1).to_bytes(6, "big")
    return f"txn_{(time + random_bytes[:10]).hex().translate(_LETTERS)}"


def derived_alert_id(body_fingerprint: str) -> str:
    """The id of an alert whose sender gave none."""
    return f"alt_{_digest('alert', body_fingerprint)}"


def webhook_id(transaction_id: str, status: str) -> str:
    """The fixed id of the announcement that a transaction reached a status."""
    return f"msg_{_digest('announcement', transaction_id, status)}"


def message_deduplication_id(transaction_id: str, fingerprint: str) -> str:
    """The deduplication id of a transaction's message: another body, another id."""
    return _digest("message", transaction_id, fingerprint)


def _digest(*parts: str) -> str:
    # Lengths keep ("a", "bc") and ("ab", "c") apart.
    text = "".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS].translate(_LETTERS)
