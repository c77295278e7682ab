"""Prints what importing a module brings into a fresh interpreter, as a JSON list.

    python -S -P import_probe.py MODULE

Named are the modules of `handlers`, the top-level packages that are not of the standard library,
the services that clients are made for, and the modules of the standard library that botocore
does not import anyway.
"""

from __future__ import annotations

import importlib
import json
import sys
from typing import Any

import botocore.session


def main(module: str) -> None:
    """Import the module, watched, and print."""
    clients: list[str] = []
    session: Any = botocore.session.Session
    make = session.create_client

    def make_watched(self: Any, service: str, *arguments: Any, **options: Any) -> Any:
        clients.append(f"client of {service}")
        return make(self, service, *arguments, **options)

    # What a client imports as it is made counts as botocore's own.
    make(session(), "sts")
    known = set(sys.modules) & set(sys.stdlib_module_names)
    session.create_client = make_watched
    importlib.import_module(module)
    named = {_named(name) for name in sys.modules} - known - {"__main__"}
    sys.stdout.write(json.dumps(sorted([*named, *clients])))


def _named(module: str) -> str:
    top = module.partition(".")[0]
    return module if top == "handlers" else top


if __name__ == "__main__":
    main(sys.argv[1])
