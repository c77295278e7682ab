"""What `compliance rules` tells: all rules in a list, or one in full."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Mapping

from payment_guardrails.configuration import options_of
from payment_guardrails.rule import ANY, Rule

from compliance.controls import load_frameworks


def rule_list(rules: Mapping[str, Rule]) -> str:
    """A line for each rule: name, level, severity, what holds."""
    width = max(len(name) for name in rules)
    return "\n".join(
        f"{name:<{width}}  {rule.level.value:<9}  {rule.severity.value:<8}  {rule.title}"
        for name, rule in sorted(rules.items())
    )


def rule_page(rule: Rule) -> str:
    """All there is to know of a rule: what holds, why, how to fix it, what it serves."""
    return "\n".join(_lines(rule))


def judged_types(rule: Rule) -> list[str]:
    """The types that a rule gives verdicts on, for a reader."""
    return ["every type, of every provider"] if rule.types == ANY else sorted(rule.types)


def _lines(rule: Rule) -> Iterator[str]:
    yield f"{rule.name} ({rule.level.value}, {rule.severity.value})"
    yield ""
    yield f"{rule.title}."
    yield ""
    yield rule.rationale
    yield ""
    yield "judges:"
    yield from (f"    {type_}" for type_ in judged_types(rule))
    yield ""
    yield "fix:"
    yield textwrap.indent(rule.fix, "    ")
    yield ""
    yield "options:"
    for name, option in sorted(options_of(rule).items()):
        default = json.dumps(option["default"])
        yield f"    {name} ({option['type']}, default {default}): {option['description']}"
    served = served_controls(rule)
    yield ""
    yield "serves:" if served else "serves no control of the frameworks here"
    yield from (f"    {control}" for control in served)


def served_controls(rule: Rule) -> list[str]:
    """A line for each control, of every framework, that a rule gives evidence for."""
    return [
        f"{framework.name} {framework.version}, {control.id} ({control.kind}): {control.title}"
        for framework in load_frameworks()
        for control in framework.controls
        if rule.name in control.rules
    ]
