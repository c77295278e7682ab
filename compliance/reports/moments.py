"""Moments in reports: what the evidence says of time, never a clock."""

from __future__ import annotations

from datetime import UTC, datetime

from compliance.evidence import Subject


def utc_moment(text: str | None) -> str | None:
    """An ISO 8601 moment or date as `2026-01-31T00:00:00Z`; None where the text is none."""
    try:
        moment = datetime.fromisoformat(text or "")
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return f"{moment.replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def collected_at(subject: Subject) -> str:
    """When the evidence counts as collected: the evaluation, else the date judged on.

    Raises `ValueError` where neither is a moment, which a valid report.json does not have.
    """
    moment = utc_moment(subject.evaluated_at) or utc_moment(subject.as_of)
    if moment is None:
        raise ValueError(f"as_of is no date: {subject.as_of!r}")
    return moment
