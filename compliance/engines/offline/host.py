"""Runs a Pulumi program against a resource monitor that asks the gate for every answer.

This file is started by path, in the program's own environment, and needs nothing but the
Pulumi SDK there. It talks with the gate in lines of JSON over two file descriptors, so
whatever the program prints is its own business.
"""

import asyncio
import json
import os
import runpy
import sys
import threading
import traceback
import warnings
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import unquote, urlsplit


def main() -> None:
    """Run the program that the gate names, and tell how it ended."""
    requests, replies = int(sys.argv[1]), int(sys.argv[2])
    gate = Gate(os.fdopen(requests, "w", encoding="utf-8"), os.fdopen(replies, encoding="utf-8"))
    job = gate.receive()
    hide_the_gate(job["hidden"])
    # The child's own folder must not shadow the program's modules.
    sys.path[:] = [job["directory"], *(entry for entry in sys.path if entry not in ("", HERE))]
    sys.argv = [job["main"]]
    os.chdir(job["directory"])
    # pulumi_aws warns of its own deprecated modules on import; that is not the program's doing.
    warnings.simplefilter("ignore", DeprecationWarning)
    sys.setrecursionlimit(max(sys.getrecursionlimit(), 2000))
    # Each answer of the gate wakes a thread that then waits for the one that runs the program:
    # by default 5 ms, several times a resource, which is most of the time of a large program.
    sys.setswitchinterval(0.0005)
    gate.send(run(gate, job))


HERE = str(Path(__file__).resolve().parent)
# What is installed is not the program's, though its environment be in the project's folder.
INSTALLED = frozenset({"site-packages", "dist-packages"})


class Gate:
    """The gate's end of the conversation: one line out, one line back."""

    def __init__(self, requests: TextIO, replies: TextIO) -> None:
        self._requests = requests
        self._replies = replies
        self._lock = threading.Lock()

    def receive(self) -> Any:
        return json.loads(self._replies.readline())

    def send(self, message: Any) -> None:
        self._requests.write(json.dumps(message) + "\n")
        self._requests.flush()

    def ask(self, message: Any) -> Any:
        with self._lock:
            self.send(message)
            reply = self.receive()
        if "error" in reply:
            raise RuntimeError(reply["error"])
        return reply


class Hidden:
    """Keeps the gate's own packages from being imported, wherever they are installed."""

    def __init__(self, names: list[str]) -> None:
        self._names = frozenset(names)

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name not in self._names:
            return None
        spec = PathFinder.find_spec(name, sys.path[:1])
        if spec is None:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return spec


def hide_the_gate(names: list[str]) -> None:
    """Make the program see the environment as it would be without the gate."""
    sys.meta_path.insert(0, Hidden(names))


def run(gate: Gate, job: Any) -> Any:
    """Run the program to its end; the message that tells the gate how it went."""
    try:
        import pulumi
        from pulumi.runtime.mocks import MockEngine, MockSettings
        from pulumi.runtime.settings import configure
        from pulumi.runtime.stack import run_in_stack
    except ImportError as error:
        return failure("no-sdk", error, job["root"])
    configure(
        MockSettings(
            monitor=Monitor(gate, job["root"]),
            monitor_features=set(Monitor.features()),
            engine=MockEngine(None),
            project=job["project"],
            stack=job["stack"],
            organization="organization",
            root_directory=job["root"],
            dry_run=True,
            callbacks=None,
        )
    )
    pulumi.runtime.set_all_config(job["config"], job["secret_keys"])
    unanswered = runpy.run_path(str(Path(HERE) / "unanswered.py"))
    pulumi.runtime.invoke = unanswered["answering"](pulumi.runtime.invoke)

    async def program() -> None:
        runpy.run_path(job["main"], run_name="__main__")

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        loop.run_until_complete(run_in_stack(program))
    except pulumi.ConfigMissingError as error:
        return failure("config", error, job["root"])
    except pulumi.RunError as error:
        return failure("message", error, job["root"])
    except SystemExit as error:
        return failure("exit", error, job["root"])
    except BaseException as error:  # noqa: BLE001 - the gate tells the user, whatever it was
        return failure("exception", error, job["root"])
    return {"kind": "done"}


def place_in(root: Path, request: Any) -> Any:
    """The file (from the project's folder) and line of the program that registers a resource.

    None where the SDK is too old to tell, or nothing of the project is on the stack.
    """
    trace = getattr(request, "stackTrace", None)
    positions = [frame.pc for frame in trace.frames] if trace else []
    for position in (request.sourcePosition, *positions):
        path = Path(unquote(urlsplit(position.uri).path))
        if path.is_relative_to(root) and not INSTALLED.intersection(path.parts):
            return [path.relative_to(root).as_posix(), position.line]
    return None


def failure(kind: str, error: BaseException, root: str) -> Any:
    """The message that tells what the program raised, with its own frames only."""
    frames = own_frames(error, root)
    head = ["Traceback (most recent call last):\n", *traceback.format_list(frames)]
    text = "".join(
        [*(head if frames else []), *traceback.format_exception_only(type(error), error)]
    )
    return {
        "kind": "failed",
        "why": kind,
        "type": type(error).__name__,
        "module": getattr(error, "name", None) if isinstance(error, ImportError) else None,
        "key": getattr(error, "key", None),
        "code": getattr(error, "code", None) if isinstance(error, SystemExit) else None,
        "message": str(error)[:4000],
        "traceback": text[-20000:],
    }


