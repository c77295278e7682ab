"""`compliance prove`: weaken a compliant program, and see whether the rules catch it."""

from __future__ import annotations

import argparse

from compliance.commands.options import (
    add_subject,
    check_time_limit,
    configuration_values,
    configured_rules,
    day,
)
from compliance.commands.usage import FAILED, PASSED, Parsers


def add(commands: Parsers) -> None:
    """Add `compliance prove`."""
    prove = commands.add_parser(
        "prove", help="weaken a compliant program in every way, one at a time: what is caught?"
    )
    add_subject(prove)
    prove.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    check_time_limit(options)
    as_of = day(options.as_of)

    from compliance import terminal
    from compliance.engines.engine import Request
    from compliance.engines.offline import start
    from compliance.gate import pack_of
    from compliance.project_folder import policy_config
    from compliance.proof.files import proof_texts
    from compliance.proof.proof import prove
    from compliance.reports import write_files

    configuring = policy_config(options.program, options.policy_config)
    rules, configuration = configured_rules(options.program, configuring, as_of)
    request = Request(
        options.program, options.stack, configuration_values(options.config), options.time_limit
    )
    with terminal.progress(shown=not options.quiet) as progress:
        run = start(request).result(progress)
        progress("weakening the stack, one change at a time")
        effectiveness, tested = prove(run, rules, configuration, pack_of(configuration), as_of)
    written = write_files(proof_texts(effectiveness, tested), options.out)
    shown = terminal.proof(effectiveness, () if options.quiet else written)
    terminal.console().print(shown)
    return FAILED if effectiveness.survivors else PASSED
