"""Which stack is previewed: the user's own, or a throw-away one where there is none.

Nothing of the user's is changed. A preview can write a salt or values into the stack's
configuration file, so it gets a copy; the throw-away stack lives in a backend of its own.
(The first command of any kind in an empty backend of one's own leaves the CLI's mark there.)
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml
from pulumi.automation import LocalWorkspace, StackSummary
from pulumi.automation.errors import CommandError

from compliance.engines.engine import EngineError
from compliance.engines.pulumi.cli import Command, TimeLimitError, words_of
from compliance.project import SECRET_PLACEHOLDER, Project

_NOT_LOGGED_IN: Final = "PULUMI_ACCESS_TOKEN must be set"
_OF_A_BACKEND: Final = ("encryptedkey", "encryptionsalt", "environment", "secretsprovider")
"""What a stack's configuration file says of the backend and the secrets of its own stack."""


@dataclass(frozen=True)
class Workspace:
    """Where a preview runs: the stack, its configuration, and more environment.

    `config_file` is a copy that may be written, `values` override what is in it.
    """

    stack: str
    config_file: Path
    values: Mapping[str, str]
    environment: Mapping[str, str]
    notes: tuple[str, ...] = ()


def user_stacks(root: Path, command: Command) -> tuple[StackSummary, ...] | None:
    """The stacks that the backend has of the project in `root`; None where nobody is logged in.

    Raises :class:`EngineError` where the backend cannot be asked, or does not answer.
    """
    try:
        return tuple(LocalWorkspace(work_dir=str(root), pulumi_command=command).list_stacks())
    except TimeLimitError:
        raise EngineError(f"{root}: the backend did not say in time which stacks it has") from None
    except CommandError as error:
        if _NOT_LOGGED_IN in words_of(error):
            return None
        raise EngineError(f"{root}: the backend cannot be asked: {words_of(error)}") from error


def choose_stack(
    root: Path, wanted: str | None, usual: str, stacks: Iterable[StackSummary]
) -> str | None:
    """The full name of the stack to preview, as the CLI would choose it; None: there is none.

    `wanted` is the one that was asked for. Else the selected one is taken, else the `usual`
    one of the project's files.

    Raises :class:`EngineError` where several organizations have the one that was asked for.
    """
    listed = tuple(stacks)
    selected = next((each.name for each in listed if each.current), None)
    if wanted is None and selected is not None:
        return selected
    asked = wanted or usual
    names = [each.name for each in listed]
    found = [asked] if asked in names else [name for name in names if _is_same(name, asked)]
    if len(found) > 1:
        raise EngineError(
            f"{root}: {asked!r} is the name of several stacks ({', '.join(sorted(found))}); "
            "give the full name with --stack"
        )
    return found[0] if found else None


def _is_same(listed: str, asked: str) -> bool:
    """Whether two names can be of one stack: what only one of them says does not matter."""
    ours, theirs = listed.split("/"), asked.split("/")
    same_organization = len(ours) == 1 or len(theirs) == 1 or ours[0] == theirs[0]
    return ours[-1] == theirs[-1] and same_organization


def wanted_stack(given: str | None) -> str | None:
    """The stack that was asked for by `--stack`, or by the CLI's own variable."""
    return given or os.environ.get("PULUMI_STACK") or None


def of_the_user(
    stack: str, project: Project, overrides: Mapping[str, str], folder: Path
) -> Workspace:
    """The user's own stack, with a copy of its configuration file in `folder`."""
    text = project.stack_file.read_text("utf-8") if project.stack_file else ""
    return Workspace(stack, _written(folder, text), _full(project, overrides), {})


def throwaway(
    project: Project,
    overrides: Mapping[str, str],
    command: Command,
    folder: Path,
    others: Sequence[StackSummary] | None,
) -> Workspace:
    """A stack that exists for one preview, in a backend in `folder`."""
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
    salt = own.read_text("utf-8") if own.is_file() else ""
    text = project.stack_file.read_text("utf-8") if project.stack_file else ""
    return Workspace(
        project.stack,
        _written(folder, f"{salt.rstrip()}\n{_without_secrets(text)}"),
        _full(project, overrides),
        environment,
        (_why_throwaway(project, others), *project.unread),
    )


def _why_throwaway(project: Project, others: Sequence[StackSummary] | None) -> str:
    names = ", ".join(sorted(each.name for each in others or ()))
    has = f"the backend has no stack {project.stack!r} of this program (it has {names})"
    return (
        f"{has if names else 'there is no stack of this program in a backend'}, so it was "
        "previewed as a first deployment, in a throw-away stack on this machine"
    )


def _full(project: Project, overrides: Mapping[str, str]) -> Mapping[str, str]:
    return {project.full_key(key): value for key, value in overrides.items()}


def _written(folder: Path, text: str) -> Path:
    file = folder / "config.yaml"
    file.touch(mode=0o600)
    file.write_text(text, "utf-8")
    return file


def _without_secrets(text: str) -> str:
    """A configuration file with a placeholder for each secret, and nothing of its backend.

    The other values keep their spelling: what is `yes` to the CLI is a boolean to PyYAML.
    """
    root = yaml.compose(text, yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode):
        return ""
    kept = [(key, value) for key, value in root.value if key.value not in _OF_A_BACKEND]
    for key, value in kept:
        if key.value == "config" and isinstance(value, yaml.MappingNode):
            value.value = [(name, _opened(entry)) for name, entry in value.value]
    return str(yaml.serialize(yaml.MappingNode(root.tag, kept), Dumper=yaml.SafeDumper))


def _opened(node: yaml.Node) -> yaml.Node:
    if isinstance(node, yaml.MappingNode) and [key.value for key, _ in node.value] == ["secure"]:
        return yaml.ScalarNode("tag:yaml.org,2002:str", SECRET_PLACEHOLDER)
    return node
