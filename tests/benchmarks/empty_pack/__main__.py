"""A pack without a policy: what any pack in Python costs before it judges anything.

`make bench` compares with it. It speaks the analyzer protocol as our pack does.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc, plugin_pb2


class Empties(analyzer_pb2_grpc.AnalyzerServicer):
    """Answers the engine with nothing."""

    def GetAnalyzerInfo(self, request: Any, context: Any) -> Any:
        return analyzer_pb2.AnalyzerInfo(name="empty", version="1.0.0", supportsConfig=True)

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        return plugin_pb2.PluginInfo(version="1.0.0")

    def ConfigureStack(self, request: Any, context: Any) -> Any:
        return analyzer_pb2.AnalyzerStackConfigureResponse()

    def Configure(self, request: Any, context: Any) -> Any:
        return Empty()

    def Analyze(self, request: Any, context: Any) -> Any:
        return analyzer_pb2.AnalyzeResponse()

    def AnalyzeStack(self, request: Any, context: Any) -> Any:
        return analyzer_pb2.AnalyzeResponse()

    def Remediate(self, request: Any, context: Any) -> Any:
        return analyzer_pb2.RemediateResponse()


server = grpc.server(ThreadPoolExecutor(max_workers=1))
analyzer_pb2_grpc.add_AnalyzerServicer_to_server(Empties(), server)
sys.stdout.write(f"{server.add_insecure_port('127.0.0.1:0')}\n")
server.start()
sys.stdout.flush()
server.wait_for_termination()
