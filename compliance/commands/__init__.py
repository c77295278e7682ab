"""The commands: each is one module with `add`, which adds its parser and says what runs it.

Adding a command is one file here, and its name in `_ORDER`. What only a running command needs
is imported in its function, so that `compliance --help` and `compliance rules` start at once.
"""

from __future__ import annotations

import importlib
from typing import Final

from compliance.commands.usage import Parsers

_ORDER: Final = ("gate", "prove", "diff", "verify", "report", "export", "rules", "waive")


def add_commands(commands: Parsers) -> None:
    """Add every command to the parser of the command line, in the order of its help."""
    for name in _ORDER:
        importlib.import_module(f"{__name__}.{name}").add(commands)
