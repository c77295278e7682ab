"""A merchant's own server: real TLS on this machine, for the host that its certificate names."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.handlers.packaged.local_server import RequestHandler, serving
from tests.handlers.test_webhook_addresses import certificate


@dataclass
class Received:
    """The server's port, and what came: the webhook ids and the bodies."""

    port: int
    webhooks: list[tuple[str, str]] = field(default_factory=list)


@contextmanager
def receiving(folder: Path, host: str) -> Iterator[Received]:
    """A server of `host` that takes every webhook; its certificate is `HOST.pem` in `folder`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate(folder, host))
    received = Received(port=0)

    class Handler(RequestHandler):
        def post(self, body: bytes) -> None:
            received.webhooks.append((self.headers["webhook-id"], body.decode()))
            self.answer(204, {})

    with serving(Handler, context) as received.port:
        yield received
