"""`compliance waive`: writes a waiver into the project's file, as a person would.

The entry is added as text at the file's end, so that comments, order and spelling of what is
there stay. The new text is read again before it replaces the file: what it holds must be the
waivers of before, and the new one.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Final

import yaml
from payment_guardrails.finding import first_few
from payment_guardrails.rules import registered
from payment_guardrails.waivers.foreign import is_foreign
from payment_guardrails.waivers.place import USUAL
from payment_guardrails.waivers.waiver import COUNTS, LONGEST, Waiver, by_date, fits
from payment_guardrails.waivers.waiver_file import (
    WaiverFileError,
    entries_of,
    parse_waivers,
    read_waivers,
)
from payment_guardrails.yaml_rows import Source, compose

from compliance.evidence import Evidence, Result
from compliance.project_folder import project_folder
from compliance.wording import plural

_USUAL_DAYS: Final = 90
_NEW_LIST: Final = "waivers:\n"


@dataclass(frozen=True)
class Wish:
    """What is to be waived, by whom, why and until when.

    `target` is a rule, for which `resource` is then a pattern, or the id of a finding.
    `expires` is a date, else `days` are counted from `as_of`; with neither, 90 are.
    """

    target: str
    resource: str | None
    reason: str
    owner: str
    ticket: str
    expires: str | None
    days: int | None
    as_of: date


def waive(wish: Wish, evidence: Evidence, report: Path, file: Path | None) -> str:
    """Write the waiver into `file` (default: that of the project around); what was done, in words.

    Raises :class:`WaiverFileError` where the report has no such finding, the waiver would not
    count or is there already, or the file is not valid; `OSError` where it cannot be written.
    """
    place = (file or project_folder(Path()) / USUAL).resolve()
    known = read_waivers(place, registered(), str(file or USUAL)).waivers if place.exists() else ()
    covered = _covered(wish, evidence.results, report)
    expires = _expires(wish)
    wanted = Waiver(
        id=_free_id(covered[0].rule, {each.id for each in known}),
        rule=covered[0].rule,
        finding=wish.target if ":" in wish.target else None,
        resource=wish.resource or "*",
        reason=wish.reason,
        owner=wish.owner,
        expires=expires,
        ticket=wish.ticket,
        line=0,
    )
    _refuse_again(wanted, known, covered, wish.as_of, str(file or USUAL))
    # Whoever reads the entry judges it: what is blank or cannot be shown is refused there.
    added = parse_waivers(_entry(wanted, 0).encode(), registered(), "the new waiver")
    content = place.read_bytes() if place.exists() else b""
    text = _with_entry(content, added[0], known, str(file or USUAL))
    _replace(place, text)
    return (
        f"{file or USUAL}: waiver {wanted.id} added, for {plural(len(covered), 'finding')}, "
        f"until {expires}; `compliance gate` shows it"
    )


def _covered(wish: Wish, results: Iterable[Result], report: Path) -> list[Result]:
    """The open findings that the waiver would be for, at least one."""
    results = list(results)
    if ":" in wish.target:
        return [_finding(wish, results, report)]
    if wish.target not in registered() and not is_foreign(wish.target):
        raise WaiverFileError(
            f"there is no rule {wish.target!r}{_hint(wish.target, list(registered()))}"
        )
    if wish.resource is None:
        raise WaiverFileError(
            f"{wish.target} is a rule: name the resources with --resource PATTERN (a URN, * is any "
            'text, "*" every one), or waive one finding by its id'
        )
    found = [each for each in results if each.rule == wish.target and each.status in _OPEN]
    if not found:
        raise WaiverFileError(
            f"{report}: {wish.target} has no open finding there; run `compliance gate` first, and "
            "waive what it reports"
        )
    covered = [each for each in found if fits(wish.resource, each.resource or "")]
    if not covered:
        urns = sorted({each.resource or "" for each in found})
        raise WaiverFileError(
            f"--resource {wish.resource!r} fits none of the resources that {wish.target} is open "
            f"on: {first_few(urns)}"
        )
    return covered


_OPEN: Final = ("fail", "undecided")


def _finding(wish: Wish, results: list[Result], report: Path) -> Result:
    found = next((each for each in results if each.id == wish.target), None)
    if found is None:
        open_ids = [each.id for each in results if each.status in _OPEN]
        raise WaiverFileError(
            f"{report}: has no finding {wish.target!r}{_hint(wish.target, open_ids)}"
        )
    if found.waiver is not None:
        raise WaiverFileError(f"{wish.target} is waived already, by {found.waiver['id']}")
    if found.status not in _OPEN:
        raise WaiverFileError(f"{wish.target} is {found.status}: there is nothing to waive")
    if wish.resource is not None and not fits(wish.resource, found.resource or ""):
        raise WaiverFileError(
            f"--resource {wish.resource!r} does not fit the resource of {wish.target}, "
            f"{found.resource}; leave it out"
        )
    return found


def _hint(word: str, known: Collection[str]) -> str:
    close = get_close_matches(word, known, 1)
    return f"; did you mean {close[0]}?" if close else "; run `compliance gate`, and look there"


def _expires(wish: Wish) -> str:
    if wish.days is not None and not 0 <= wish.days <= LONGEST:
        raise WaiverFileError(f"--days must be from 0 to {LONGEST}, not {wish.days}")
    days = _USUAL_DAYS if wish.days is None else wish.days
    try:
        expires = wish.expires or (wish.as_of + timedelta(days=days)).isoformat()
    except OverflowError:
        raise WaiverFileError(f"--as-of {wish.as_of} is too late for any end after it") from None
    standing, why = by_date(expires, wish.as_of)
    if standing not in COUNTS:
        raise WaiverFileError(f"--expires: {why}")
    return expires


def _free_id(rule: str, taken: Collection[str]) -> str:
    number = 1
    while f"{rule}-{number}" in taken:
        number += 1
    return f"{rule}-{number}"


def _refuse_again(
    wanted: Waiver, known: Iterable[Waiver], covered: list[Result], as_of: date, name: str
) -> None:
    for each in known:
        same = (each.rule, each.finding, each.resource)
        if same == (wanted.rule, wanted.finding, wanted.resource):
            raise WaiverFileError(
                f"{name}:{each.line}: waiver {each.id} is for the same; change its date there"
            )
        if each.counts(as_of) and all(
            each.matches(one.rule, one.id, one.resource) for one in covered
        ):
            raise WaiverFileError(
                f"{name}:{each.line}: waiver {each.id} waives that already; change it there"
            )


def _entry(waiver: Waiver, indent: int) -> str:
    fields = {
        "id": waiver.id,
        **({"finding": waiver.finding} if waiver.finding else {"rule": waiver.rule}),
        **({} if waiver.finding and waiver.resource == "*" else {"resource": waiver.resource}),
        "reason": waiver.reason,
        "owner": waiver.owner,
        "expires": waiver.expires,
        **({"ticket": waiver.ticket} if waiver.ticket else {}),
    }
    # A text in JSON is one in YAML; a date needs no quotes.
    lines = [
        f"{name}: {value if name == 'expires' else json.dumps(value, ensure_ascii=False)}"
        for name, value in fields.items()
    ]
    return "".join(
        f"{' ' * indent}{'  ' if number else '- '}{line}\n" for number, line in enumerate(lines)
    )


def _with_entry(content: bytes, added: Waiver, known: tuple[Waiver, ...], name: str) -> bytes:
    """The file's content with one more waiver at its end."""
    text = content.decode("utf-8")
    if text and not text.endswith("\n"):
        text += "\n"
    source = Source(name, WaiverFileError)
    root = compose(content, source)
    entries = entries_of(root, source)
    listed = root if isinstance(root, yaml.SequenceNode) else _listed(root)
    if root is None:
        text += _NEW_LIST
    if isinstance(listed, yaml.SequenceNode) and listed.flow_style:
        raise WaiverFileError(
            f"{name}:{listed.start_mark.line + 1}: the list is written with brackets; write it "
            "with one `- id: ...` for each waiver (or none at all), then run this again"
        )
    indent = int(entries[0].start_mark.column) - 2 if entries else 2
    text += _entry(added, max(indent, 0))
    if "\r\n" in text:
        text = text.replace("\r\n", "\n").replace("\n", "\r\n")
    changed = text.encode("utf-8")
    if not _is_added(changed, added, known, name):
        raise WaiverFileError(
            f"{name}: the waiver cannot be added at the end of this file; add it by hand:\n"
            f"{_entry(added, max(indent, 0))}"
        )
    return changed


def _listed(root: yaml.Node | None) -> yaml.Node | None:
    return root.value[0][1] if isinstance(root, yaml.MappingNode) else None


def _is_added(content: bytes, added: Waiver, known: tuple[Waiver, ...], name: str) -> bool:
    try:
        found = parse_waivers(content, registered(), name)
    except WaiverFileError:
        return False
    return found[:-1] == known and bool(found) and replace(found[-1], line=added.line) == added


def _replace(place: Path, content: bytes) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    mode = place.stat().st_mode & 0o777 if place.exists() else 0o644
    handle, partial = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.")
    try:
        with os.fdopen(handle, "wb") as opened:
            opened.write(content)
        Path(partial).chmod(mode)
        Path(partial).replace(place)
    except BaseException:
        Path(partial).unlink(missing_ok=True)
        raise
