"""`compliance gate`: evaluate a program, write the report, print the verdict."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compliance.commands.base import base_of
from compliance.commands.checkov import add_checkov, ask_checkov
from compliance.commands.files import read_json
from compliance.commands.options import (
    add_subject,
    check_time_limit,
    configuration_values,
    configured_rules,
    day,
)
from compliance.commands.output import (
    add_output,
    format_names,
    load_output,
    signing_key,
    write_output,
)
from compliance.commands.usage import FAILED, PASSED, Parsers, UsageError

if TYPE_CHECKING:
    from payment_guardrails.waivers.waiving import Waiving

    from compliance.controls import Framework


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
    gate.add_argument(
        "--controls", type=Path, metavar="DIR", action="append", default=[],
        help="frameworks of your own, a file each; can be given again",
    )  # fmt: skip
    gate.add_argument(
        "--attestations", type=Path, metavar="FILE", help="default: compliance/attestations.yaml"
    )
    gate.add_argument("--base", type=Path, metavar="REPORT_JSON", help="a report to compare with")
    gate.add_argument(
        "--fail-on", choices=["any", "new"], default=None,
        help="with --base: fail on any mandatory finding (the default), or on new ones only",
    )  # fmt: skip
    add_checkov(gate)
    add_output(gate)
    gate.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    if options.policy_pack is not None:
        raise UsageError("--policy-pack is not built yet")
    check_time_limit(options)
    names = format_names(options.format)
    as_of = day(options.as_of)
    config = configuration_values(options.config)
    base = base_of(options)
    key = signing_key(options)

    from compliance.engines.engine import Request
    from compliance.engines.selection import start
    from compliance.project_folder import policy_config

    configuring = policy_config(options.program, options.policy_config)
    request = Request(
        options.program, options.stack, config, options.time_limit, options.state,
        configuring, as_of, options.waivers,
    )  # fmt: skip
    checkov = ask_checkov(options)
    try:
        running, remark = start(_engine(options), request)
        # The program may run by itself now: what follows is loaded in its time.
        try:
            from compliance import terminal
            from compliance.gate import evaluation_time, gather, with_proof

            rules, configuration = configured_rules(options.program, configuring, as_of)
            waiving = _waiving(options, configuring, as_of)
            frameworks, attested = _controls(options, as_of)
            load_output(names)
            evaluated_at = evaluation_time(running.folder)
            console = terminal.console()
            if remark and not options.quiet:
                console.print(remark)
            with terminal.progress(shown=not options.quiet) as progress:
                run = running.result(progress)
        except BaseException:
            running.stop()
            raise
        if checkov is not None:
            checkov.show(run)
        evidence = gather(run, rules, configuration, as_of, evaluated_at, waiving, frameworks)
        evidence = with_proof(replace(evidence, **attested), options.out)
        if checkov is not None:
            # What the pack says is known seconds before Checkov answers.
            console.print(terminal.verdict(evidence))
            evidence = checkov.opinion(evidence, waiving)
    finally:
        if checkov is not None:
            checkov.stop()
    compared = None if base is None else base.compared(evidence)
    output = write_output(evidence, names, options.out, compared, key)
    files = terminal.files(output.written, output.removed)
    shown = terminal.verdict(evidence) if options.quiet else terminal.summary(evidence, files)
    console.print(shown)
    if compared is None:
        return PASSED if evidence.summary.verdict == "pass" else FAILED
    console.print(compared.told(quiet=options.quiet))
    return FAILED if compared.fails() else PASSED


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


def _controls(
    options: argparse.Namespace, as_of: date
) -> tuple[Sequence[Framework], Mapping[str, Any]]:
    """The frameworks, and the parts of the evidence that tell of attestations."""
    from compliance.attestations import AttestationFileError, find_attestations
    from compliance.controls import ControlsError, load_frameworks

    try:
        frameworks = load_frameworks(*options.controls)
        file, entries = find_attestations(options.program, options.attestations, frameworks, as_of)
    except (ControlsError, AttestationFileError) as error:
        raise UsageError(str(error)) from error
    return frameworks, {"attestation_file": file, "attestations": entries}
