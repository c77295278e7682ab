"""Frameworks and their controls: data files, their model, and the status of each control.

A framework is one YAML file in this folder:

    framework: PCI DSS
    version: v4.0.1
    source: where the requirements are published
    controls:
      - id: "7.2.1"
        title: in our own words
        status: automated | partial | manual
        basis: A | B | C      # A: a vendor's own mapping, B: AWS Config lineage, C: our reading
        rules: [rule names]   # none for a manual control
        note: what this evidence does not show
        evidence: what a person must bring (manual controls only)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from compliance.evidence import ControlResult, Result

FOLDER: Final = Path(__file__).parent
_KINDS: Final = ("automated", "partial", "manual")
_BASES: Final = ("A", "B", "C")
_FIELDS: Final = frozenset({"id", "title", "status", "basis", "rules", "note", "evidence"})
_LONGEST_TITLE: Final = 150


class ControlsError(Exception):
    """A framework's data file is not valid; the message names the file and the row."""


@dataclass(frozen=True)
class Control:
    """One requirement of a framework, as its data file has it."""

    id: str
    title: str
    kind: str
    basis: str
    rules: tuple[str, ...]
    note: str
    evidence: str


@dataclass(frozen=True)
class Framework:
    """A framework and the controls of the families that the rules touch."""

    name: str
    version: str
    source: str
    controls: tuple[Control, ...]


def load_frameworks(folder: Path = FOLDER) -> tuple[Framework, ...]:
    """Every framework in a folder, ordered by file name.

    Raises :class:`ControlsError` where a file or a row is not valid.
    """
    return tuple(_framework(file) for file in sorted(folder.glob("*.yaml")))


def _framework(file: Path) -> Framework:
    try:
        data = yaml.load(file.read_text("utf-8"), yaml.CSafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ControlsError(f"{file}: cannot be read: {error}") from error
    if not isinstance(data, dict):
        raise ControlsError(f"{file}: must be a mapping with framework, version and controls")
    for name in ("framework", "version", "source"):
        if not isinstance(data.get(name), str):
            raise ControlsError(f"{file}: {name} must be a text")
    rows = data.get("controls")
    if not isinstance(rows, list) or not rows:
        raise ControlsError(f"{file}: controls must be a list of rows")
    controls = tuple(_control(file, number, row) for number, row in enumerate(rows, start=1))
    seen: set[str] = set()
    for control in controls:
        if control.id in seen:
            raise ControlsError(f"{file}: two rows have the id {control.id}")
        seen.add(control.id)
    return Framework(data["framework"], data["version"], data["source"], controls)


def _control(file: Path, number: int, row: Any) -> Control:
    where = f"{file}: row {number}"
    if not isinstance(row, dict):
        raise ControlsError(f"{where} must be a mapping")
    where = f"{file}: control {row.get('id', number)}"
    unheard = set(row) - _FIELDS
    if unheard:
        raise ControlsError(f"{where} has unknown fields: {', '.join(sorted(unheard))}")
    texts = {name: row.get(name, "") for name in ("id", "title", "note", "evidence")}
    for name, value in texts.items():
        if not isinstance(value, str):
            raise ControlsError(f"{where}: {name} must be a text (put it in quotes)")
    if not texts["id"] or not texts["title"] or len(texts["title"]) > _LONGEST_TITLE:
        raise ControlsError(f"{where} needs an id, and a title of at most {_LONGEST_TITLE}")
    kind, rules = row.get("status"), row.get("rules", [])
    for wrong, complaint in (
        (kind not in _KINDS, f"status must be one of {', '.join(_KINDS)}"),
        (
            not isinstance(rules, list) or not all(isinstance(rule, str) for rule in rules),
            "rules must be a list of rule names",
        ),
        (row.get("basis", "C") not in _BASES, f"basis must be one of {', '.join(_BASES)}"),
        (kind == "manual" and not texts["evidence"], "it is manual: say what a person brings"),
        (kind != "manual" and not rules, f"it is {kind}: name its rules"),
        (kind == "partial" and not texts["note"], "it is partial: say what is not shown"),
    ):
        if wrong:
            raise ControlsError(f"{where}: {complaint}")
    return Control(
        id=texts["id"],
        title=texts["title"],
        kind=str(kind),
        basis=row.get("basis", "C"),
        rules=tuple(rules),
        note=" ".join(texts["note"].split()),
        evidence=" ".join(texts["evidence"].split()),
    )


def judge_controls(
    frameworks: Iterable[Framework], results: Iterable[Result]
) -> tuple[ControlResult, ...]:
    """The status of every control from the results of its rules."""
    by_rule: dict[str, list[Result]] = {}
    for result in results:
        by_rule.setdefault(result.rule, []).append(result)
    return tuple(
        _judge(framework, control, by_rule)
        for framework in frameworks
        for control in framework.controls
    )


def _judge(
    framework: Framework, control: Control, by_rule: Mapping[str, list[Result]]
) -> ControlResult:
    tested = {
        rule: [item for item in by_rule.get(rule, ()) if item.status != "not_applicable"]
        for rule in control.rules
    }
    urns = {item.resource for found in tested.values() for item in found if item.resource}
    return ControlResult(
        framework=framework.name,
        version=framework.version,
        id=control.id,
        title=control.title,
        kind=control.kind,
        status=_status(control, tested),
        basis=control.basis,
        rules=control.rules,
        resources=tuple(sorted(urns)),
        note=control.note,
        evidence_wanted=control.evidence,
    )


def _status(control: Control, tested: Mapping[str, list[Result]]) -> str:
    """The first status that applies, in the order that the design gives."""
    statuses = {item.status for found in tested.values() for item in found}
    if control.kind == "manual":
        return "manual"
    if "fail" in statuses:
        return "not_satisfied"
    if "undecided" in statuses:
        return "undecided"
    if "waived" in statuses:
        return "waived"
    if not all(tested.values()):
        return "not_tested"
    return "satisfied"
