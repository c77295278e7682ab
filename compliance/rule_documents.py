"""A page for each rule in `docs/rules/`, made from the rules themselves: `make docs`."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from payment_guardrails.configuration import options_of
from payment_guardrails.rule import Rule
from payment_guardrails.rules import registered

from compliance.rule_pages import judged_types, served_controls

_INDEX = "README.md"


def documents(rules: Mapping[str, Rule]) -> dict[str, str]:
    """The Markdown of every page by its file name, the list of all rules included."""
    pages = {f"{name}.md": "\n".join(_page(rule)) + "\n" for name, rule in rules.items()}
    return {_INDEX: "\n".join(_index(rules)) + "\n", **pages}


def _index(rules: Mapping[str, Rule]) -> Iterator[str]:
    yield "# Rules of the pack"
    yield ""
    yield f"{len(rules)} rules. Made by `make docs` from the rules themselves: do not edit."
    yield ""
    yield "| rule | level | severity | holds when |"
    yield "|---|---|---|---|"
    for name, rule in sorted(rules.items()):
        title = rule.title.replace("|", "\\|")
        yield f"| [{name}]({name}.md) | {rule.level.value} | {rule.severity.value} | {title} |"


def _page(rule: Rule) -> Iterator[str]:
    scope = "each resource by itself" if rule.resource_check else "the whole stack"
    yield f"# {rule.name}"
    yield ""
    yield f"**{rule.title}.**"
    yield ""
    yield f"Level {rule.level.value}, severity {rule.severity.value}; looks at {scope}."
    if rule.remedy is not None:
        yield "At the level `remediate` it sets the right value by itself."
    yield from _section("Why", [rule.rationale])
    yield from _section("Judges", [f"- `{type_}`" for type_ in judged_types(rule)])
    yield from _section("Fix", ["```python", rule.fix, "```"])
    yield from _section("Options", _options(rule))
    controls = [f"- {control}" for control in served_controls(rule)]
    yield from _section("Serves", controls or ["No control of the frameworks here."])


def _section(title: str, lines: list[str]) -> Iterator[str]:
    yield ""
    yield f"## {title}"
    yield ""
    yield from lines


def _options(rule: Rule) -> list[str]:
    return [
        f"- `{name}` ({option['type']}, default `{json.dumps(option['default'])}`): "
        f"{option['description']}"
        for name, option in sorted(options_of(rule).items())
    ]


def write(folder: Path) -> None:
    """Write every page into a folder, and remove pages of rules that are no more."""
    folder.mkdir(parents=True, exist_ok=True)
    pages = documents(registered())
    for stale in {file.name for file in folder.glob("*.md")} - set(pages):
        (folder / stale).unlink()
    for name, text in pages.items():
        temporary = folder / f".{name}.part"
        temporary.write_text(text, "utf-8")
        os.replace(temporary, folder / name)  # noqa: PTH105 - the atomic one


if __name__ == "__main__":
    write(Path(sys.argv[1]))
