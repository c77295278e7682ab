"""The offline engine as tests call it: run a program, get what the engine made of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from compliance.engines.engine import EngineRun, Request
from compliance.engines.offline import start


def evaluate(
    program: Path, stack: str | None, config: Mapping[str, str], time_limit: float
) -> EngineRun:
    """Run a program to its end; its one stack is the first of `stacks`."""
    return start(Request(program, stack, config, time_limit)).result(lambda _: None)
