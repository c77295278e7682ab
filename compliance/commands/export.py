"""`compliance export`: the stack in a form that other tools read."""

from __future__ import annotations

import argparse
from pathlib import Path

from compliance.commands.options import (
    check_time_limit,
    configuration_values,
)
from compliance.commands.usage import PASSED, Parsers, UsageError


def add(commands: Parsers) -> None:
    """Add `compliance export`."""
    export = commands.add_parser("export", help="write the stack as a Terraform plan")
    export.add_argument("--program", type=Path, default=Path(), metavar="DIR")
    export.add_argument("--stack", metavar="NAME")
    export.add_argument("--config", action="append", default=[], metavar="KEY=VALUE")
    export.add_argument("--time-limit", type=float, metavar="SECONDS")
    export.add_argument("--state", type=Path, metavar="FILE", help="an export to take instead")
    export.add_argument(
        "--terraform-plan", type=Path, metavar="FILE", required=True,
        help="the plan in JSON, for conftest, Trivy, Checkov, ...",
    )  # fmt: skip
    export.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    check_time_limit(options)
    config = configuration_values(options.config)

    import json
    import os
    from contextlib import suppress

    from compliance.engines.engine import Request
    from compliance.engines.selection import start
    from compliance.terminal import console, progress
    from compliance.terraform.plan import plan

    request = Request(options.program, options.stack, config, options.time_limit, options.state)
    running, _ = start("offline" if options.state is None else "state", request)
    try:
        with progress(shown=True) as told:
            run = running.result(told)
    except BaseException:
        running.stop()
        raise
    if len(run.stacks) != 1:
        raise UsageError(
            f"there are {len(run.stacks)} stacks, and a plan is of one: name one export"
        )
    found = plan(run.stacks[0], masked=True, changes=True)
    target: Path = options.terraform_plan
    partial = target.with_name(f"{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(json.dumps(found.document, indent=1) + "\n", "utf-8")
        os.replace(partial, target)  # noqa: PTH105 - the atomic one
    except OSError as error:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise UsageError(f"{target}: cannot be written: {error.strerror or error}") from error
    out = console()
    for urn in found.unseen:
        out.print(f"left out: {urn} (Terraform's AWS provider has no such type)")
    out.print(f"plan: {target} ({len(found.addresses)} resources, {len(found.unseen)} left out)")
    return PASSED
