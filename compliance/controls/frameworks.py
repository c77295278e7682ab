"""The frameworks of a run: those of this folder, and those that a team adds."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path
from typing import Final

from payment_guardrails.rules import registered

from compliance.controls.framework import Framework
from compliance.controls.framework_file import ControlsError, read_framework

FOLDER: Final = Path(__file__).parent
"""Where the built-in frameworks are."""


def load_frameworks(*folders: Path, rules: Collection[str] | None = None) -> tuple[Framework, ...]:
    """The built-in frameworks, then those in each folder, ordered by file name.

    `rules` are the names that the files of the folders may use, those of the pack by default.

    Raises :class:`ControlsError` where a folder cannot be read or has no framework, a file or a
    row is not valid, or two files hold one version of one framework.
    """
    names = registered() if rules is None else rules
    found = list(_built_in())
    for folder in folders:
        found.extend((file, read_framework(file, names)) for file in framework_files(folder))
    owners: dict[tuple[str, str], Path] = {}
    for file, framework in found:
        # Attestations and reports call frameworks by name and version.
        key = (framework.name.casefold(), framework.version.casefold())
        if key in owners:
            raise ControlsError(
                f"{file}: {framework.name} {framework.version} is in {owners[key]} already; "
                "give this one another name or version"
            )
        owners[key] = file
    return tuple(framework for _, framework in found)


@cache
def _built_in() -> tuple[tuple[Path, Framework], ...]:
    names = registered()
    return tuple((file, read_framework(file, names)) for file in framework_files(FOLDER))


def framework_files(folder: Path) -> tuple[Path, ...]:
    """The data files in a folder, by name.

    Raises :class:`ControlsError` where it cannot be read or has none.
    """
    try:
        files = tuple(sorted(_yaml_files(folder)))
    except OSError as error:
        raise ControlsError(
            f"{folder}: cannot be read: {error.strerror or error}; name a folder of frameworks"
        ) from error
    if not files:
        raise ControlsError(f"{folder}: holds no framework (NAME.yaml); name another folder")
    return files


def _yaml_files(folder: Path) -> Iterator[Path]:
    for file in folder.iterdir():
        # Editors keep files that begin with a dot.
        if file.suffix in (".yaml", ".yml") and not file.name.startswith("."):
            yield file
