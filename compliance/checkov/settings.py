"""`compliance/checkov.yaml`: how a project takes Checkov's opinion.

mandatory: [CKV_AWS_28]       # fail the gate; every other check advises
external-checks: [checks]     # folders with checks of your own, from the project's folder
time-limit: 300               # seconds
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from compliance.checkov.environment import CheckovError
from compliance.checkov.run import TIME_LIMIT

USUAL: Final = Path("compliance/checkov.yaml")
_FIELDS: Final = ("mandatory", "external-checks", "time-limit")


@dataclass(frozen=True)
class Settings:
    """Which checks are mandatory (ids), folders of the user's own checks, seconds to wait."""

    mandatory: frozenset[str] = frozenset()
    external_checks: tuple[Path, ...] = ()
    time_limit: float = TIME_LIMIT


def read_settings(project: Path) -> Settings:
    """The settings of a project; the usual ones where it has no such file.

    Raises :class:`CheckovError` with the place where the file is not valid.
    """
    file = project / USUAL
    try:
        data = yaml.safe_load(file.read_text("utf-8"))
    except FileNotFoundError:
        return Settings()
    # PyYAML lets a date that there is not pass as a plain ValueError.
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        raise CheckovError(f"{USUAL}{line}: cannot be read: {_reason(error)}") from None
    return _settings({} if data is None else data, project)


def _settings(data: Any, project: Path) -> Settings:
    if not isinstance(data, dict):
        raise CheckovError(f"{USUAL}: must be a mapping of {', '.join(_FIELDS)}")
    for name in data:
        if name not in _FIELDS:
            raise CheckovError(f"{USUAL}: there is no {name!r}; there are {', '.join(_FIELDS)}")
    limit = data.get("time-limit", TIME_LIMIT)
    if isinstance(limit, bool) or not isinstance(limit, int | float) or not 0 < limit < 1e6:
        raise CheckovError(f"{USUAL}: time-limit must be a number of seconds greater than 0")
    folders = tuple(project / each for each in _texts(data, "external-checks"))
    for folder in folders:
        if not folder.is_dir():
            raise CheckovError(f"{USUAL}: external-checks: there is no folder {folder}")
    return Settings(frozenset(_texts(data, "mandatory")), folders, float(limit))


def _texts(data: dict[str, Any], name: str) -> list[str]:
    found = data.get(name) or []
    if not isinstance(found, list) or not all(isinstance(each, str) and each for each in found):
        raise CheckovError(f"{USUAL}: {name} must be a list of texts")
    return found


def _reason(error: Exception) -> str:
    return str(getattr(error, "problem", None) or getattr(error, "strerror", None) or error)[:200]
