"""The waivers of one run: which of them counts for a finding, and what became of each."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from payment_guardrails.waivers.waiver import Standing, Use, Waiver, WaiverFile, by_date, use


@dataclass(frozen=True)
class Waiving:
    """The waivers of a file on a day. `shown` is the file's name for readers."""

    file: WaiverFile
    shown: str
    as_of: date

    @cached_property
    def _by_rule(self) -> Mapping[str, tuple[Waiver, ...]]:
        index: dict[str, list[Waiver]] = {}
        # One that names the finding itself comes first.
        for waiver in sorted(self.file.waivers, key=lambda each: each.finding is None):
            index.setdefault(waiver.rule, []).append(waiver)
        return {rule: tuple(found) for rule, found in index.items()}

    def matching(self, rule: str, finding_id: str, urn: str | None) -> tuple[Waiver, ...]:
        """The waivers that speak of a finding, whether they count or not."""
        return tuple(
            each for each in self._by_rule.get(rule, ()) if each.matches(rule, finding_id, urn)
        )

    def counting(self, rule: str, finding_id: str, urn: str | None) -> Waiver | None:
        """The waiver that counts for a finding, or None."""
        matching = self.matching(rule, finding_id, urn)
        return next((each for each in matching if each.counts(self.as_of)), None)

    def why_back(self, rule: str, finding_id: str, urn: str | None) -> str:
        """Why no waiver counts for a finding though some speak of it; empty where none does."""
        return "; ".join(
            f"waiver {each.id} of {each.owner} ({self.place(each)}) does not count: "
            f"{by_date(each.expires, self.as_of)[1]}"
            for each in self.matching(rule, finding_id, urn)
            if not each.counts(self.as_of)
        )

    def words(self, waiver: Waiver) -> str:
        """A waiver that counts, in one sentence."""
        ticket = f", {waiver.ticket}" if waiver.ticket else ""
        return (
            f"waived until {waiver.expires} by {waiver.owner}: {waiver.reason} "
            f"(waiver {waiver.id}, {self.place(waiver)}{ticket})"
        )

    def place(self, waiver: Waiver) -> str:
        """The file and line of a waiver."""
        return f"{self.shown}:{waiver.line}"

    def uses(self, findings: Mapping[str, Collection[str]]) -> tuple[Use, ...]:
        """What became of each waiver; `findings` are the ids that match it, by waiver id."""
        return tuple(use(each, self.as_of, findings.get(each.id, ())) for each in self.file.waivers)


def notice(waiving: Waiving, used: Use) -> str:
    """What somebody should know of a waiver, in a sentence; empty where there is nothing."""
    if used.standing is Standing.ACTIVE:
        return ""
    inactive = used.standing in (Standing.EXPIRED, Standing.MALFORMED)
    return (
        f"waiver {used.waiver.id} of {used.waiver.owner} ({waiving.place(used.waiver)})"
        f"{' does not count' if inactive else ''}: {used.explanation}"
    )
