"""The Python language host for a CLI that came without one: serves programs over gRPC.

An installed Pulumi brings `pulumi-language-python` with it; the CLI that `make engine`
builds has none. The CLI attaches to this one where PULUMI_DEBUG_LANGUAGES says
`python:PORT`. Each program runs in a process of its own (`run_program.py`), by the SDK's
own `run_in_stack`, as the installed host does it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

_RUNNER: Final = Path(__file__).with_name("run_program.py")


class LanguageHost(language_pb2_grpc.LanguageRuntimeServicer):
    """Runs Python programs for the engine."""

    def __init__(self) -> None:
        self._engine = ""
        self._running: set[subprocess.Popen[str]] = set()

    def About(self, request: Any, context: Any) -> language_pb2.AboutResponse:
        return language_pb2.AboutResponse(executable=sys.executable)

    def Cancel(self, request: Any, context: Any) -> Empty:
        for process in tuple(self._running):
            process.kill()
        return Empty()

    def Handshake(self, request: Any, context: Any) -> language_pb2.LanguageHandshakeResponse:
        self._engine = request.engine_address
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: Any, context: Any) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version="0.0.0")

    def GetRequiredPackages(self, request: Any, context: Any) -> Any:
        return language_pb2.GetRequiredPackagesResponse()

    def GetRequiredPlugins(self, request: Any, context: Any) -> Any:
        return language_pb2.GetRequiredPluginsResponse()

    def Run(self, request: language_pb2.RunRequest, context: Any) -> language_pb2.RunResponse:
        job = {
            "project": request.project,
            "stack": request.stack,
            "organization": request.organization or "organization",
            "monitor": request.monitor_address,
            "engine": self._engine,
            "parallel": request.parallel,
            "dry_run": request.dryRun,
            "config": dict(request.config),
            "secret_keys": list(request.configSecretKeys),
            "root": request.info.root_directory,
            "program": str(Path(request.info.program_directory, request.info.entry_point)),
        }
        process = subprocess.Popen(
            [sys.executable, str(_RUNNER)], stdin=subprocess.PIPE, cwd=request.pwd, text=True
        )
        self._running.add(process)
        # A CLI that is killed cancels nothing: its programs go with its call.
        context.add_callback(process.kill)
        try:
            process.communicate(json.dumps(job))
        finally:
            self._running.discard(process)
        # What went wrong has been logged to the engine by then.
        return language_pb2.RunResponse(bail=process.returncode != 0)


@contextmanager
def language_host() -> Iterator[int]:
    """A running language host; gives its port."""
    server = grpc.server(ThreadPoolExecutor(max_workers=8))
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(LanguageHost(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield port
    finally:
        server.stop(grace=None)
