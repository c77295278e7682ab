"""What looks like a secret: by its name, and by the shape of its value."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from payment_guardrails.secret_shapes import secret_kind

_WORD: Final = re.compile(r"[a-z]+|[A-Z]+(?![a-z])|[A-Z][a-z]*|\d+")
_SECRET_WORDS: Final = frozenset(
    {"password", "passwords", "passwd", "pwd", "passphrase", "secret", "secrets"}
    | {"token", "tokens", "credential", "credentials"}
    | {"apikey", "apikeys", "privatekey", "secretkey", "accesskey", "signingkey"}
)
# Words that make the word `key` a secret when they stand before it.
_KEY_KINDS: Final = frozenset(
    {"access", "api", "encryption", "master", "private", "secret", "signing", "ssh", "webhook"}
)
# Words that make a name one of something about a secret, not of the secret.
_ABOUT: Final = frozenset(
    {"age", "arn", "audience", "bucket", "count", "days", "enabled", "endpoint", "expiration"}
    | {"expires", "expiry", "field", "file", "header", "hours", "id", "issuer", "length"}
    | {"lifetime", "limit", "minutes", "name", "parameter", "path", "policy", "port", "prefix"}
    | {"queue", "region", "rotation", "seconds", "size", "table", "timeout", "topic", "ttl"}
    | {"type", "uri", "url", "version"}
)
# Last segments of a path that say nothing of what it holds: the one before does.
_PLAIN_SEGMENTS: Final = frozenset({"current", "default", "latest", "primary", "value"})


def is_secret_name(name: str) -> bool:
    """True where a name (`DB_PASSWORD`, `/shop/api-key`, `signingKey`) is that of a secret."""
    segments = [segment for segment in name.split("/") if segment]
    while len(segments) > 1 and segments[-1].lower() in _PLAIN_SEGMENTS:
        segments.pop()
    words = [word.lower() for word in _WORD.findall(segments[-1] if segments else "")]
    if not words or words[-1] in _ABOUT:
        return False
    if any(word in _SECRET_WORDS for word in words):
        return True
    return any(
        first in _KEY_KINDS and second in ("key", "keys") for first, second in pairwise(words)
    )


def is_secret_value(value: str) -> bool:
    """True where a text has the shape of a known kind of secret."""
    return secret_kind(value) is not None