def own_frames(error: BaseException, root: str) -> list[traceback.FrameSummary]:
    """The frames from the program's first one on; empty where none of them is the program's."""
    tracebacks = [error.__traceback__]
    if "pulumi.runtime.settings" in sys.modules:
        # What fails inside an `apply` comes out of a task that has lost its frames; the SDK's
        # record of calls still has them.
        calls = sys.modules["pulumi.runtime.settings"].SETTINGS.rpc_manager
        tracebacks.append(getattr(calls, "exception_traceback", None))
    for found in tracebacks:
        frames = traceback.extract_tb(found)
        for index, frame in enumerate(frames):
            if frame.filename.startswith(root) and "site-packages" not in frame.filename:
                return frames[index:]
    return []


class Monitor:
    """The resource monitor: hands each request to the gate and its answer to the SDK."""

    def __init__(self, gate: Gate, root: str) -> None:
        import grpc
        from google.protobuf import empty_pb2, json_format, struct_pb2
        from pulumi.runtime.proto import resource_pb2

        self._gate = gate
        self._root = Path(root)
        self._grpc = grpc
        self._stack_transforms: tuple[Any, ...] = ()
        self._empty = empty_pb2.Empty
        self._to_dict = json_format.MessageToDict
        self._struct = struct_pb2.Struct
        self._messages = resource_pb2

    @staticmethod
    def features() -> list[Any]:
        from pulumi.runtime.proto import resource_pb2

        wanted = (
            "SECRETS RESOURCE_REFERENCES ALIAS_SPECS REPLACEMENT_TRIGGER DELETED_WITH REPLACE_WITH "
            "TRANSFORMS INVOKE_TRANSFORMS PARAMETERIZATION RESOURCE_HOOKS ERROR_HOOKS "
            "INVOKE_DEPENDS_ON"
        )
        names = (f"RESOURCE_MONITOR_FEATURE_{name}" for name in wanted.split())
        # A program's SDK may be older than some of the features.
        return [getattr(resource_pb2, name) for name in names if hasattr(resource_pb2, name)]

    def _properties(self, message: Any) -> Any:
        return self._to_dict(message)

    def _message(self, properties: Any) -> Any:
        struct = self._struct()
        struct.update(properties)
        return struct

    def RegisterResource(self, request: Any) -> Any:
        properties = self._transformed(request)
        reply = self._gate.ask(
            {
                "kind": "register",
                "type": request.type,
                "name": request.name,
                "parent": request.parent,
                "custom": request.custom,
                "place": place_in(self._root, request),
                "remote": request.remote,
                "provider": request.provider,
                "id": request.importId,
                "properties": properties,
                "dependencies": list(request.dependencies),
                "property_dependencies": {
                    name: list(dependencies.urns)
                    for name, dependencies in request.propertyDependencies.items()
                },
            }
        )
        return self._messages.RegisterResourceResponse(
            urn=reply["urn"],
            id=reply["id"],
            object=self._message(reply["properties"]),
        )

    def _transformed(self, request: Any) -> Any:
        """The properties after the transforms that the resource and the stack declare."""
        properties = request.object
        for callback in (*request.transforms, *self._stack_transforms):
            properties = self._transform(callback, request, properties)
        return self._properties(properties)

    def _transform(self, callback: Any, request: Any, properties: Any) -> Any:
        from pulumi.runtime.proto import callback_pb2, callback_pb2_grpc

        message = self._messages.TransformRequest(
            type=request.type,
            name=request.name,
            custom=request.custom,
            parent=request.parent,
            properties=properties,
        )
        with self._grpc.insecure_channel(callback.target) as channel:
            answer = callback_pb2_grpc.CallbacksStub(channel).Invoke(
                callback_pb2.CallbackInvokeRequest(
                    token=callback.token, request=message.SerializeToString()
                )
            )
        return self._messages.TransformResponse.FromString(answer.response).properties

    def ReadResource(self, request: Any) -> Any:
        reply = self._gate.ask(
            {
                "kind": "read",
                "type": request.type,
                "name": request.name,
                "parent": request.parent,
                "provider": request.provider,
                "id": request.id,
                "properties": self._properties(request.properties),
            }
        )
        return self._messages.ReadResourceResponse(
            urn=reply["urn"], properties=self._message(reply["properties"])
        )

    def Invoke(self, request: Any) -> Any:
        reply = self._gate.ask(
            {
                "kind": "invoke",
                "token": request.tok,
                "provider": request.provider,
                "arguments": self._properties(request.args),
            }
        )
        if reply.get("unknown"):
            return self._messages.ResourceInvokeResponse(unknown=True)
        return self._messages.ResourceInvokeResponse(**{"return": self._message(reply["return"])})

    def Call(self, request: Any) -> Any:
        self._gate.ask({"kind": "call", "token": request.tok})

    def RegisterResourceOutputs(self, request: Any) -> Any:
        return self._empty()

    def RegisterStackTransform(self, request: Any) -> Any:
        self._stack_transforms = (*self._stack_transforms, request)
        return self._empty()

    def RegisterStackInvokeTransform(self, request: Any) -> Any:
        return self._empty()

    def RegisterResourceHook(self, request: Any) -> Any:
        return self._empty()

    def RegisterErrorHook(self, request: Any) -> Any:
        return self._empty()

    def SupportsFeature(self, request: Any) -> Any:
        name = f"RESOURCE_MONITOR_FEATURE_{request.id}".upper()
        known = getattr(self._messages, name, None)
        supported = request.id != "outputValues" and (known is None or known in self.features())
        return self._messages.SupportsFeatureResponse(hasSupport=supported)

    def GetDeploymentInfo(self, request: Any) -> Any:
        return self._messages.DeploymentInfo(supportedFeatures=self.features())

    def RegisterPackage(self, request: Any) -> Any:
        return self._messages.RegisterPackageResponse(ref=request.name)

    def SignalAndWaitForShutdown(self, request: Any) -> Any:
        return self._empty()


if __name__ == "__main__":
    main()
