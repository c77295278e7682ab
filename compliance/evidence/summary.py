"""The counts and the verdict of an evaluation."""

from __future__ import annotations

from typing import Final

from compliance.evidence.entries import ControlResult, ResourceEntry, Result, Summary

STATUSES: Final = ("fail", "undecided", "waived", "pass", "not_applicable")
SEVERITIES: Final = ("critical", "high", "medium", "low")


def summarize(
    resources: tuple[ResourceEntry, ...],
    results: tuple[Result, ...],
    controls: tuple[ControlResult, ...],
) -> Summary:
    """The counts and the verdict: `fail` where a mandatory result failed or is undecided."""
    pairs: dict[tuple[str, str | None], Result] = {}
    for result in results:
        pair = (result.rule, result.resource)
        known = pairs.get(pair)
        if known is None or STATUSES.index(result.status) < STATUSES.index(known.status):
            pairs[pair] = result
    judged = list(pairs.values())

    def count(status: str, **wanted: str) -> int:
        return sum(
            result.status == status
            and all(getattr(result, name) == value for name, value in wanted.items())
            for result in judged
        )

    failed, undecided = (
        sum(result.status == status and result.level == "mandatory" for result in results)
        for status in ("fail", "undecided")
    )
    return Summary(
        verdict="fail" if failed or undecided else "pass",
        mandatory_failed=failed,
        mandatory_undecided=undecided,
        resources=len(resources),
        resources_tested=sum(resource.tested for resource in resources),
        statuses={status: count(status) for status in STATUSES},
        severities={
            severity: {status: count(status, severity=severity) for status in STATUSES}
            for severity in SEVERITIES
        },
        requirements_total=len(controls),
        requirements_with_evidence=sum(
            control.status not in ("manual", "not_tested") for control in controls
        ),
    )
