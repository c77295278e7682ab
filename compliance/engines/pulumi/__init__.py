"""The real engine: `pulumi preview` with the pack attached, driven by the Automation API.

The verdicts are those that the engine logs; what was seen for each comes from the pack's
own record, which must agree with the log (:func:`compliance.engines.pulumi.events.confirm`).
"""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Final

from payment_guardrails.configuration import dated
from payment_guardrails.iam.recording_file import with_absolute_recording
from payment_guardrails.record import RECORD_VARIABLE, Record
from payment_guardrails.rules import registered
from payment_guardrails.waivers.settings import with_waivers
from pulumi.automation.errors import CommandError

from compliance.engines.engine import EngineError, EngineRun, Progress, Request
from compliance.engines.pulumi.cli import Command, TimeLimitError, words_of
from compliance.engines.pulumi.events import Log, confirm, events_in, read_log
from compliance.engines.pulumi.failures import explained
from compliance.engines.pulumi.pack import write_pack
from compliance.engines.pulumi.resources import stack_of
from compliance.engines.pulumi.workspace import (
    Workspace,
    choose_stack,
    of_the_user,
    throwaway,
    user_stacks,
    wanted_stack,
)
from compliance.project import Project, read_project
from compliance.project_folder import in_repository, project_folder
from compliance.settings_file import ProjectError
from compliance.waived import locate

DEFAULT_TIME_LIMIT: Final = 900.0
_TIME_TO_ASK: Final = 60.0
_LOG: Final = "events.jsonl"


class Run:
    """A preview that is about to run. `result` runs it and cleans up."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._project = _project(request, wanted_stack(request.stack), in_backend=True)
        self._time_limit = request.time_limit or DEFAULT_TIME_LIMIT
        self._command = Command(self._time_limit)

    @property
    def folder(self) -> Path:
        """The project's folder."""
        return self._project.root

    def stop(self) -> None:
        """End the CLI, if it still runs."""
        self._command.stop()

    def result(self, progress: Progress) -> EngineRun:
        """The engine's verdicts on the program.

        Raises :class:`EngineError` where the preview does not run to its end.
        """
        folder = Path(tempfile.mkdtemp(prefix="compliance-"))
        try:
            return self._preview(folder, progress)
        except TimeLimitError:
            raise EngineError(
                f"{self._project.root}: the preview was still running after "
                f"{self._time_limit:g} s; give it more with --time-limit SECONDS"
            ) from None
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _preview(self, folder: Path, progress: Progress) -> EngineRun:
        progress("asking the backend for its stacks")
        project, workspace = self._opened(folder)
        log, said = self._run(workspace, folder, progress)
        record = folder / "record.json"
        # Where it failed for more than what the pack found, a part of the truth is no verdict.
        if not record.is_file() or (said and not log.mandatory):
            message, output = explained(log.errors, said)
            raise EngineError(f"{project.root}: {message}", output)
        if not log.complete:
            raise EngineError(
                f"the Pulumi CLI {self._command.version} does not log which policies passed "
                "(later ones do); upgrade it, or use --engine offline"
            )
        recorded = Record.read(record)
        confirm(recorded, log, registered())
        return EngineRun(
            engine="pulumi",
            project=project.name,
            stack=project.stack,
            digest=project.digest,
            note=(
                f"the Pulumi CLI {self._command.version} previewed the program with the pack "
                "attached; what only a deployment tells stayed unknown"
            ),
            stacks=(stack_of(project.name, project.stack, events_in(folder / _LOG), recorded),),
            record=recorded,
            notes=(*workspace.notes, *map(_only_read, log.only_read)),
            folder=in_repository(project.root),
            sources=project.sources,
        )

    def _opened(self, folder: Path) -> tuple[Project, Workspace]:
        """The project as the chosen stack configures it, and where that is previewed."""
        request, root = self._request, self._project.root
        wanted = wanted_stack(request.stack)
        stacks = user_stacks(root, self._command)
        chosen = choose_stack(root, wanted, self._project.stack, stacks or ())
        if chosen is not None:
            project = _project(request, chosen, in_backend=True)
            return project, of_the_user(chosen, project, request.config, folder)
        project = _project(request, wanted)
        if wanted is not None and stacks is not None:
            others = ", ".join(sorted(each.name for each in stacks))
            raise EngineError(
                f"{root}: the backend has no stack {wanted!r} of this project "
                f"(it has {others or 'none'}); create it with `pulumi stack init {wanted}`, or "
                "leave --stack out to preview a first deployment"
            )
        return project, throwaway(project, request.config, self._command, folder, stacks)

    def _run(self, workspace: Workspace, folder: Path, progress: Progress) -> tuple[Log, str]:
        """Run the preview; the engine's log, and what the CLI said where it failed."""
        log = folder / _LOG
        arguments = [
            "preview", "--stack", workspace.stack, "--color", "never",
            "--policy-pack", str(write_pack(folder / "pack")), "--event-log", str(log),
            "--config-file", str(workspace.config_file),
        ]  # fmt: skip
        configured = self._configured(folder)
        if configured is not None:
            arguments += ["--policy-pack-config", str(configured)]
        for key, value in workspace.values.items():
            arguments += ["--config", f"{key}={value}"]
        environment = {
            **workspace.environment,
            RECORD_VARIABLE: str(folder / "record.json"),
            # The flag for the event log is one of the CLI's hidden ones.
            "PULUMI_DEBUG_COMMANDS": "true",
        }
        said = ""
        try:
            self._command.run(
                arguments,
                str(self._project.root),
                environment,
                on_output=lambda line: progress(f"previewing: {line.strip()}"),
            )
        except CommandError as error:
            said = words_of(error) or "the CLI does not say why"
        return read_log(log), said

    def _configured(self, folder: Path) -> Path | None:
        """The file that configures the rules, with the day on which they judge dates."""
        file, as_of = self._request.policy_config, self._request.as_of
        if as_of is None:
            return None if file is None else file.resolve()
        given = None if file is None else json.loads(file.read_text("utf-8"))
        changed = folder / "policy-config.json"
        waivers = locate(self._request.program, self._request.waivers, given)
        absolute = with_absolute_recording(given, project_folder(self._request.program))
        configured = with_waivers(dated(registered(), absolute, as_of), waivers and waivers[0])
        changed.write_text(json.dumps(configured), "utf-8")
        return changed


def _project(request: Request, stack: str | None, *, in_backend: bool = False) -> Project:
    try:
        project = read_project(request.program, stack, request.config, in_backend=in_backend)
    except ProjectError as error:
        raise EngineError(str(error)) from error
    if project.file is None:
        raise EngineError(
            f"{request.program}: the real engine needs a Pulumi.yaml beside the program; "
            "add one, or use --engine offline"
        )
    return project


def _only_read(urn: str) -> str:
    type_, name = urn.split("::")[2:4]
    return (
        f"{type_.rpartition('$')[2]} {name!r} is read from the cloud, not made by this program: "
        "it was not tested"
    )


def has_stack(request: Request) -> bool:
    """Whether there is a CLI, and a backend that has the program's stack.

    Raises :class:`EngineError` where that cannot be found out.
    """
    wanted = wanted_stack(request.stack)
    project = _project(request, wanted, in_backend=True)
    stacks = user_stacks(project.root, Command(_TIME_TO_ASK))
    return choose_stack(project.root, wanted, project.stack, stacks or ()) is not None


def start(request: Request) -> Run:
    """Prepare a preview of the program.

    Raises :class:`EngineError` where the project cannot be read or there is no CLI.
    """
    return Run(request)
