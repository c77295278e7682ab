"""A framework's data file.

    framework: PCI DSS
    version: v4.0.1
    source: where the requirements are published
    controls:
      - id: "7.2.1"
        title: in our own words
        status: automated | partial | manual
        basis: A | B | C      # see `framework`; C where it is left out
        rules: [rule names]   # none for a manual control
        note: what this evidence does not show
        evidence: what a person must bring (manual controls only)

Files of a team (`compliance gate --controls DIR`) and our own are read alike.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Final

import yaml
from payment_guardrails.yaml_rows import (
    Source,
    compose,
    fields_of,
    line_of,
    read_content,
    rows_of,
    text_of,
)

from compliance.controls.framework import BASES, KINDS, Control, Framework

_HEAD: Final = ("framework", "version", "source", "controls")
_FIELDS: Final = ("id", "title", "status", "basis", "rules", "note", "evidence")
_LONGEST_TITLE: Final = 150


class ControlsError(ValueError):
    """A framework's data file is not valid; the message names the file, the line and the row."""


def read_framework(file: Path, rules: Collection[str]) -> Framework:
    """The framework in a file, with controls that name rules out of `rules`.

    Raises :class:`ControlsError` where the file cannot be read or is not valid.
    """
    source = Source(str(file), ControlsError)
    return parse_framework(read_content(file, source), rules, source.name)


def parse_framework(content: bytes, rules: Collection[str], name: str) -> Framework:
    """The framework that a file of this name and content holds (see :func:`read_framework`)."""
    source = Source(name, ControlsError)
    root = compose(content, source)
    if root is None:
        raise ControlsError(f"{name}:1: is empty; it needs {', '.join(_HEAD)}")
    fields = fields_of(root, source, "a framework's file", _HEAD)
    for field in _HEAD:
        if field not in fields:
            raise source.fault(root, f"a framework's file needs {field}; add `{field}: ...`")
    rows = rows_of(fields["controls"], source, "controls")
    if not rows:
        raise source.fault(fields["controls"], "controls is empty; list at least one")
    controls = tuple(_control(row, number, rules, source) for number, row in enumerate(rows, 1))
    lines: dict[str, int] = {}
    for row, control in zip(rows, controls, strict=True):
        if control.id in lines:
            raise source.fault(
                row, f"two rows have the id {control.id}, the other in line {lines[control.id]}"
            )
        lines[control.id] = line_of(row)
    return Framework(
        name=text_of(fields["framework"], source, "framework"),
        version=text_of(fields["version"], source, "version", as_written=True),
        source=text_of(fields["source"], source, "source"),
        controls=controls,
    )


def _control(row: yaml.Node, number: int, rules: Collection[str], source: Source) -> Control:
    what = f"row {number}"
    fields = fields_of(row, source, what, _FIELDS)
    if "id" in fields:
        what = (
            f"control {text_of(fields['id'], source, f'the id of row {number}', as_written=True)}"
        )
    for field in ("id", "title", "status"):
        if field not in fields:
            raise source.fault(row, f"{what} needs {field}; add `{field}: ...`")
    texts = {
        field: text_of(node, source, f"{what}: {field}", as_written=field in ("id", "status"))
        for field, node in fields.items()
        if field != "rules"
    }
    named = _rules(fields, what, rules, source)
    complaint = next(_complaints(texts, named), "")
    if complaint:
        raise source.fault(row, f"{what}: {complaint}")
    return Control(
        id=texts["id"],
        title=texts["title"],
        kind=texts["status"],
        basis=texts.get("basis", "C"),
        rules=named,
        note=texts.get("note", ""),
        evidence=texts.get("evidence", ""),
    )


def _complaints(texts: Mapping[str, str], rules: tuple[str, ...]) -> Iterator[str]:
    kind = texts["status"]
    if len(texts["title"]) > _LONGEST_TITLE:
        yield f"title is longer than {_LONGEST_TITLE} characters"
    if kind not in KINDS:
        yield f"status must be one of {', '.join(KINDS)}, not {kind[:100]!r}"
    if texts.get("basis", "C") not in BASES:
        yield f"basis must be one of {', '.join(BASES)}, not {texts['basis'][:100]!r}"
    if kind != "manual":
        if not rules:
            yield f"it is {kind}: name its rules"
        if "evidence" in texts:
            yield f"it is {kind}, and evidence is for manual ones: say it in the note"
    elif rules:
        yield "it is manual and names rules: make it partial, or leave them out"
    elif "evidence" not in texts:
        yield "it is manual: say under `evidence` what a person brings"
    if kind == "partial" and "note" not in texts:
        yield "it is partial: say under `note` what is not shown"


def _rules(
    fields: Mapping[str, yaml.Node], what: str, rules: Collection[str], source: Source
) -> tuple[str, ...]:
    if "rules" not in fields:
        return ()
    named: list[str] = []
    for node in rows_of(fields["rules"], source, f"{what}: rules"):
        rule = text_of(node, source, f"{what}: a rule's name", as_written=True)
        if rule not in rules:
            close = get_close_matches(rule[:100], list(rules), 1)
            hint = f"did you mean {close[0]}?" if close else "`compliance rules` lists them all"
            raise source.fault(node, f"{what}: there is no rule {rule[:100]!r}; {hint}")
        if rule in named:
            raise source.fault(node, f"{what}: {rule} is there twice; keep one")
        named.append(rule)
    return tuple(named)
