"""Whether the pack and Checkov agree where both judge the same thing, and why not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import yaml

from compliance.evidence import AgreementEntry, Result

_DATA: Final = Path(__file__).with_name("themes.yaml")
# A waived fault is a fault that was found; the first that applies counts.
_WORST: Final = ("fail", "undecided", "pass")

Verdicts = Mapping[tuple[str, str], str]
"""`fail`, `undecided` or `pass` of a rule or check on a resource (URN)."""


@dataclass(frozen=True)
class Theme:
    """What a rule and some checks both judge.

    `pack_fails` says why only the pack may find fault, `checkov_fails` why only Checkov may;
    each is empty where there is no reason.
    """

    name: str
    rule: str
    checks: tuple[str, ...]
    pack_fails: str = ""
    checkov_fails: str = ""


@cache
def themes() -> tuple[Theme, ...]:
    """The themes of `themes.yaml`, in its order."""
    rows = yaml.safe_load(_DATA.read_text("utf-8"))["themes"]
    return tuple(
        Theme(
            row["theme"],
            row["rule"],
            tuple(row["checks"]),
            row.get("pack-fails", ""),
            row.get("checkov-fails", ""),
        )
        for row in rows
    )


def agreement(
    ours: Iterable[Result], theirs: Iterable[Result], compared: Iterable[Theme] | None = None
) -> tuple[AgreementEntry, ...]:
    """Both verdicts for each theme on each resource on which both gave one, or could not."""
    pack, checkov = _verdicts(ours), _verdicts(theirs)
    resources: dict[str, list[str]] = defaultdict(list)
    for rule, urn in sorted(pack):
        resources[rule].append(urn)
    return tuple(
        entry
        for theme in (themes() if compared is None else compared)
        for entry in _entries(theme, resources[theme.rule], pack, checkov)
    )


def _entries(
    theme: Theme, urns: Iterable[str], pack: Verdicts, checkov: Verdicts
) -> Iterator[AgreementEntry]:
    for urn in urns:
        ours = pack[theme.rule, urn]
        given = {check: checkov[check, urn] for check in theme.checks if (check, urn) in checkov}
        if given:
            theirs = next(each for each in _WORST if each in given.values())
            differs = {ours, theirs} == {"pass", "fail"}
            reading = theme.pack_fails if ours == "fail" else theme.checkov_fails
            yield AgreementEntry(
                theme=theme.name,
                rule=theme.rule,
                checks=tuple(given),
                resource=urn,
                pack=ours,
                checkov=theirs,
                verdict="differ" if differs else "agree" if ours == theirs else "open",
                reading=reading if differs else "",
            )


def _verdicts(results: Iterable[Result]) -> Verdicts:
    found: dict[tuple[str, str], str] = {}
    for each in results:
        status = "fail" if each.status == "waived" else each.status
        if each.resource is not None and status in _WORST:
            key = (each.rule, each.resource)
            known = found.get(key, _WORST[-1])
            found[key] = min(known, status, key=_WORST.index)
    return found
