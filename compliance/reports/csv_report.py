"""`report.csv`: one row for each control, rule and resource."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Final

from compliance.evidence import Evidence, Result
from compliance.reports import report_format

_COLUMNS: Final = (
    "framework", "version", "control", "title", "control_status", "rule", "resource", "status",
    "severity", "level", "property", "message", "result_id", "waiver", "waiver_owner",
    "waiver_expires", "waiver_reason", "waiver_note",
)  # fmt: skip
# A spreadsheet runs a cell that begins with one of these.
# https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")


@report_format("csv", "report.csv")
def write_csv(evidence: Evidence) -> str:
    """The results by control; controls without results, and rules without controls, included."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for row in _rows(evidence):
        writer.writerow([_safe(cell) for cell in row])
    return text.getvalue()


def _rows(evidence: Evidence) -> Iterator[tuple[str, ...]]:
    by_rule: dict[str, list[Result]] = {}
    for result in evidence.results:
        by_rule.setdefault(result.rule, []).append(result)
    mapped: set[str] = set()
    for control in evidence.controls:
        head = (control.framework, control.version, control.id, control.title, control.status)
        results = [item for rule in control.rules for item in by_rule.get(rule, ())]
        mapped.update(control.rules)
        for result in results:
            yield (*head, *_cells(result))
        if not results:
            wanted = control.evidence_wanted or control.note
            yield (*head, "", "", "", "", "", "", wanted, "", "", "", "", "", "")
    for rule in sorted(set(by_rule) - mapped):
        for result in by_rule[rule]:
            yield ("", "", "", "", "", *_cells(result))


def _cells(result: Result) -> tuple[str, ...]:
    waiver = result.waiver or {}
    return (
        result.rule, result.resource or "", result.status, result.severity, result.level,
        result.property_path, result.message, result.id,
        *(str(waiver.get(name) or "") for name in ("id", "owner", "expires", "reason")),
        result.waiver_note,
    )  # fmt: skip


def _safe(cell: str) -> str:
    cell = cell.encode("utf-8", "replace").decode().replace("\x00", "")
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell
