"""What every engine gives, and how it says that it cannot."""

from __future__ import annotations

from dataclasses import dataclass

from payment_guardrails.stack import Stack


class EngineError(Exception):
    """The gate cannot evaluate.

    `message` names the place and the remedy. `output` is what the user's program said
    itself (its traceback), or empty.
    """

    def __init__(self, message: str, output: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.output = output


@dataclass(frozen=True)
class EngineRun:
    """The stack that an engine made of a program.

    `program_digest` is `sha256:...` over the program's sources; `notes` tell what the
    engine assumed or could not see; `printed` is what the program wrote, for the terminal.
    """

    stack: Stack
    engine: str
    program_digest: str
    notes: tuple[str, ...] = ()
    printed: str = ""
