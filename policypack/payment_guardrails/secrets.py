"""What looks like a secret: by its name, and by the shape of its value."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

_WORD: Final = re.compile(r"[a-z]+|[A-Z]+(?![a-z])|[A-Z][a-z]*|\d+")
_SECRET_WORDS: Final = frozenset(
    {"password", "passwd", "pwd", "passphrase", "secret", "secrets", "token", "credential"}
    | {"credentials", "apikey", "privatekey", "secretkey", "accesskey", "signingkey"}
)
# Words that make the word `key` a secret when they stand before it.
_KEY_KINDS: Final = frozenset({"api", "private", "secret", "access", "signing", "encryption"})
# Words that make a name one of something about a secret, not of the secret.
_ABOUT: Final = frozenset({"arn", "id", "name", "url", "uri", "path", "ttl", "rotation", "length"})

_VALUES: Final = (
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
    re.compile(r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b"),
    re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"),
    # https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
    re.compile(r"\bwhsec_[A-Za-z0-9+/]{16,}={0,2}"),
    # https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github
    re.compile(r"\b(?:ghp|gho|ghu|ghs|ghr|github_pat)_[A-Za-z0-9_]{20,}\b"),
    # https://docs.stripe.com/keys
    re.compile(r"\b(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{10,}\b"),
    # https://api.slack.com/authentication/token-types
    re.compile(r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}"),
    # A JSON Web Token: RFC 7519, section 3.
    re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}"),
    re.compile(r"://[^/\s:@]+:[^/\s:@]+@"),
)


def is_secret_name(name: str) -> bool:
    """True where a name (`DB_PASSWORD`, `/shop/api-key`, `signingKey`) is that of a secret."""
    words = [word.lower() for word in _WORD.findall(name.rsplit("/", 1)[-1])]
    if not words or words[-1] in _ABOUT:
        return False
    if any(word in _SECRET_WORDS for word in words):
        return True
    return any(
        first in _KEY_KINDS and second in ("key", "keys") for first, second in pairwise(words)
    )


def is_secret_value(value: str) -> bool:
    """True where a text has the shape of a known kind of secret."""
    return any(shape.search(value) for shape in _VALUES)
