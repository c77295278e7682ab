"""The file that holds a recording: found and read when the pack is configured.

Rules read no files. What configures the pack puts the recording in the place of its path, so
that the gate, the proof and a plain preview judge with the same one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from payment_guardrails.configuration import ConfigurationError, RuleConfiguration
from payment_guardrails.iam.recorded_use import (
    Recorded,
    Recording,
    RecordingError,
    read_recording,
)
from payment_guardrails.rule import Level
from payment_guardrails.waivers.place import named

RULE: Final = "iam-grants-are-used"
OPTION: Final = "recording"
_LARGEST: Final = 1024 * 1024
"""More bytes than a thousand functions need."""

Configuration = Mapping[str, RuleConfiguration]


def with_recording(configuration: Configuration, project: Path | None) -> Configuration:
    """The configuration with what is recorded in the place of the recording's path.

    The path is relative to the project's folder. Raises :class:`ConfigurationError`, with the
    file and the remedy, where one is configured and cannot be read.
    """
    configured = configuration.get(RULE)
    if configured is None or configured.level is Level.DISABLED:
        return configuration
    path = configured.settings[OPTION]
    if not path:
        return configuration
    recorded = _read(*_place(path, project))
    settings = {**configured.settings, OPTION: recorded}
    return {**configuration, RULE: replace(configured, settings=settings)}


def with_absolute_recording(given: Any, project: Path) -> Any:
    """A policy configuration that names its recording for readers who do not know the project.

    What is not valid is left for `configure` to refuse.
    """
    entry = given.get(RULE) if isinstance(given, Mapping) else None
    path = entry.get(OPTION) if isinstance(entry, Mapping) else None
    if not isinstance(entry, Mapping) or not isinstance(path, str) or not path:
        return given
    return {**given, RULE: {**entry, OPTION: str((project / path).resolve())}}


def _place(path: str, project: Path | None) -> tuple[Path, str]:
    """The file, and its name for readers."""
    if "\0" in path:
        raise _refused(repr(path), "is no path")
    file = Path(path)
    if not file.is_absolute():
        if project is None:
            raise ConfigurationError(
                f"{RULE}: {path}: the project's folder is not known here; "
                "configure the path of the recording as an absolute one"
            )
        file = project / file
    return file, named(file, project, path)


def _read(file: Path, shown: str) -> Recorded:
    try:
        if not file.is_file():
            raise _refused(shown, "there is no such file")
        with file.open("rb") as opened:
            content = opened.read(_LARGEST + 1)
    except (OSError, ValueError) as error:
        if isinstance(error, ConfigurationError):
            raise
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise _refused(shown, f"cannot be read: {reason}") from error
    if len(content) > _LARGEST:
        raise _refused(shown, f"is larger than {_LARGEST} bytes: that is no recording")
    try:
        functions = read_recording(json.loads(content.decode("utf-8")))
    except RecordingError as error:
        raise _refused(shown, str(error)) from error
    except (ValueError, RecursionError) as error:
        raise _refused(shown, f"is no JSON: {error}") from error
    return Recorded(shown, f"sha256:{hashlib.sha256(content).hexdigest()}", functions)


def _refused(shown: str, reason: str) -> ConfigurationError:
    return ConfigurationError(
        f"{RULE}: {shown}: {reason}; record the functions anew (`make recording`), or name "
        f"another file in the option `{OPTION}` (relative to the project)"
    )


def recording_in(configuration: Mapping[str, RuleConfiguration]) -> Recording | None:
    """The recording that was read for the rule; None where none is configured."""
    recorded = configuration[RULE].settings.get(OPTION) if RULE in configuration else None
    return recorded.functions if isinstance(recorded, Recorded) else None
