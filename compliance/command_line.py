"""The command line: `compliance COMMAND`. Exit status 0, 1 or 2."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence

from compliance.commands import add_commands
from compliance.commands.usage import NOT_EVALUATED, Parser, UsageError
from compliance.engines.engine import EngineError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is the gate's answer (see the README)."""
    # A pipeline that is cancelled ends the gate so: it cleans up as after Ctrl-C.
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.default_int_handler)
    try:
        options = _parser().parse_args(arguments)
        status: int = options.run(options)
    except UsageError as error:
        return _refuse(str(error))
    except EngineError as error:
        if error.output.strip():
            print(error.output.rstrip(), file=sys.stderr)
        return _refuse(error.message)
    except OSError as error:
        return _refuse(f"{error.filename or 'the report folder'}: {error.strerror or error}")
    except KeyboardInterrupt:
        return _refuse("stopped; no report was written")
    return status


def _refuse(message: str) -> int:
    print(f"compliance: {message}", file=sys.stderr)
    return NOT_EVALUATED


def _parser() -> Parser:
    parser = Parser(prog="compliance", description="A compliance gate for Pulumi programs on AWS.")
    add_commands(
        parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=Parser)
    )
    return parser
