"""`report.csv`: one row for each control, rule and resource."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from compliance.evidence import Evidence, Result
from compliance.reports import report_format
from compliance.reports.characters import encodable
from compliance.reports.places import Place, place_of, resources_by_urn

_COLUMNS: Final = (
    "framework", "version", "control", "title", "control_status", "rule", "resource", "status",
    "severity", "level", "property", "message", "result_id", "waiver", "waiver_owner",
    "waiver_expires", "waiver_reason", "waiver_note", "file", "line",
)  # fmt: skip
_OF_CONTROL: Final = 5  # columns, before those of a result
# Most cells: nothing in them is a sign at a beginning, a separator or a quote.
_PLAIN: Final = re.compile(r"(?:[0-9A-Za-z(\[*<`][ !#-:<-~]*)?")
_SIGNS: Final = r"=+\-@\uff1d\uff0b\uff0d\uff20"
_BLANK: Final = r"[\s\x00-\x1f\x7f-\xa0\xad\u200b-\u200f\u2060\ufeff]*"
# A spreadsheet runs what begins with one of these signs, in either width, whatever blanks are
# before it: https://owasp.org/www-community/attacks/CSV_Injection. Where it takes another separator
# than the comma, as in many countries, a part of a cell is a cell of its own whatever the quotes
# say; so the same holds after a semicolon, a tab or a line break.
_FORMULA: Final = re.compile(rf"(?:(?<=[;\t\r\n])|\A)(?={_BLANK}[{_SIGNS}]|[\t\r\n])")


@report_format("csv", "report.csv")
def write_csv(evidence: Evidence) -> str:
    """The results by control; controls without results, and rules without controls, included.

    RFC 4180, every cell in quotes.
    """
    return "".join(f"{row}\r\n" for row in (_row(*_COLUMNS), *_rows(evidence)))


def _rows(evidence: Evidence) -> Iterator[str]:
    # A result is in the rows of every control that its rule serves, but made into cells once.
    cells = _cells_by_rule(evidence)
    mapped: set[str] = set()
    for control in evidence.controls:
        head = _row(control.framework, control.version, control.id, control.title, control.status)
        mapped.update(control.rules)
        found = [each for rule in control.rules for each in cells.get(rule, ())]
        wanted = control.evidence_wanted or control.note
        for each in found or [_row(*_nothing_seen(wanted))]:
            yield f"{head},{each}"
    no_control = _row("", "", "", "", "")
    for rule in sorted(set(cells) - mapped):
        for each in cells[rule]:
            yield f"{no_control},{each}"


def _cells_by_rule(evidence: Evidence) -> dict[str, list[str]]:
    resources, folder = resources_by_urn(evidence), evidence.subject.folder
    cells: dict[str, list[str]] = {}
    for result in evidence.results:
        place = place_of(result, resources, folder)
        cells.setdefault(result.rule, []).append(_row(*_result_cells(result), *_place_cells(place)))
    return cells


def _result_cells(result: Result) -> tuple[str, ...]:
    waiver = result.waiver or {}
    return (
        result.rule, result.resource or "", result.status, result.severity, result.level,
        result.property_path, result.message, result.id,
        *(str(waiver.get(name) or "") for name in ("id", "owner", "expires", "reason")),
        result.waiver_note,
    )  # fmt: skip


def _place_cells(place: Place) -> tuple[str, str]:
    return (place.file, str(place.line)) if place.known else ("", "")


def _nothing_seen(wanted: str) -> tuple[str, ...]:
    """The cells of a control without results: only what evidence it wants, as the message."""
    return tuple(wanted if name == "message" else "" for name in _COLUMNS[_OF_CONTROL:])


def _row(*cells: str) -> str:
    return ",".join(f'"{_safe(cell)}"' for cell in cells)


# Most cells are the same few: rules, statuses, the resource that the row before is of.
@lru_cache(maxsize=1024)
def _safe(cell: str) -> str:
    """The cell with an apostrophe before what a spreadsheet would take for a formula."""
    if not _PLAIN.fullmatch(cell):
        cell = _FORMULA.sub("'", encodable(cell).replace("\x00", "")).replace('"', '""')
    return cell
