"""What Checkov's report says, as data: its checks on the resources of a plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Any, Final

from compliance.checkov.environment import CheckovError
from compliance.checkov.inspected import path_of

_LISTS: Final = ("passed_checks", "failed_checks", "skipped_checks")


class Outcome(StrEnum):
    """What came of a check: `UNKNOWN` where it could not tell, `CRASHED` where it raised."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"
    CRASHED = "crashed"


@dataclass(frozen=True)
class Checked:
    """What one check says of one resource.

    `plan` is the name of the plan's file without its ending, `address` that of the resource in
    it; both are empty where a check crashed on the whole. `keys` are the attributes
    that the check looked at, with slashes and without indexes; empty where it does not tell.
    `severity` and `guideline` are empty where Checkov has none (without its platform it has
    none for its own checks).
    """

    check: str
    name: str
    plan: str
    address: str
    outcome: Outcome
    keys: tuple[str, ...] = ()
    severity: str = ""
    guideline: str = ""


def checked(report: Any, unknown: Any = ()) -> tuple[Checked, ...]:
    """The results in a report, by check, plan and address.

    `unknown` is what the report is silent on: see :mod:`compliance.checkov.driver`.
    Raises :class:`CheckovError` where one of them has another shape.
    """
    try:
        found = [each for part in _parts(report) for each in _results(part)]
        found.extend(map(_unknown, unknown))
        return tuple(sorted(found, key=lambda each: (each.check, each.plan, each.address)))
    except (KeyError, TypeError, AttributeError) as error:
        raise CheckovError(
            f"Checkov's report has a shape that this gate does not know ({error!r})"
        ) from None


def version_in(report: Any) -> str:
    """The version of Checkov that wrote a report; empty where it does not say."""
    for part in _parts(report):
        # Where there was nothing to judge, the counts are the report.
        summary = part.get("summary", part) if isinstance(part, dict) else None
        version = summary.get("checkov_version") if isinstance(summary, dict) else None
        if isinstance(version, str):
            return version
    return ""


def _parts(report: Any) -> list[Mapping[str, Any]]:
    """A report has one part for each framework; a single one is not in a list."""
    return report if isinstance(report, list) else [report]


def _results(part: Mapping[str, Any]) -> Iterator[Checked]:
    # Where a plan has nothing to judge there are no results, only counts.
    results = part.get("results", {})
    if results.get("parsing_errors"):
        raise CheckovError("Checkov could not read the plan that was made of the stack")
    for name in _LISTS:
        for each in results.get(name, ()):
            result = each["check_result"]
            yield Checked(
                check=_text(each["check_id"]),
                name=_text(each["check_name"]),
                plan=PurePosixPath(_text(each["file_path"])).stem,
                address=_text(each["resource_address"] or each["resource"]),
                outcome=Outcome.FAILED if result["result"] == "FAILED" else Outcome.PASSED,
                keys=_keys(result.get("evaluated_keys") or ()),
                severity=_text(each.get("severity") or "").lower(),
                guideline=_text(each.get("guideline") or ""),
            )


def _unknown(each: Mapping[str, Any]) -> Checked:
    return Checked(
        check=_text(each["check_id"]),
        name=_text(each["check_name"]),
        plan=PurePosixPath(_text(each["file_path"])).stem,
        address=_text(each["resource"]),
        outcome=Outcome.CRASHED if each["crashed"] else Outcome.UNKNOWN,
        keys=_keys(each["evaluated_keys"]),
    )


def _keys(told: Any) -> tuple[str, ...]:
    return tuple(sorted({path_of(_text(key)) for key in told if key}))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"a text is expected, not {type(value).__name__}")
    return value
