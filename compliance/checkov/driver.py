"""Runs Checkov, in Checkov's own environment: a script for that Python, imported by nobody.

Checkov takes seconds to load. So it is loaded while the program under test still runs, and the
arguments come afterwards: one line of JSON on standard input, a list. No connection is opened:
what tries to gets an error.
"""

from __future__ import annotations

import importlib
import json
import sys
from typing import Any, Final

_FORBIDDEN: Final = frozenset({"socket.connect", "socket.getaddrinfo", "socket.sendto"})


def _offline(event: str, _: tuple[Any, ...]) -> None:
    if event in _FORBIDDEN:
        raise OSError("the gate runs Checkov without a network")


def main() -> int:
    """Load Checkov, wait for the arguments, run it; its exit status."""
    sys.addaudithook(_offline)
    checkov = importlib.import_module("checkov.main")
    line = sys.stdin.readline()
    if not line:
        return 0
    run: Any = checkov.Checkov(argv=json.loads(line)).run()
    return int(run or 0)


if __name__ == "__main__":
    sys.exit(main())
