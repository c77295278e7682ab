"""The offline engine: the program runs here, without a CLI, an account or a secret.

What it knows: every input the program gives, and the names, ids and ARNs that AWS derives
from names. What it cannot know stays unknown, and rules that depend on it are undecided:
ids that AWS draws (REST APIs, keys, certificates), and what only the cloud can answer.
"""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from compliance.engines.engine import EngineError, EngineRun, Progress, Request
from compliance.engines.offline.default_providers import configured_region, default_providers
from compliance.engines.offline.process import Child, TimeLimitError
from compliance.engines.offline.registry import Registry
from compliance.engines.offline.surroundings import ACCOUNT, DEFAULT_REGION
from compliance.project import Project, read_project
from compliance.project_folder import in_repository
from compliance.settings_file import ProjectError

_OWN_PACKAGES: Final = ("compliance", "payment_guardrails")
DEFAULT_TIME_LIMIT: Final = 60.0
_NOTE: Final = (
    "the program ran without a cloud account; names, ids and ARNs that AWS derives from "
    "names were derived, all else that only a deployment tells stayed unknown"
)


class Run:
    """A program that is running. `result` waits for its end."""

    def __init__(self, project: Project, time_limit: float) -> None:
        self._project = project
        self._time_limit = time_limit
        self._region, self._notes = _region(project)
        self._registry = Registry(
            project.name, project.stack, self._region, default_providers(project)
        )
        try:
            self._child = Child(project.interpreter, project.directory, time_limit)
        except OSError as error:
            raise EngineError(f"{project.interpreter}: cannot be started: {error}") from error
        self._child.send(json.dumps(self._job()))

    def _job(self) -> dict[str, Any]:
        project = self._project
        return {
            "project": project.name,
            "stack": project.stack,
            "root": str(project.root),
            "directory": str(project.directory),
            "main": str(project.main),
            "config": dict(project.config),
            "secret_keys": sorted(project.secret_keys),
            "hidden": list(_OWN_PACKAGES),
        }

    @property
    def folder(self) -> Path:
        """The project's folder."""
        return self._project.root

    def stop(self) -> None:
        """End the program, if it still runs."""
        self._child.kill()

    def result(self, progress: Progress) -> EngineRun:
        """The program's stack.

        Raises :class:`EngineError` where the program does not run to its end.
        """
        progress("the program is running")
        try:
            last = self._converse()
        except TimeLimitError:
            self._child.kill()
            raise EngineError(
                f"{self._project.main}: still running after {self._time_limit:g} s; "
                "give it more with --time-limit SECONDS, or look for what it waits for",
                self._child.printed,
            ) from None
        except EngineError as error:
            self._child.kill()
            raise EngineError(
                f"{self._project.main}: {error.message}", self._child.printed
            ) from error
        except BaseException:
            self._child.kill()
            raise
        finally:
            status = self._child.close()
        if last is None:
            raise self._died(status)
        if last["kind"] == "failed":
            raise self._failed(last)
        return EngineRun(
            engine="offline",
            project=self._project.name,
            stack=self._project.stack,
            digest=self._project.digest,
            note=_NOTE,
            stacks=(self._registry.stack(),),
            notes=(*self._notes, *self._registry.notes),
            printed=self._child.printed,
            folder=in_repository(self._project.root),
            sources=self._project.sources,
        )

    def _converse(self) -> Mapping[str, Any] | None:
        for line in self._child.lines():
            message: Mapping[str, Any] = json.loads(line)
            if message["kind"] in ("done", "failed"):
                return message
            self._child.send(json.dumps(self._registry.reply(message)))
        return None

    def _died(self, status: int) -> EngineError:
        how = f"exit status {status}"
        if status < 0:
            how = f"killed by {signal.Signals(-status).name}"
        return EngineError(
            f"{self._project.main}: the program's process ended before it was finished ({how})",
            self._child.printed,
        )

    def _failed(self, last: Mapping[str, Any]) -> EngineError:
        place = self._project.main
        output = self._child.printed + last["traceback"]
        match last["why"]:
            case "no-sdk":
                return EngineError(
                    f"{self._project.interpreter} has no Pulumi SDK ({last['message']}); "
                    "install the program's requirements there",
                )
            case "config":
                return EngineError(f"{place}: {self._missing_config(last)}", self._child.printed)
            case "message":
                return EngineError(f"{place}: {last['message']}", self._child.printed)
            case "exit":
                return EngineError(
                    f"{place}: the program called sys.exit({last['code']}) after "
                    f"{self._registry.count} resources; a part of a stack is not judged",
                    self._child.printed,
                )
        return EngineError(f"{place}: {self._explained(last)}", output)

    def _missing_config(self, last: Mapping[str, Any]) -> str:
        key = last["key"] or "a key"
        short = key.removeprefix(f"{self._project.name}:")
        return (
            f"the configuration value {key} is missing; give it with `--config {short}=VALUE`, or "
            f"`pulumi config set --stack {self._project.stack} {short} VALUE`"
        )

    def _explained(self, last: Mapping[str, Any]) -> str:
        if last["module"]:
            return (
                f"cannot import {last['module']!r}; install it into the environment of "
                f"{self._project.interpreter}"
            )
        text = f"the program raised {last['type']} after {self._registry.count} resources"
        text += "; a part of a stack is not judged"
        if last["type"] in ("NoCredentialsError", "EndpointConnectionError", "ClientError"):
            text += " (it called AWS itself; the gate gives a program no credentials)"
        if last["type"] == "TypeError" and "unexpected keyword argument" in last["message"]:
            text += " (an argument that the installed version of a provider does not have)"
        if self._registry.unanswered:
            calls = ", ".join(dict.fromkeys(self._registry.unanswered))
            text += f" (only the cloud can answer what it called before: {calls})"
        return text


def _region(project: Project) -> tuple[str, tuple[str, ...]]:
    notes = [f"the account id is not known offline; {ACCOUNT} stands for it", *project.unread]
    given = configured_region(project)
    if given is None:
        notes.append(f"no region is configured (aws:region); {DEFAULT_REGION} stands for it")
    return given or DEFAULT_REGION, tuple(notes)


def start(request: Request) -> Run:
    """Start the program in a process of its own and return at once.

    Raises :class:`EngineError` where the project cannot be read.
    """
    if sys.platform == "win32":
        raise EngineError("the offline engine needs a POSIX system; on Windows, use WSL")
    try:
        project = read_project(request.program, request.stack, request.config)
    except ProjectError as error:
        raise EngineError(str(error)) from error
    return Run(project, request.time_limit or DEFAULT_TIME_LIMIT)
