"""A stand-in for the AWS provider, for tests.

It answers the engine over gRPC as the real provider does in what these tests need: it
fills in defaults and names, turns documents into JSON text, leaves what AWS computes
unknown in a preview, gives ids and ARNs in AWS's shapes on a deployment, and refuses a
resource that names another which does not exist.

What it is not: it is no emulator of AWS. Nothing runs, holds data or checks permissions;
of a resource's properties only what `types.yaml` names has a meaning; it validates no
value, normalises no document, throttles nothing and is never eventually consistent.
Settings of the whole account, such as API Gateway's logging role, count as made. A program
that deploys here can still be refused by AWS. Of the real provider's hundreds of types it
knows some sixty; others get an id and nothing computed. It shares nothing with the offline
engine, so that each can show the other's mistakes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any, Final

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from tests.engine.provider.catalogue import Kind, Naming, kind_of
from tests.engine.provider.cloud import Cloud, RefusedError
from tests.engine.provider.data_sources import answer
from tests.engine.provider.outputs import previewed
from tests.engine.provider.place import Place
from tests.engine.provider.shapes import MissingValueError
from tests.engine.provider.wire import (
    DEFAULTS,
    UNKNOWN,
    Properties,
    as_document,
    bare,
    decoded,
    encoded,
    is_unknown,
    secret,
)

# The CLI warns of a provider that is older than the SDK the program uses.
_VERSION: Final = version("pulumi-aws")
_SUFFIX_DIGITS: Final = 7


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """The provider. One serves all provider resources of a program.

    The engine opens a connection for each, and configures it: by that they are told apart.
    """

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._places: dict[str, Place] = {}

    def Handshake(self, request: Any, context: Any) -> Any:
        return provider_pb2.ProviderHandshakeResponse(
            accept_secrets=True, accept_resources=False, accept_outputs=False
        )

    def Attach(self, request: Any, context: Any) -> Empty:
        return Empty()

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        return plugin_pb2.PluginInfo(version=_VERSION)

    def GetSchema(self, request: Any, context: Any) -> Any:
        schema = {"name": "aws", "version": _VERSION, "resources": {}}
        return provider_pb2.GetSchemaResponse(schema=json.dumps(schema))

    def GetMapping(self, request: Any, context: Any) -> Any:
        return provider_pb2.GetMappingResponse()

    def GetMappings(self, request: Any, context: Any) -> Any:
        return provider_pb2.GetMappingsResponse()

    def Cancel(self, request: Any, context: Any) -> Empty:
        return Empty()

    def CheckConfig(self, request: Any, context: Any) -> Any:
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: Any, context: Any) -> Any:
        old, new = decoded(request.old_inputs), decoded(request.news)
        moved = old.get("region") != new.get("region")
        return provider_pb2.DiffResponse(
            changes=_changes(old != new), replaces=["region"] if moved else []
        )

    def Configure(self, request: Any, context: Any) -> Any:
        given = bare(decoded(request.args))
        tags = _parsed(given.get("defaultTags"))
        self._places[context.peer()] = Place(
            region=given.get("region") or "us-east-1",
            default_tags=tags.get("tags", {}) if isinstance(tags, dict) else {},
        )
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True, supportsPreview=True, acceptResources=False, acceptOutputs=False
        )

    def Invoke(self, request: Any, context: Any) -> Any:
        arguments = bare(decoded(request.args))
        result = answer(request.tok, arguments, self._place(context))
        if result is None:
            return _refuse(context, f"{request.tok} is not known to this stand-in")
        response = provider_pb2.InvokeResponse()
        getattr(response, "return").CopyFrom(encoded(result))
        return response

    def Check(self, request: Any, context: Any) -> Any:
        kind, place = kind_of(_type_of(request.urn)), self._place(context)
        inputs, olds = decoded(request.news), decoded(request.olds)
        inputs.pop(DEFAULTS, None)
        for name in kind.documents:
            if name in inputs:
                inputs[name] = as_document(inputs[name])
        defaults = {name: value for name, value in kind.defaults.items() if name not in inputs}
        if kind.name and not {kind.name.property, kind.name.prefix} & set(inputs):
            defaults[kind.name.property] = _drawn_name(kind.name, request, inputs, olds)
        # https://github.com/pulumi/pulumi-aws/blob/master/provider/region.go and tags.go
        if not kind.is_global:
            inputs.setdefault("region", place.region)
        if kind.tagged:
            inputs["tagsAll"] = _all_tags(inputs.get("tags"), place)
        return provider_pb2.CheckResponse(
            inputs=encoded({**inputs, **defaults, DEFAULTS: sorted(defaults)})
        )

    def Diff(self, request: Any, context: Any) -> Any:
        kind = kind_of(_type_of(request.urn))
        old, new = decoded(request.old_inputs), decoded(request.news)
        names = sorted(
            name
            for name in {*old, *new} - {DEFAULTS}
            if bare(old.get(name)) != bare(new.get(name)) and name not in request.ignoreChanges
        )
        replaces = [name for name in names if name in _replacing(kind)]
        return provider_pb2.DiffResponse(
            changes=_changes(bool(names)),
            diffs=names,
            replaces=replaces,
            deleteBeforeReplace=bool(replaces)
            and (kind.delete_first or _keeps_name(kind, old, new)),
        )

    def Create(self, request: Any, context: Any) -> Any:
        type_, inputs = _type_of(request.urn), decoded(request.properties)
        if request.preview:
            return provider_pb2.CreateResponse(properties=encoded(previewed(type_, inputs, {})))
        place = self._place(context).of(inputs)
        try:
            id_, outputs = self._cloud.create(type_, inputs, place)
        except (RefusedError, MissingValueError) as error:
            return _refuse(context, f"creating {request.urn}: {error}")
        return provider_pb2.CreateResponse(id=id_, properties=encoded(outputs))

    def Update(self, request: Any, context: Any) -> Any:
        type_, inputs = _type_of(request.urn), decoded(request.news)
        if request.preview:
            outputs = previewed(type_, inputs, decoded(request.olds))
            return provider_pb2.UpdateResponse(properties=encoded(outputs))
        place = self._place(context).of(inputs)
        try:
            outputs = self._cloud.update(type_, request.id, inputs, place)
        except (RefusedError, MissingValueError) as error:
            return _refuse(context, f"updating {request.urn}: {error}")
        return provider_pb2.UpdateResponse(properties=encoded(outputs))

    def Read(self, request: Any, context: Any) -> Any:
        state = decoded(request.properties)
        place = self._place(context).of(state)
        resource = self._cloud.read(_type_of(request.urn), request.id, place)
        if resource is not None:
            # A refresh compares what the program last asked for with what is there.
            asked = decoded(request.inputs) or resource.inputs
            inputs = _as_asked(asked, {DEFAULTS: asked.get(DEFAULTS), **resource.outputs})
            return provider_pb2.ReadResponse(
                id=request.id, properties=encoded(resource.outputs), inputs=encoded(inputs)
            )
        if request.id in self._cloud.outside:
            # Of what others made, nothing but its name is known here.
            return provider_pb2.ReadResponse(id=request.id, properties=encoded(state))
        return provider_pb2.ReadResponse()

    def Delete(self, request: Any, context: Any) -> Empty:
        place = self._place(context).of(decoded(request.properties))
        try:
            self._cloud.delete(_type_of(request.urn), request.id, place)
        except RefusedError as error:
            return _refuse(context, f"deleting {request.urn}: {error}")
        return Empty()

    def _place(self, context: Any) -> Place:
        return self._places.get(context.peer(), Place())


def _type_of(urn: str) -> str:
    return urn.split("::")[2].rpartition("$")[2]


def _drawn_name(naming: Naming, request: Any, inputs: Properties, olds: Properties) -> str:
    if naming.property in olds.get(DEFAULTS, ()):
        return str(olds[naming.property])
    digits = hashlib.sha256(request.randomSeed + request.urn.encode()).hexdigest()[:_SUFFIX_DIGITS]
    # A queue whose kind is not known yet is named as if it were a standard one.
    fifo = ".fifo" if naming.fifo and bare(inputs.get(naming.fifo)) is True else ""
    head = request.urn.rpartition("::")[2]
    room = naming.max - len(digits) - 1
    name = f"{naming.start}{head[:room]}-{digits}{fifo}"
    return name.lower() if naming.lowercase else name


def _as_asked(asked: Any, there: Any) -> Any:
    """What is there of what was asked for: without what AWS adds inside a block."""
    plain_asked, plain_there = bare(asked), bare(there)
    if plain_asked == plain_there:
        return asked
    if isinstance(plain_asked, dict) and isinstance(plain_there, dict):
        return {name: _as_asked(plain_asked[name], plain_there.get(name)) for name in plain_asked}
    return there


def _all_tags(tags: Any, place: Place) -> Any:
    if is_unknown(tags):
        return UNKNOWN
    plain = bare(tags)
    merged = {**place.default_tags, **(plain if isinstance(plain, dict) else {})}
    return merged if plain == tags else secret(merged)


def _replacing(kind: Kind) -> frozenset[str | None]:
    own = [kind.name.property, kind.name.prefix] if kind.name and not kind.name.changes else []
    place = [] if kind.is_global else ["region"]
    return frozenset({*own, *place, *kind.replaces})


def _keeps_name(kind: Kind, old: Properties, new: Properties) -> bool:
    # The program chose the name, and two resources cannot have it at a time.
    if kind.name is None or kind.name.property in new.get(DEFAULTS, ()):
        return False
    return bare(old.get(kind.name.property)) == bare(new.get(kind.name.property))


def _changes(differ: bool) -> Any:
    response = provider_pb2.DiffResponse
    return response.DIFF_SOME if differ else response.DIFF_NONE


def _parsed(value: Any) -> Any:
    # Provider properties travel as JSON texts.
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _refuse(context: Any, message: str) -> Any:
    context.abort(grpc.StatusCode.UNKNOWN, message)


@contextmanager
def provider(cloud: Cloud, service: type[Provider] = Provider) -> Iterator[int]:
    """A running provider over `cloud`; gives its port."""
    server = grpc.server(ThreadPoolExecutor(max_workers=16))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(service(cloud), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield port
    finally:
        server.stop(grace=None)
