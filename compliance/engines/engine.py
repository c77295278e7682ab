"""What every engine gives, and how it says that it cannot."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Protocol

from payment_guardrails.record import Record
from payment_guardrails.stack import Stack


class EngineError(Exception):
    """The gate cannot evaluate.

    `message` names the place and the remedy. `output` is what the user's program said
    itself (its traceback), or empty.
    """

    def __init__(self, message: str, output: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.output = output


@dataclass(frozen=True)
class Request:
    """What is to be evaluated.

    `program` is a folder or file (see :func:`compliance.project.read_project`), `stack` its
    stack's name or None for the usual one, `config` overrides configuration values,
    `time_limit` is in seconds or None for the engine's own. `state` is a file or folder of
    exports. `policy_config` is the file that configures the rules, `as_of` the day on which
    they judge dates, `waivers` the file of waivers: only an engine that runs the rules itself
    reads these.
    """

    program: Path
    stack: str | None = None
    config: Mapping[str, str] = field(default_factory=dict)
    time_limit: float | None = None
    state: Path | None = None
    policy_config: Path | None = None
    as_of: date | None = None
    waivers: Path | None = None


@dataclass(frozen=True)
class EngineRun:
    """What an engine made of a program, or found.

    `stacks` are for the gate to judge; where an engine ran the rules itself, their `record` is
    what counts, and the stacks are for other tools. `project` and `stack` name the subject.
    `digest` is `sha256:...` over the program's sources, or the state's files; `note` tells what
    the engine's verdicts mean, `notes` what it assumed or could not see. `deployed` is True
    where the stacks are what exists, and no longer to be changed. `printed` is what the program
    wrote. `folder` is the project's folder in its repository (see
    :func:`compliance.project_folder.in_repository`), `sources` are the files of which `digest`
    is made: `sha256:...` of each by its path.
    """

    engine: str
    project: str
    stack: str
    digest: str
    note: str
    stacks: tuple[Stack, ...] = ()
    record: Record | None = None
    notes: tuple[str, ...] = ()
    deployed: bool = False
    printed: str = ""
    folder: str = ""
    sources: Mapping[str, str] = field(default_factory=dict)


Progress = Callable[[str], None]
"""Is told what the engine does now, in a few words."""


class Running(Protocol):
    """An engine at work."""

    @property
    def folder(self) -> Path:
        """The folder whose history dates the evaluation."""

    def result(self, progress: Progress) -> EngineRun:
        """Wait for the end. Raises :class:`EngineError` where there is nothing to judge."""

    def stop(self) -> None:
        """End what is under way, and leave nothing behind."""
