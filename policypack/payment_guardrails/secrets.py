"""What looks like a secret: by its name, and by the shape of its value."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

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
    {"age", "arn", "count", "days", "enabled", "expiry", "id", "length", "limit", "name"}
    | {"path", "policy", "queue", "rotation", "seconds", "table", "topic", "ttl", "uri", "url"}
)
# Last segments of a path that say nothing of what it holds: the one before does.
_PLAIN_SEGMENTS: Final = frozenset({"current", "default", "latest", "primary", "value"})

_VALUES: Final = (
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
    re.compile(r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b"),
    re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----"),
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
    # https://docs.cloud.google.com/docs/authentication/api-keys
    re.compile(r"\bAIza[A-Za-z0-9_-]{35}"),
    # A password in a URL: RFC 3986, section 3.2.1.
    re.compile(r"://[^/\s:@]+:[^/\s:@]+@"),
)


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
    return any(shape.search(value) for shape in _VALUES)
