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
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

_RUNNER: Final = Path(__file__).with_name("run_program.py")


class LanguageHost(language_pb2_grpc.LanguageRuntimeServicer):
    """Runs Python programs for the engine."""

    def Handshake(self, request: Any, context: Any) -> language_pb2.LanguageHandshakeResponse:
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
            "engine": request.args[0] if request.args else "",
            "parallel": request.parallel,
            "dry_run": request.dryRun,
            "config": dict(request.config),
            "secret_keys": list(request.configSecretKeys),
            "root": request.info.root_directory,
            "program": str(Path(request.info.program_directory, request.info.entry_point)),
        }
        done = subprocess.run(
            [sys.executable, str(_RUNNER)],
            input=json.dumps(job),
            cwd=request.pwd,
            text=True,
            check=False,
        )
        # What went wrong has been logged to the engine by then.
        return language_pb2.RunResponse(bail=done.returncode != 0)


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
