"""Which stack is previewed: the user's own, or a throw-away one where there is none.

Nothing of the user's is changed. A preview can write a salt or values into the stack's
configuration file, so it gets a copy; the throw-away stack lives in a backend of its own.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml
from pulumi.automation import LocalWorkspace
from pulumi.automation.errors import CommandError

from compliance.engines.engine import EngineError
from compliance.engines.pulumi.cli import Command, words_of
from compliance.project import Project

_NOT_LOGGED_IN: Final = "PULUMI_ACCESS_TOKEN must be set"
THROWAWAY_NOTE: Final = (
    "there is no stack of this program in a backend, so it was previewed as a first deployment, "
    "in a throw-away stack on this machine"
)


@dataclass(frozen=True)
class Workspace:
    """Where a preview runs: the stack, a copy of its configuration, and more environment."""

    stack: str
    config_file: Path | None
    environment: Mapping[str, str]
    notes: tuple[str, ...] = ()


def user_stacks(project: Project, command: Command) -> tuple[str, ...] | None:
    """The names of the project's stacks in the backend; None where nobody is logged in.

    Raises :class:`EngineError` where the backend cannot be asked.
    """
    try:
        workspace = LocalWorkspace(work_dir=str(project.root), pulumi_command=command)
        return tuple(stack.name for stack in workspace.list_stacks())
    except CommandError as error:
        if _NOT_LOGGED_IN in words_of(error):
            return None
        raise EngineError(
            f"{project.root}: the backend cannot be asked: {words_of(error)}"
        ) from error


def open_workspace(
    project: Project, named: bool, overrides: Mapping[str, str], command: Command, folder: Path
) -> Workspace:
    """The user's stack where the backend has it, else a throw-away one in `folder`.

    `named` is True where the user asked for this stack by name: then a backend that does
    not have it is an error.
    """
    stacks = user_stacks(project, command)
    full = {name.rpartition("/")[2]: name for name in stacks or ()}
    if project.stack in full:
        return Workspace(
            full[project.stack], _copied(project, overrides, folder / "config.yaml"), {}
        )
    if named and stacks is not None:
        others = f"it has {', '.join(sorted(stacks))}" if stacks else "it has none"
        raise EngineError(
            f"{project.root}: the backend has no stack {project.stack!r} of this project "
            f"({others}); create it with `pulumi stack init {project.stack}`, or leave --stack "
            "out to preview a first deployment"
        )
    return _throwaway(project, command, folder)


def _copied(project: Project, overrides: Mapping[str, str], copy: Path) -> Path | None:
    """A copy of the stack's configuration file, with the overrides in it."""
    source = project.stack_file
    content: dict[str, Any] = yaml.safe_load(source.read_text("utf-8")) or {} if source else {}
    if source is None and not overrides:
        return None
    values = dict(content.get("config") or {})
    for key, value in overrides.items():
        values[project.full_key(key)] = value
    copy.write_text(yaml.safe_dump({**content, "config": values}), "utf-8")
    return copy


def _throwaway(project: Project, command: Command, folder: Path) -> Workspace:
    backend, settings = folder / "backend", folder / "project"
    backend.mkdir()
    settings.mkdir()
    environment = {
        "PULUMI_BACKEND_URL": backend.as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": secrets.token_urlsafe(),
        "PULUMI_CONFIG_PASSPHRASE_FILE": "",
    }
    # `stack init` writes a configuration file beside the project's: not beside the user's.
    (settings / "Pulumi.yaml").write_text(
        yaml.safe_dump({"name": project.name, "runtime": "python"}), "utf-8"
    )
    try:
        command.run(["stack", "init", project.stack, "--no-select"], str(settings), environment)
    except CommandError as error:
        raise EngineError(f"a throw-away stack cannot be made: {words_of(error)}") from error
    own = settings / f"Pulumi.{project.stack}.yaml"
    content = yaml.safe_load(own.read_text("utf-8")) if own.is_file() else {}
    config_file = folder / "config.yaml"
    config_file.write_text(yaml.safe_dump({**content, "config": dict(project.config)}), "utf-8")
    notes = [THROWAWAY_NOTE]
    if project.undecryptable:
        keys = ", ".join(project.undecryptable)
        notes.append(f"encrypted configuration is not decrypted; a placeholder stands for: {keys}")
    return Workspace(project.stack, config_file, environment, tuple(notes))
