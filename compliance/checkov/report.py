"""What Checkov's report says, as data: its checks on the resources of a plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final

from compliance.checkov.environment import CheckovError
from compliance.checkov.inspected import path_of

_LISTS: Final = ("passed_checks", "failed_checks", "skipped_checks")


@dataclass(frozen=True)
class Checked:
    """What one check says of one resource.

    `plan` is the name of the plan's file without its ending, `address` that of the resource in
    it. `passed` is False where it failed. `keys` are the attributes
    that the check looked at, with slashes and without indexes; empty where it does not tell.
    `severity` and `guideline` are empty where Checkov has none (without its platform it has
    none for its own checks).
    """

    check: str
    name: str
    plan: str
    address: str
    passed: bool
    keys: tuple[str, ...]
    severity: str
    guideline: str


def checked(report: Any) -> tuple[Checked, ...]:
    """The results in a report, by check, plan and address.

    Raises :class:`CheckovError` where it has another shape.
    """
    try:
        found = [each for part in _parts(report) for each in _results(part)]
    except (KeyError, TypeError, AttributeError) as error:
        raise CheckovError(
            f"Checkov's report has a shape that this gate does not know ({error!r})"
        ) from None
    return tuple(sorted(found, key=lambda each: (each.check, each.plan, each.address)))


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
            yield Checked(
                check=each["check_id"],
                name=each["check_name"],
                plan=PurePosixPath(each["file_path"]).stem,
                address=each["resource_address"] or each["resource"],
                passed=each["check_result"]["result"] != "FAILED",
                keys=tuple(sorted({path_of(key) for key in _keys(each)})),
                severity=str(each.get("severity") or "").lower(),
                guideline=each.get("guideline") or "",
            )


def _keys(result: Mapping[str, Any]) -> list[str]:
    return [key for key in result["check_result"].get("evaluated_keys") or () if key]
