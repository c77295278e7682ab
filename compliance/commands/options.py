"""Options that several commands have, and what their texts mean."""

from __future__ import annotations

import argparse
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from compliance.commands.files import read_json
from compliance.commands.usage import UsageError

if TYPE_CHECKING:
    from payment_guardrails.configuration import RuleConfiguration
    from payment_guardrails.rule import Rule

DEFAULT_OUT: Final = Path("build/compliance")


def add_subject(command: argparse.ArgumentParser) -> None:
    """What is evaluated, with which configuration, and where to."""
    command.add_argument("--program", type=Path, default=Path(), metavar="DIR")
    command.add_argument("--stack", metavar="NAME")
    command.add_argument("--config", action="append", default=[], metavar="KEY=VALUE")
    command.add_argument("--time-limit", type=float, metavar="SECONDS")
    command.add_argument("--as-of", metavar="DATE", help="the date that dates are judged on")
    command.add_argument(
        "--policy-config", type=Path, metavar="FILE", help="default: compliance/policy-config.json"
    )
    command.add_argument("--out", type=Path, default=DEFAULT_OUT, metavar="DIR")
    command.add_argument("--quiet", action="store_true", help="print the verdict only")


def listed_names(text: str) -> tuple[str, ...]:
    """The names of formats in a list with commas; raises :class:`UsageError` where it has none."""
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    if not names:
        raise UsageError("--format names no format")
    return names


def known_names(names: tuple[str, ...], known: Collection[str], also: str = "") -> tuple[str, ...]:
    """The same names; raises :class:`UsageError` where one is not known. `also` ends its list."""
    for name in names:
        if name not in known:
            raise UsageError(f"there is no format {name!r}; there are {', '.join(known)}{also}")
    return names


def check_time_limit(options: argparse.Namespace) -> None:
    """Raise :class:`UsageError` where the time limit is none."""
    if options.time_limit is not None and not options.time_limit > 0:
        raise UsageError("--time-limit must be a number of seconds greater than 0")


def day(text: str | None) -> date:
    """The day to judge on, today by default; raises :class:`UsageError`."""
    if text is None:
        return datetime.now(UTC).date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--as-of must be a date like 2026-01-31, not {text!r}") from None


def configuration_values(pairs: Sequence[str]) -> dict[str, str]:
    """What `--config KEY=VALUE` gives; raises :class:`UsageError`."""
    config: dict[str, str] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise UsageError("--config takes KEY=VALUE")
        config[key] = value
    return config


def configured_rules(
    program: Path, file: Path | None, as_of: date
) -> tuple[Mapping[str, Rule], Mapping[str, RuleConfiguration]]:
    """The rules and their configuration in a file; raises :class:`UsageError`."""
    from payment_guardrails.configuration import (
        ConfigurationError,
        configure,
        dated,
    )
    from payment_guardrails.iam.recording_file import with_recording
    from payment_guardrails.rules import registered

    from compliance.project_folder import project_folder

    given = None if file is None else read_json(file)
    try:
        configuration = configure(registered(), dated(registered(), given, as_of))
        return registered(), with_recording(configuration, project_folder(program))
    except ConfigurationError as error:
        raise UsageError(f"{file}: {error}") from error
