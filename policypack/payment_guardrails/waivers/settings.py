"""How a policy configuration speaks of waivers: as of one more policy, named `waivers`.

    {"waivers": {"path": "security/waivers.yaml"}}

A policy configuration has a place for options only below a policy's name. The policy's level
says no more than whether the pack tells of waivers that expire or match nothing (`disabled`
does not): what is waived is waived at any level, so that `all` changes nothing of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

from payment_guardrails.configuration import WAIVERS, ConfigurationError
from payment_guardrails.rule import Level

OPTIONS: Final[Mapping[str, Mapping[str, Any]]] = {
    "path": {
        "type": "string",
        "default": "",
        "description": (
            "the file of waivers, relative to the project's folder; compliance/waivers.yaml of "
            "the project where it is empty"
        ),
    },
    "asOf": {
        "type": "string",
        "default": "",
        "description": (
            "the day (YYYY-MM-DD) that the dates of waivers are judged on, today in UTC where it "
            "is empty"
        ),
    },
}


@dataclass(frozen=True)
class WaiverSettings:
    """The path that is configured, or empty; the day of judgement; whether the pack tells."""

    path: str
    as_of: date
    told: bool = True


def waiver_settings(given: Any = None) -> WaiverSettings:
    """What a whole policy configuration says of waivers.

    Raises :class:`ConfigurationError` where its entry is not valid.
    """
    entry = given.get(WAIVERS, {}) if isinstance(given, Mapping) else {}
    if isinstance(entry, str):
        entry = {"enforcementLevel": entry}
    if not isinstance(entry, Mapping):
        raise ConfigurationError(f"the configuration of {WAIVERS} must be a level or an object")
    for name in entry:
        if name != "enforcementLevel" and name not in OPTIONS:
            raise ConfigurationError(
                f"{WAIVERS} has no option {name!r}; it takes {', '.join(sorted(OPTIONS))}"
            )
    texts = {name: entry.get(name, "") for name in OPTIONS}
    for name, value in texts.items():
        if not isinstance(value, str):
            raise ConfigurationError(f"{WAIVERS}: {name} must be of type string, not {value!r}")
    level = entry.get("enforcementLevel", Level.ADVISORY.value)
    if level not in (*(each.value for each in Level), "remediate"):
        raise ConfigurationError(
            f"{WAIVERS}: enforcementLevel must be advisory or disabled, not {level!r}"
        )
    return WaiverSettings(texts["path"], _day(texts["asOf"]), level != Level.DISABLED)


def with_waivers(given: Any, file: Path | None) -> Any:
    """A policy configuration that names this file of waivers, where there is one.

    What is not valid is left for :func:`waiver_settings` to refuse.
    """
    if file is None or not isinstance(given, Mapping):
        return given
    entry = given.get(WAIVERS, {})
    entry = {"enforcementLevel": entry} if isinstance(entry, str) else entry
    return {**given, WAIVERS: {**entry, "path": str(file.resolve())}}


def _day(text: str) -> date:
    if not text:
        return datetime.now(UTC).date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ConfigurationError(
            f"{WAIVERS}: asOf must be a date like 2026-01-31, not {text!r}"
        ) from None
