"""What stands in a secret's place: a reference to where it is kept, or nothing yet."""

from __future__ import annotations

import re
from typing import Final

_ARN: Final = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:[0-9]*:\S+")
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html, and
# the references of container definitions, Vault and 1Password.
_DYNAMIC: Final = re.compile(r"\{\{resolve:[^{}]+\}\}|(?:ssm|secretsmanager|vault|op|file):\S+")
# Names as people write them: a random text with a `/` in it is of no such parts.
_PATH_SEGMENT: Final = re.compile(
    r"[a-z0-9]+(?:[-_.][a-z0-9]+)*|[A-Z0-9]+(?:[-_.][A-Z0-9]+)*"
    r"|(?:[a-z]{2,})?(?:[A-Z][a-z]+)+[0-9]{0,2}"
)
_ADDRESS: Final = re.compile(r"https?://[\w.-]+(?::[0-9]+)?(?:/[\w.~/-]*)?")
# A key of KMS has encrypted it: Lambda's own way to keep it from whoever reads the settings.
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html
_CIPHERTEXT: Final = re.compile(r"AQ[EI]CAH[A-Za-z0-9+/]{80,}={0,2}")
# A text to be filled in says so by its brackets, or in words; `changeme` and `password` do
# not: they are passwords that somebody may have left in place.
_TEMPLATE: Final = re.compile(r"<[^<>]*>|\$\{[^{}]*\}|\{\{[^{}]*\}\}|%[A-Za-z_]+%|\[[^\[\]]*\]")
_FILLER: Final = re.compile(r"(.)\1*")
_NONE_YET: Final = frozenset(
    {"disabled", "dummy", "empty", "false", "n/a", "na", "nil", "no", "none", "null"}
    | {"placeholder", "redacted", "replaceme", "replace_me", "replace-me", "tbd", "todo", "true"}
    | {"undefined", "unset", "yes", "off", "on"}
)


def is_reference(text: str) -> bool:
    """True where a text tells where a secret is kept, or holds it encrypted.

    That is an ARN, a path of a parameter, a secret or a file, an address without a password
    or a query, a dynamic reference, or a ciphertext of KMS.
    """
    patterns = (_ARN, _DYNAMIC, _ADDRESS, _CIPHERTEXT)
    return any(pattern.fullmatch(text) for pattern in patterns) or _is_path(text)


def _is_path(text: str) -> bool:
    segments = text.removeprefix("/").split("/")
    return "/" in text and all(_PATH_SEGMENT.fullmatch(each) for each in segments)


def is_placeholder(text: str) -> bool:
    """True where a text stands for a secret that is not there: empty, a template, `none`."""
    bare = text.strip()
    if not bare or bare.lower() in _NONE_YET:
        return True
    return bool(_TEMPLATE.fullmatch(bare) or _FILLER.fullmatch(bare))
