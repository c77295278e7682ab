"""The command line: `compliance gate`, `prove`, `report` and `rules`. Exit status 0, 1 or 2."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

from compliance.engines.engine import EngineError

if TYPE_CHECKING:  # what `--help` and `rules` do not need is loaded where it is used
    from payment_guardrails.waivers.waiving import Waiving

    from compliance.evidence import Evidence

PASSED, FAILED, NOT_EVALUATED = 0, 1, 2
_DEFAULT_OUT: Final = Path("build/compliance")
_DEFAULT_FORMATS: Final = "html,json,md,csv"
_NOT_BUILT_FORMATS: Final = frozenset({"sarif", "junit", "oscal"})


class UsageError(Exception):
    """The command cannot be carried out as given; the message says what to change."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}\n{self.format_usage().strip()}")


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


def _parser() -> _Parser:
    parser = _Parser(prog="compliance", description="A compliance gate for Pulumi programs on AWS.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_gate(commands)
    _add_prove(commands)
    report = commands.add_parser("report", help="make reports again from a report.json")
    report.add_argument("report_json", type=Path, metavar="REPORT_JSON")
    report.add_argument("--out", type=Path, default=_DEFAULT_OUT, metavar="DIR")
    report.add_argument("--format", default=_DEFAULT_FORMATS, metavar="LIST")
    report.set_defaults(run=_report)
    rules = commands.add_parser("rules", help="what is checked, why, and how to fix it")
    rules.add_argument("name", nargs="?", metavar="NAME")
    rules.set_defaults(run=_rules)
    _add_waive(commands)
    for name, operands in (("diff", ["BASE", "HEAD"]), ("verify", ["DIR"])):
        command = commands.add_parser(name, help="not built yet")
        for operand in operands:
            command.add_argument(operand.lower(), metavar=operand)
        command.set_defaults(run=_not_built)
    return parser


def _add_gate(commands: Any) -> None:
    gate = commands.add_parser("gate", help="evaluate a program and write the report")
    _add_subject(gate)
    gate.add_argument("--engine", choices=["offline", "pulumi", "state", "auto"])
    gate.add_argument("--state", type=Path, metavar="FILE|DIR", help="exports to judge")
    gate.add_argument("--policy-pack", metavar="DIR", help="not built yet")
    gate.add_argument(
        "--waivers", type=Path, metavar="FILE", help="default: compliance/waivers.yaml"
    )
    gate.add_argument("--format", default=_DEFAULT_FORMATS, metavar="LIST")
    gate.add_argument("--base", metavar="REPORT_JSON", help="not built yet")
    gate.set_defaults(run=_gate)


def _add_prove(commands: Any) -> None:
    prove = commands.add_parser(
        "prove", help="weaken a compliant program in every way, one at a time: what is caught?"
    )
    _add_subject(prove)
    prove.set_defaults(run=_prove)


def _add_subject(command: argparse.ArgumentParser) -> None:
    """What is evaluated, with which configuration, and where to."""
    command.add_argument("--program", type=Path, default=Path(), metavar="DIR")
    command.add_argument("--stack", metavar="NAME")
    command.add_argument("--config", action="append", default=[], metavar="KEY=VALUE")
    command.add_argument("--time-limit", type=float, metavar="SECONDS")
    command.add_argument("--as-of", metavar="DATE", help="the date that dates are judged on")
    command.add_argument(
        "--policy-config", type=Path, metavar="FILE", help="default: compliance/policy-config.json"
    )
    command.add_argument("--out", type=Path, default=_DEFAULT_OUT, metavar="DIR")
    command.add_argument("--quiet", action="store_true", help="print the verdict only")


def _add_waive(commands: Any) -> None:
    waive = commands.add_parser("waive", help="accept a finding for a time, with a reason")
    waive.add_argument("target", metavar="FINDING_ID|RULE", help="as the report has it")
    waive.add_argument("--resource", metavar="PATTERN", help="URN, * is any text; for a rule")
    waive.add_argument("--reason", required=True)
    waive.add_argument("--owner", required=True, help="who answers for it")
    until = waive.add_mutually_exclusive_group()
    until.add_argument("--expires", metavar="DATE")
    until.add_argument("--days", type=int, metavar="N", help="default: 90")
    waive.add_argument("--ticket")
    waive.add_argument("--as-of", metavar="DATE", help="the day it begins, today by default")
    waive.add_argument(
        "--report", type=Path, default=_DEFAULT_OUT / "report.json", metavar="REPORT_JSON"
    )
    waive.add_argument(
        "--waivers", type=Path, metavar="FILE", help="default: compliance/waivers.yaml"
    )
    waive.set_defaults(run=_waive)


def _not_built(options: argparse.Namespace) -> int:
    raise UsageError(f"`compliance {options.command}` is not built yet")


def _gate(options: argparse.Namespace) -> int:
    for name in ("policy_pack", "base"):
        if getattr(options, name) is not None:
            raise UsageError(f"--{name.replace('_', '-')} is not built yet")
    _check_time_limit(options)
    names = _formats(options.format)
    as_of = _date(options.as_of)
    config = _config(options.config)

    from compliance.engines.engine import Request  # noqa: PLC0415 - `rules` and --help need none
    from compliance.engines.selection import start  # noqa: PLC0415
    from compliance.project_folder import policy_config  # noqa: PLC0415

    configuring = policy_config(options.program, options.policy_config)
    request = Request(
        options.program, options.stack, config, options.time_limit, options.state,
        configuring, as_of, options.waivers,
    )  # fmt: skip
    running, remark = start(_engine(options), request)
    # The program may run by itself now: what follows is loaded in its time.
    try:
        from compliance import terminal  # noqa: PLC0415
        from compliance.gate import evaluation_time, gather, with_proof  # noqa: PLC0415
        from compliance.reports import write_reports  # noqa: PLC0415

        configured = _configured(options.program, configuring, as_of)
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


def _check_time_limit(options: argparse.Namespace) -> None:
    if options.time_limit is not None and not options.time_limit > 0:
        raise UsageError("--time-limit must be a number of seconds greater than 0")


def _prove(options: argparse.Namespace) -> int:
    _check_time_limit(options)
    as_of = _date(options.as_of)

    from compliance import terminal  # noqa: PLC0415 - `rules` and --help need none
    from compliance.engines.engine import Request  # noqa: PLC0415
    from compliance.engines.offline import start  # noqa: PLC0415
    from compliance.gate import pack_of  # noqa: PLC0415
    from compliance.project_folder import policy_config  # noqa: PLC0415
    from compliance.proof.files import proof_texts  # noqa: PLC0415
    from compliance.proof.proof import prove  # noqa: PLC0415
    from compliance.reports import write_files  # noqa: PLC0415

    configuring = policy_config(options.program, options.policy_config)
    rules, configuration = _configured(options.program, configuring, as_of)
    request = Request(options.program, options.stack, _config(options.config), options.time_limit)
    with terminal.progress(shown=not options.quiet) as progress:
        run = start(request).result(progress)
        progress("weakening the stack, one change at a time")
        effectiveness, tested = prove(run, rules, configuration, pack_of(configuration), as_of)
    written = write_files(proof_texts(effectiveness, tested), options.out)
    shown = terminal.proof(effectiveness, () if options.quiet else written)
    terminal.console().print(shown)
    return FAILED if effectiveness.survivors else PASSED


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


def _configured(
    program: Path, file: Path | None, as_of: date
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    from payment_guardrails.configuration import (  # noqa: PLC0415
        ConfigurationError,
        configure,
        dated,
    )
    from payment_guardrails.iam.recording_file import with_recording  # noqa: PLC0415
    from payment_guardrails.rules import registered  # noqa: PLC0415

    from compliance.project_folder import project_folder  # noqa: PLC0415

    given = None if file is None else _json(file)
    try:
        configuration = configure(registered(), dated(registered(), given, as_of))
        return registered(), with_recording(configuration, project_folder(program))
    except ConfigurationError as error:
        raise UsageError(f"{file}: {error}") from error


def _waiving(options: argparse.Namespace, file: Path | None, as_of: date) -> Waiving | None:
    from payment_guardrails.configuration import ConfigurationError  # noqa: PLC0415
    from payment_guardrails.waivers.waiver_file import WaiverFileError  # noqa: PLC0415

    from compliance.waived import find_waivers  # noqa: PLC0415

    try:
        return find_waivers(
            options.program, options.waivers, None if file is None else _json(file), as_of
        )
    except ConfigurationError as error:
        raise UsageError(f"{file}: {error}") from error
    except WaiverFileError as error:
        raise UsageError(str(error)) from error


def _json(file: Path) -> Any:
    try:
        return json.loads(file.read_text("utf-8"))
    except json.JSONDecodeError as error:
        raise UsageError(f"{file}:{error.lineno}: malformed JSON: {error.msg}") from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"{file}: cannot be read as JSON: {error}") from error


def _formats(text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    if not names:
        raise UsageError("--format names no format")
    from compliance.reports import formats  # noqa: PLC0415

    for name in names:
        if name in _NOT_BUILT_FORMATS:
            raise UsageError(f"the format {name} is not built yet")
        if name not in formats():
            raise UsageError(f"there is no format {name!r}; there are {', '.join(formats())}")
    return names


def _date(text: str | None) -> date:
    if text is None:
        return datetime.now(UTC).date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--as-of must be a date like 2026-01-31, not {text!r}") from None


def _config(pairs: Sequence[str]) -> dict[str, str]:
    config: dict[str, str] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise UsageError("--config takes KEY=VALUE")
        config[key] = value
    return config


def _report(options: argparse.Namespace) -> int:
    names = _formats(options.format)
    evidence = _evidence(options.report_json)

    from compliance.reports import write_reports  # noqa: PLC0415
    from compliance.terminal import console  # noqa: PLC0415

    for path in write_reports(evidence, names, options.out):
        console().print(f"report: {path}")
    return PASSED


def _evidence(file: Path) -> Evidence:
    """The evidence in a report.json that may come from anywhere."""
    data = _json(file)

    import jsonschema  # noqa: PLC0415 - only a foreign file needs it

    from compliance.evidence import Evidence  # noqa: PLC0415

    schema = _json(Path(__file__).with_name("report.schema.json"))
    error = jsonschema.exceptions.best_match(
        jsonschema.Draft202012Validator(schema).iter_errors(data)
    )
    if error is not None:
        raise UsageError(f"{file}: is no valid report: {error.json_path}: {error.message[:300]}")
    return Evidence.from_json(data)


def _waive(options: argparse.Namespace) -> int:
    from payment_guardrails.waivers.waiver_file import WaiverFileError  # noqa: PLC0415

    from compliance.terminal import console  # noqa: PLC0415
    from compliance.waive import Wish, waive  # noqa: PLC0415

    as_of = _date(options.as_of)
    wish = Wish(
        options.target, options.resource, options.reason, options.owner, options.ticket or "",
        options.expires, options.days, as_of,
    )  # fmt: skip
    evidence = _evidence(options.report)
    try:
        said = waive(wish, evidence, options.report, options.waivers)
    except WaiverFileError as error:
        raise UsageError(str(error)) from error
    console().print(said)
    return PASSED


def _rules(options: argparse.Namespace) -> int:
    from payment_guardrails.rules import registered  # noqa: PLC0415

    from compliance.rule_pages import rule_list, rule_page  # noqa: PLC0415
    from compliance.terminal import console  # noqa: PLC0415

    rules = registered()
    if options.name is None:
        console().print(rule_list(rules))
        return PASSED
    if options.name not in rules:
        raise UsageError(f"there is no rule {options.name!r}; `compliance rules` lists them all")
    console().print(rule_page(rules[options.name]))
    return PASSED
