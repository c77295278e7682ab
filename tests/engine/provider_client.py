"""The stand-in provider as the engine meets it: a client of its gRPC door."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import grpc
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from tests.engine.provider.cloud import Cloud
from tests.engine.provider.server import provider
from tests.engine.provider.wire import Properties, decoded, encoded


@dataclass(frozen=True)
class Client:
    """One connection to the provider, which is one provider resource of a program."""

    stub: Any

    def configure(self, region: str = "us-east-1", tags: Mapping[str, str] | None = None) -> None:
        """Configure the provider resource as a program does with `aws.Provider`."""
        arguments = {"region": region, "defaultTags": json.dumps({"tags": dict(tags or {})})}
        self.stub.Configure(provider_pb2.ConfigureRequest(args=encoded(arguments)))

    def check(
        self, type_: str, inputs: Properties, old: Properties | None = None, seed: bytes = b"1"
    ) -> Properties:
        """The inputs as the provider completes them."""
        request = provider_pb2.CheckRequest(
            urn=urn(type_), olds=encoded(old or {}), news=encoded(inputs), randomSeed=seed
        )
        return decoded(self.stub.Check(request).inputs)

    def preview(self, type_: str, inputs: Properties) -> Properties:
        """The outputs of a resource that is yet to be created."""
        request = provider_pb2.CreateRequest(
            urn=urn(type_), properties=encoded(inputs), preview=True
        )
        return decoded(self.stub.Create(request).properties)

    def create(self, type_: str, inputs: Properties) -> Properties:
        """The outputs of a created resource, its id among them."""
        request = provider_pb2.CreateRequest(urn=urn(type_), properties=encoded(inputs))
        response = self.stub.Create(request)
        outputs = decoded(response.properties)
        assert outputs["id"] == response.id
        return outputs

    def update(
        self, type_: str, old: Properties, inputs: Properties, *, preview: bool = False
    ) -> Properties:
        """The outputs of a resource after a change of its inputs."""
        request = provider_pb2.UpdateRequest(
            urn=urn(type_), id=old["id"], olds=encoded(old), news=encoded(inputs), preview=preview
        )
        return decoded(self.stub.Update(request).properties)

    def delete(self, type_: str, outputs: Properties) -> None:
        """Remove a resource."""
        request = provider_pb2.DeleteRequest(
            urn=urn(type_), id=outputs["id"], properties=encoded(outputs)
        )
        self.stub.Delete(request)

    def read(
        self, type_: str, id_: str, state: Properties | None = None, asked: Properties | None = None
    ) -> Any:
        """What the provider finds of a resource: for a refresh where `asked` is given."""
        request = provider_pb2.ReadRequest(
            urn=urn(type_), id=id_, properties=encoded(state or {}), inputs=encoded(asked or {})
        )
        return self.stub.Read(request)

    def diff(self, type_: str, old: Properties, new: Properties) -> Any:
        """What a change of the inputs from `old` to `new` means."""
        request = provider_pb2.DiffRequest(
            urn=urn(type_), id="x", old_inputs=encoded(old), news=encoded(new)
        )
        return self.stub.Diff(request)

    def invoke(self, token: str, arguments: Properties) -> Properties:
        """The result of a data source."""
        response = self.stub.Invoke(provider_pb2.InvokeRequest(tok=token, args=encoded(arguments)))
        return decoded(getattr(response, "return"))


def urn(type_: str, name: str = "thing") -> str:
    """The URN of the resource that requests are about."""
    return f"urn:pulumi:dev::shop::{type_}::{name}"


@contextmanager
def clients(cloud: Cloud, count: int = 1) -> Iterator[Sequence[Client]]:
    """Connections to one provider over `cloud`."""
    with provider(cloud) as port:
        # Without a pool of its own, a channel shares the connection of another.
        own = [("grpc.use_local_subchannel_pool", 1)]
        channels = [grpc.insecure_channel(f"127.0.0.1:{port}", own) for _ in range(count)]
        try:
            yield [Client(provider_pb2_grpc.ResourceProviderStub(channel)) for channel in channels]
        finally:
            for channel in channels:
                channel.close()


def created(client: Client, type_: str, **inputs: Any) -> Properties:
    """A resource that was created as the engine creates one."""
    return client.create(type_, client.check(type_, inputs))
