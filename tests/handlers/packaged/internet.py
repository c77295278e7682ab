"""The bootstrap, where one public host is a server on this machine.

    python -m internet HOST ADDRESS PORT HANDLER

It runs in the process of a packaged function, which has the standard library and the runtime
beside its own code: it imports nothing else.
"""

from __future__ import annotations

import runpy
import socket
import sys
from collections.abc import Callable
from typing import Any


def resolver(host: str, address: str, port: int) -> Callable[..., list[Any]]:
    """What `socket.getaddrinfo` does there: `host` has `address`, which leads to `port` here."""
    real = socket.getaddrinfo

    def look_up(asked: Any, asked_port: Any, *arguments: Any, **options: Any) -> list[Any]:
        found: dict[Any, tuple[str, Any]] = {
            host: (address, asked_port),
            address: ("127.0.0.1", port),
        }
        if asked in found:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", found[asked])]
        return real(asked, asked_port, *arguments, **options)

    return look_up


def main(host: str, address: str, port: str) -> None:
    """Run the bootstrap on the handler that is left on the command line."""
    socket.getaddrinfo = resolver(host, address, int(port))
    runpy.run_module("awslambdaric", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    given, sys.argv[1:] = sys.argv[1:4], sys.argv[4:]
    main(*given)
