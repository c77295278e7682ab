"""Values from SSM, kept for at most five minutes, so that a change takes effect."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

LONGEST_KEPT: Final = 300.0
"""Seconds for which a value is used without asking again."""


class Parameters:
    """A cache of parameters' decrypted values."""

    def __init__(self, client: SSMClient, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._clock = clock
        self._kept: dict[str, tuple[float, str]] = {}

    def value(self, name: str) -> str:
        """The value of a parameter, at most five minutes old."""
        now = self._clock()
        kept = self._kept.get(name)
        if kept is not None and now - kept[0] < LONGEST_KEPT:
            return kept[1]
        value = self._client.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]
        self._kept[name] = (now, value)
        return value
