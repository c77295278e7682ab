"""What reports tell of Checkov's opinion: themes with their counts, and the differences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from compliance.evidence import AgreementEntry, SecondOpinion
from compliance.wording import plural


@dataclass(frozen=True)
class ThemeCounts:
    """On how many resources both opinions of a theme agree, differ, or are open."""

    theme: str
    rule: str
    checks: tuple[str, ...]
    agree: int
    differ: int
    open: int


def theme_counts(opinion: SecondOpinion) -> tuple[ThemeCounts, ...]:
    """The counts of each theme that both judged, in the order of the evidence."""
    return tuple(
        _counted(list(found)) for _, found in groupby(opinion.agreement, lambda each: each.theme)
    )


def _counted(entries: Sequence[AgreementEntry]) -> ThemeCounts:
    counts = Counter(each.verdict for each in entries)
    return ThemeCounts(
        entries[0].theme,
        entries[0].rule,
        tuple(dict.fromkeys(check for each in entries for check in each.checks)),
        counts["agree"],
        counts["differ"],
        counts["open"],
    )


def differences(opinion: SecondOpinion) -> tuple[AgreementEntry, ...]:
    """Where one finds fault and the other does not."""
    return tuple(each for each in opinion.agreement if each.verdict == "differ")


def reading_of(entry: AgreementEntry) -> str:
    """What a difference means."""
    return entry.reading or "Nobody has explained this difference yet: one of the two is wrong."


def opinion_line(opinion: SecondOpinion) -> str:
    """The whole in one sentence."""
    counts = Counter(each.verdict for each in opinion.agreement)
    return (
        f"Checkov {opinion.version} gave results on {plural(opinion.judged, 'resource')}; it was "
        f"not shown {plural(len(opinion.unseen), 'resource')}. Of the "
        f"{plural(len(opinion.agreement), 'verdict')} that it and the pack both gave of one thing, "
        f"{counts['agree']} agree, {counts['differ']} differ, and {counts['open']} are open: one "
        "of them could not decide."
    )
