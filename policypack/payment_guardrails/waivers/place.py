"""Where the file of waivers is: named by configuration, else in the project that is judged."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

import yaml

from payment_guardrails.waivers.waiver_file import WaiverFileError
from payment_guardrails.yaml_depth import check_depth

USUAL: Final = Path("compliance/waivers.yaml")
"""The file's place in a project."""
PROJECT_FILES: Final = ("Pulumi.yaml", "Pulumi.yml")


def project_above(folder: Path) -> Path | None:
    """The nearest folder, from this one upwards, that holds a Pulumi.yaml; None: there is none."""
    resolved = folder.resolve()
    for candidate in (resolved, *resolved.parents):
        # A folder that may not be entered holds none; `Path.is_file` raises there.
        if any(os.path.isfile(candidate / name) for name in PROJECT_FILES):  # noqa: PTH113
            return candidate
    return None


def chosen(project: Path | None, configured: str) -> tuple[Path, str] | None:
    """The file of waivers of a project and its name for readers; None where there is none.

    `configured` is a path of the policy configuration, relative to the project, or empty.

    Raises :class:`WaiverFileError` where one is configured and cannot be found.
    """
    if configured:
        file = Path(configured)
        if not file.is_absolute():
            if project is None:
                raise WaiverFileError(
                    f"{configured}: the project's folder is not known here; "
                    "configure the path of the waivers as an absolute one"
                )
            file = project / file
        return file, named(file, project, configured)
    if project is not None and os.path.lexists(project / USUAL):
        return project / USUAL, USUAL.as_posix()
    return None


def named(file: Path, project: Path | None, given: str) -> str:
    """A file's name for readers: its path in the project, where it is in one."""
    if project is not None and file.resolve().is_relative_to(project.resolve()):
        return file.resolve().relative_to(project.resolve()).as_posix()
    # Where somebody keeps their files is nobody's business.
    return Path(given).name if Path(given).is_absolute() else Path(given).as_posix()


def previewed_project(name: str) -> Path | None:
    """The folder of the project of this name that an engine is working on, or None.

    No message of the engine tells it. A pack's process has the project's folder as its working
    directory, or the pack's own; the shell's, and that of the engine that started the process,
    are other places to look in. Only a Pulumi.yaml with the project's name is believed.
    https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/plugin/analyzer_plugin.go
    """
    for folder in _working_directories():
        project = project_above(folder)
        if project is not None and name in _names(project):
            return project
    return None


def _working_directories() -> Iterator[Path]:
    with suppress(OSError):  # it was deleted
        yield Path.cwd()
    if os.environ.get("PWD"):
        yield Path(os.environ["PWD"])
    try:
        yield Path(f"/proc/{os.getppid()}/cwd").resolve(strict=True)
    except OSError:  # no Linux, or not ours to see
        return


def _names(project: Path) -> Iterable[str]:
    for file in PROJECT_FILES:
        try:
            text = (project / file).read_text("utf-8")
            check_depth(text)
            settings = yaml.load(text, yaml.CSafeLoader)
        except (OSError, UnicodeDecodeError, yaml.YAMLError, ValueError):
            continue
        if isinstance(settings, dict) and isinstance(settings.get("name"), str):
            yield settings["name"]
