"""What every command shares: its exit status, and how it says that it was called wrongly."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final, NoReturn

PASSED: Final = 0
FAILED: Final = 1
NOT_EVALUATED: Final = 2


class UsageError(Exception):
    """The command cannot be carried out as given; the message says what to change."""


class Parser(argparse.ArgumentParser):
    """A parser that raises :class:`UsageError` where argparse would end the process."""

    def error(self, message: str) -> NoReturn:
        """Raise the complaint, with the usage."""
        raise UsageError(f"{message}\n{self.format_usage().strip()}")


if TYPE_CHECKING:
    Parsers = argparse._SubParsersAction[Parser]  # noqa: SLF001 - argparse has no public name for it
else:
    Parsers = object
"""What commands are added to."""
