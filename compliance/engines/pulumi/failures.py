"""Why a preview failed, in one message with a remedy."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_REMEDIES: Final = (
    (
        r"stack is currently locked|is locked by",
        "another update holds the stack's lock; wait for it, or see `pulumi cancel`",
    ),
    (
        (
            r"(?i)no valid credential|unable to locate credentials|validate AWS credentials"
            r"|no EC2 IMDS role|ExpiredToken|InvalidClientTokenId|security token .* invalid"
        ),
        (
            "the provider has no valid AWS credentials; sign in (`aws sso login`, AWS_PROFILE), "
            "or use --engine offline, which needs none"
        ),
    ),
    (
        r"incorrect passphrase|passphrase must be set|PULUMI_CONFIG_PASSPHRASE",
        (
            "the stack's secrets need its passphrase: set PULUMI_CONFIG_PASSPHRASE or "
            "PULUMI_CONFIG_PASSPHRASE_FILE"
        ),
    ),
    (
        r"Missing required configuration variable",
        "give the value with `--config KEY=VALUE`, or `pulumi config set`",
    ),
    (
        r"no resource plugin|plugin .* not (found|installed)|failed to load .*plugin",
        "a plugin is missing: run `pulumi install` in the project's folder",
    ),
)
_TRACEBACK: Final = "Traceback (most recent call last):"


def explained(errors: Iterable[str], said: str) -> tuple[str, str]:
    """The message, and what the program itself said.

    `errors` are the engine's diagnostics, `said` what the CLI wrote to standard error.
    """
    texts = [text for text in (*errors, said) if text.strip()]
    everything = "\n".join(texts)
    remedy = next((remedy for found, remedy in _REMEDIES if re.search(found, everything)), None)
    traceback = next((text for text in texts if _TRACEBACK in text), "")
    first = _first_line(texts, traceback)
    if traceback and remedy is None:
        remedy = "a preview of a program that fails is not judged"
    message = f"the preview failed: {first}"
    return (f"{message}; {remedy}" if remedy else message), traceback


def _first_line(texts: list[str], traceback: str) -> str:
    if traceback:
        return f"the program raised {traceback.strip().splitlines()[-1].strip()}"
    lines = [line.strip() for text in texts for line in text.splitlines() if line.strip()]
    return lines[0].removeprefix("error: ") if lines else "the CLI does not say why"
