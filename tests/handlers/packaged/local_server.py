"""HTTP servers of the tests, on this machine, each for as long as a test needs it."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class RequestHandler(BaseHTTPRequestHandler):
    """Handles the requests of a connection by `get` and `post`, and writes no log."""

    protocol_version = "HTTP/1.1"

    def get(self) -> None:
        """Answer a GET request."""
        self.answer(405, {})

    def post(self, body: bytes) -> None:
        """Answer a POST request."""
        self.answer(405, {})

    def do_GET(self) -> None:
        self.get()

    def do_POST(self) -> None:
        self.post(self.rfile.read(int(self.headers["Content-Length"])))

    def answer(self, status: int, headers: Mapping[str, str], body: bytes = b"") -> None:
        """Send a whole response."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def serving(handler: type[RequestHandler], tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """The port on 127.0.0.1 where requests are handled."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    # A connection that a client keeps open does not keep the test from ending.
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
