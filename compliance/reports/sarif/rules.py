"""Rules as SARIF reporting descriptors (3.49), and frameworks as taxonomies (3.19.3).

A rule relates to the requirements it serves. GitHub's limits on descriptors are kept
(https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning#reportingdescriptor-object):
descriptions of at most 1,024 characters, at most 10 tags, and a severity as a score.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import chain
from typing import Any, Final

from compliance.evidence import ControlResult, Evidence, Result, RuleCard
from compliance.reports.characters import cut, encodable, one_line

# The middle of each range into which GitHub sorts scores.
_SECURITY_SEVERITY: Final[Mapping[str, str]] = {
    "critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.0",
}  # fmt: skip
_LONGEST: Final = 1024


def rule_indexes(evidence: Evidence) -> dict[str, int]:
    """The place of each rule in the list of rules, by its name."""
    named = chain((card.name for card in evidence.rules), (each.rule for each in evidence.results))
    return {name: index for index, name in enumerate(dict.fromkeys(named))}


def rule_objects(evidence: Evidence) -> list[dict[str, Any]]:
    """A descriptor for each rule, in the order of :func:`rule_indexes`."""
    cards = {card.name: card for card in evidence.rules}
    examples: dict[str, Result] = {}
    for result in evidence.results:
        examples.setdefault(result.rule, result)
    served: dict[str, list[tuple[int, ControlResult]]] = {}
    frameworks = _framework_indexes(evidence)
    for control in evidence.controls:
        for rule in control.rules:
            index = frameworks[(control.framework, control.version)]
            served.setdefault(rule, []).append((index, control))
    return [
        _descriptor(
            cards.get(name, RuleCard(name, name, "")), examples.get(name), served.get(name, [])
        )
        for name in rule_indexes(evidence)
    ]


def taxonomies(evidence: Evidence) -> list[dict[str, Any]]:
    """The frameworks, each with its requirements as taxa."""
    taxa: dict[tuple[str, str], dict[str, dict[str, Any]]] = {
        key: {} for key in _framework_indexes(evidence)
    }
    for control in evidence.controls:
        taxa[(control.framework, control.version)][control.id] = {
            "id": encodable(control.id),
            "shortDescription": {"text": one_line(control.title) or "-"},
        }
    return [
        {
            "name": encodable(name),
            "version": encodable(version),
            "shortDescription": {"text": one_line(f"{name} {version}")},
            "isComprehensive": False,
            "taxa": list(requirements.values()),
        }
        for (name, version), requirements in taxa.items()
    ]


def _framework_indexes(evidence: Evidence) -> dict[tuple[str, str], int]:
    keys = dict.fromkeys((control.framework, control.version) for control in evidence.controls)
    return {key: index for index, key in enumerate(keys)}


def _descriptor(
    card: RuleCard, example: Result | None, served: list[tuple[int, ControlResult]]
) -> dict[str, Any]:
    # A text of white space alone is none to GitHub, which requires these.
    title = one_line(card.title) or one_line(card.name) or "-"
    why = encodable(card.rationale).strip() or title
    frameworks = dict.fromkeys(encodable(control.framework) for _, control in served)
    severity = (
        {} if example is None else {"security-severity": _SECURITY_SEVERITY[example.severity]}
    )
    level = {} if example is None else {"level": level_of(example)}
    relationships = [
        {
            "target": {
                "id": encodable(control.id),
                "toolComponent": {"name": encodable(control.framework), "index": index},
            },
            "kinds": ["relevant"],
        }
        for index, control in served
    ]
    return {
        "id": encodable(card.name),
        "shortDescription": {"text": cut(title, _LONGEST)},
        "fullDescription": {"text": cut(why, _LONGEST)},
        "help": _help(title, why, example, served),
        **({"defaultConfiguration": level} if level else {}),
        **({"relationships": relationships} if relationships else {}),
        "properties": {
            "tags": ["security", "compliance", *list(frameworks)[:8]],
            "precision": "very-high",
            **severity,
        },
    }


def level_of(result: Result) -> str:
    """SARIF's level for a result that is not a pass: an error is what fails the gate."""
    return "error" if result.level == "mandatory" else "warning"


def _help(
    title: str, why: str, example: Result | None, served: list[tuple[int, ControlResult]]
) -> dict[str, str]:
    fix = encodable(example.fix).strip("\n") if example else ""
    required = [
        encodable(f"{control.framework} {control.version} {control.id}: {control.title}")
        for _, control in served
    ]
    text = [f"{title}.", why, *([f"Fix:\n{fix}"] if fix else [])]
    # A fence longer than any inside the code: https://spec.commonmark.org/0.31.2/#fenced-code-blocks
    fence = "`" * (2 + max(map(len, re.findall("`+", fix)), default=1))
    fenced = [f"**Fix**\n\n{fence}python\n{fix}\n{fence}"] if fix else []
    markdown = [f"**{title}**", why, *fenced]
    if required:
        text.append("Serves:\n" + "\n".join(required))
        markdown.append("**Serves**\n\n" + "\n".join(f"- {each}" for each in required))
    return {"text": "\n\n".join(text), "markdown": "\n\n".join(markdown)}
