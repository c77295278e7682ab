"""`--checkov`: Checkov's opinion beside the pack's, asked while the gate goes on."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import TYPE_CHECKING

from compliance.commands.usage import UsageError

if TYPE_CHECKING:
    from payment_guardrails.waivers.waiving import Waiving

    from compliance.checkov.run import CheckovRun
    from compliance.checkov.settings import Settings
    from compliance.engines.engine import EngineRun
    from compliance.evidence import Evidence
    from compliance.terraform.plan import Plan


@dataclass
class Asked:
    """Checkov, started for one run of the gate; what it is shown comes later."""

    settings: Settings
    running: CheckovRun
    plans: dict[str, Plan]

    def show(self, run: EngineRun) -> None:
        """Hand it the stacks."""
        from compliance.terraform.plan import plan

        self.plans.update((f"stack-{n}", plan(each)) for n, each in enumerate(run.stacks))
        self.running.ask({name: each.document for name, each in self.plans.items()})

    def opinion(self, evidence: Evidence, waiving: Waiving | None) -> Evidence:
        """The evidence with its answer; raises :class:`UsageError` where it gives none."""
        from compliance.checkov.environment import CheckovError
        from compliance.checkov.merged import with_opinion
        from compliance.checkov.opinion import opinion
        from compliance.checkov.report import checked, version_in

        try:
            answer = self.running.answer()
            found = opinion(
                checked(answer.report, answer.unknown),
                self.plans,
                self.settings.mandatory,
                version_in(answer.report),
            )
        except CheckovError as error:
            raise UsageError(str(error)) from error
        return with_opinion(evidence, found, self.plans, waiving)

    def stop(self) -> None:
        """End it, and leave nothing behind."""
        self.running.stop()


def add_checkov(command: argparse.ArgumentParser) -> None:
    """Add the options."""
    command.add_argument(
        "--checkov", action="store_true", help="ask Checkov too (make checkov-environment)"
    )
    command.add_argument(
        "--external-checks-dir", action="append", default=[], metavar="DIR",
        help="with --checkov: a folder of checks of your own",
    )  # fmt: skip


def ask_checkov(options: argparse.Namespace) -> Asked | None:
    """Checkov, loading already, or None where it was not asked for.

    Raises :class:`UsageError` where it cannot be had.
    """
    if not options.checkov:
        if options.external_checks_dir:
            raise UsageError("--external-checks-dir needs --checkov")
        return None
    from pathlib import Path

    from compliance.checkov.environment import CheckovError
    from compliance.checkov.run import CheckovRun
    from compliance.checkov.settings import read_settings
    from compliance.project_folder import project_folder

    own = [Path(each) for each in options.external_checks_dir]
    for folder in own:
        if not folder.is_dir():
            raise UsageError(f"--external-checks-dir: there is no folder {folder}")
    try:
        settings = read_settings(project_folder(options.program))
        running = CheckovRun((*settings.external_checks, *own), settings.time_limit)
    except CheckovError as error:
        raise UsageError(str(error)) from error
    return Asked(settings, running, {})
