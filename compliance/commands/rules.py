"""`compliance rules`: what is checked, why, and how to fix it."""

from __future__ import annotations

import argparse

from compliance.commands.usage import PASSED, Parsers, UsageError


def add(commands: Parsers) -> None:
    """Add `compliance rules`."""
    rules = commands.add_parser("rules", help="what is checked, why, and how to fix it")
    rules.add_argument("name", nargs="?", metavar="NAME")
    rules.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from payment_guardrails.rules import registered

    from compliance.rule_pages import rule_list, rule_page
    from compliance.terminal import console

    rules = registered()
    if options.name is None:
        console().print(rule_list(rules))
        return PASSED
    if options.name not in rules:
        raise UsageError(f"there is no rule {options.name!r}; `compliance rules` lists them all")
    console().print(rule_page(rules[options.name]))
    return PASSED
