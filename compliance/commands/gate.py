"""`compliance gate`: evaluate a program, write the report, print the verdict."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from compliance.commands.files import read_json
from compliance.commands.options import (
    DEFAULT_FORMATS,
    add_subject,
    check_time_limit,
    configuration_values,
    configured_rules,
    day,
    format_names,
)
from compliance.commands.usage import FAILED, PASSED, Parsers, UsageError

if TYPE_CHECKING:
    from payment_guardrails.waivers.waiving import Waiving


def add(commands: Parsers) -> None:
    """Add `compliance gate`."""
    gate = commands.add_parser("gate", help="evaluate a program and write the report")
    add_subject(gate)
    gate.add_argument("--engine", choices=["offline", "pulumi", "state", "auto"])
    gate.add_argument("--state", type=Path, metavar="FILE|DIR", help="exports to judge")
    gate.add_argument("--policy-pack", metavar="DIR", help="not built yet")
    gate.add_argument(
        "--waivers", type=Path, metavar="FILE", help="default: compliance/waivers.yaml"
    )
    gate.add_argument("--format", default=DEFAULT_FORMATS, metavar="LIST")
    gate.add_argument("--base", metavar="REPORT_JSON", help="not built yet")
    gate.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    for name in ("policy_pack", "base"):
        if getattr(options, name) is not None:
            raise UsageError(f"--{name.replace('_', '-')} is not built yet")
    check_time_limit(options)
    names = format_names(options.format)
    as_of = day(options.as_of)
    config = configuration_values(options.config)

    from compliance.engines.engine import Request
    from compliance.engines.selection import start
    from compliance.project_folder import policy_config

    configuring = policy_config(options.program, options.policy_config)
    request = Request(
        options.program, options.stack, config, options.time_limit, options.state,
        configuring, as_of, options.waivers,
    )  # fmt: skip
    running, remark = start(_engine(options), request)
    # The program may run by itself now: what follows is loaded in its time.
    try:
        from compliance import terminal
        from compliance.gate import evaluation_time, gather, with_proof
        from compliance.reports import write_reports

        configured = configured_rules(options.program, configuring, as_of)
        waiving = _waiving(options, configuring, as_of)
        evaluated_at = evaluation_time(running.folder)
        console = terminal.console()
        if remark and not options.quiet:
            console.print(remark)
        with terminal.progress(shown=not options.quiet) as progress:
            run = running.result(progress)
    except BaseException:
        running.stop()
        raise
    rules, configuration = configured
    evidence = gather(run, rules, configuration, as_of, evaluated_at, waiving)
    evidence = with_proof(evidence, options.out)
    written = write_reports(evidence, names, options.out)
    shown = terminal.verdict(evidence) if options.quiet else terminal.summary(evidence, written)
    console.print(shown)
    return PASSED if evidence.summary.verdict == "pass" else FAILED


def _engine(options: argparse.Namespace) -> str:
    """The engine asked for; `--state` asks for its own."""
    if options.state is None:
        if options.engine == "state":
            raise UsageError("--engine state needs --state FILE|DIR (`pulumi stack export`)")
        return str(options.engine or "offline")
    if options.engine not in (None, "state"):
        raise UsageError(f"--state is for --engine state, not {options.engine}")
    if options.config or options.stack:
        raise UsageError("--config and --stack do not change a state that is deployed already")
    return "state"


def _waiving(options: argparse.Namespace, file: Path | None, as_of: date) -> Waiving | None:
    from payment_guardrails.configuration import ConfigurationError
    from payment_guardrails.waivers.waiver_file import WaiverFileError

    from compliance.waived import find_waivers

    try:
        return find_waivers(
            options.program, options.waivers, None if file is None else read_json(file), as_of
        )
    except ConfigurationError as error:
        raise UsageError(f"{file}: {error}") from error
    except WaiverFileError as error:
        raise UsageError(str(error)) from error
