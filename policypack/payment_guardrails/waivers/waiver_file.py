"""The file of waivers: `compliance/waivers.yaml` of a project.

    waivers:
      - id: archive-logs             # any name of your own, once in the file
        rule: logs-group-retention   # or finding: an id out of the report; or CKV_AWS_117
        resource: "*::archive-logs"  # URN; * is any text. May be left out with finding
        reason: the archive is read by the auditors for a year
        owner: payments-platform
        expires: 2026-06-30          # at most 180 days ahead
        ticket: PAY-123              # optional

A file that is not valid is refused whole; only a date that is wrong or over leaves the rest
of the file as it is. Nodes are read, not values made: so every complaint has a line, a date
that does not exist is a text, and aliases cannot grow.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Final

import yaml

from payment_guardrails.finding_ids import DIGITS
from payment_guardrails.waivers.foreign import is_foreign
from payment_guardrails.waivers.waiver import Waiver, WaiverFile
from payment_guardrails.yaml_rows import (
    Source,
    compose,
    fields_of,
    is_nothing,
    line_of,
    read_content,
    rows_of,
    text_of,
)

REQUIRED: Final = ("id", "reason", "owner", "expires")
FIELDS: Final = ("id", "rule", "finding", "resource", "reason", "owner", "expires", "ticket")
_LIST: Final = "waivers"
# Dates and ticket numbers are written without quotes.
_AS_WRITTEN: Final = frozenset({"expires", "ticket"})
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_FINDING: Final = re.compile(rf"(?P<rule>[^:]+):[0-9a-f]{{{DIGITS}}}")


class WaiverFileError(ValueError):
    """The file is not valid; the message names file, line and remedy."""


def read_waivers(file: Path, rules: Collection[str], shown: str | None = None) -> WaiverFile:
    """The waivers in a file, for rules of these names. `shown` is its name in messages.

    Raises :class:`WaiverFileError` where it cannot be read or is not valid.
    """
    source = Source(shown or str(file), WaiverFileError)
    content = read_content(file, source)
    return WaiverFile(
        file,
        f"sha256:{hashlib.sha256(content).hexdigest()}",
        parse_waivers(content, rules, source.name),
    )


def parse_waivers(content: bytes, rules: Collection[str], name: str) -> tuple[Waiver, ...]:
    """The waivers that a file of this name and content holds (see :func:`read_waivers`)."""
    source = Source(name, WaiverFileError)
    entries = entries_of(compose(content, source), source)
    waivers = tuple(_waiver(entry, rules, source) for entry in entries)
    lines: dict[str, int] = {}
    for waiver in waivers:
        if waiver.id in lines:
            raise WaiverFileError(
                f"{name}:{waiver.line}: the id {waiver.id} is taken already in line "
                f"{lines[waiver.id]}; give this one another"
            )
        lines[waiver.id] = waiver.line
    return waivers


def entries_of(root: yaml.Node | None, source: Source) -> list[yaml.Node]:
    """The entries of a document: a list, or a list named `waivers`."""
    found = root
    if isinstance(root, yaml.MappingNode):
        found = fields_of(root, source, "a file of waivers", (_LIST,)).get(_LIST)
    return [] if found is None or is_nothing(found) else rows_of(found, source, _LIST)


def _waiver(entry: yaml.Node, rules: Collection[str], source: Source) -> Waiver:
    fields = fields_of(entry, source, "a waiver", FIELDS)
    missing = [field for field in REQUIRED if field not in fields]
    if missing:
        raise source.fault(entry, f"a waiver needs {', '.join(missing)}; add `{missing[0]}: ...`")
    if ("rule" in fields) == ("finding" in fields):
        raise source.fault(entry, "a waiver names either a rule or a finding, one of the two")
    if "rule" in fields and "resource" not in fields:
        raise source.fault(
            entry,
            'a waiver of a rule needs the resource: a URN, in which * is any text ("*" for '
            "every one)",
        )
    texts = {
        # A date that is missing or malformed makes the waiver inactive, and no more.
        field: text_of(
            node, source, field, as_written=field in _AS_WRITTEN, blank=field == "expires"
        )
        for field, node in fields.items()
    }
    if not _ID.fullmatch(texts["id"]):
        raise source.fault(
            fields["id"],
            "an id is made of letters, digits, dots, dashes and underscores, at most 100, not "
            f"{texts['id'][:100]!r}",
        )
    return Waiver(
        id=texts["id"],
        rule=_rule(texts, fields, rules, source),
        finding=texts.get("finding"),
        resource=texts.get("resource", "*"),
        reason=texts["reason"],
        owner=texts["owner"],
        expires=texts["expires"],
        ticket=texts.get("ticket", ""),
        line=line_of(entry),
    )


def _rule(
    texts: Mapping[str, str],
    fields: Mapping[str, yaml.Node],
    rules: Collection[str],
    source: Source,
) -> str:
    field = "rule" if "rule" in texts else "finding"
    node, rule = fields[field], texts[field]
    if field == "finding":
        parts = _FINDING.fullmatch(rule)
        if parts is None:
            raise source.fault(
                node,
                f"{rule[:100]!r} is no id of a finding; copy one from the report "
                "(sqs-queue-fifo:0123456789ab)",
            )
        rule = parts["rule"]
    if rule not in rules and not is_foreign(rule):
        close = get_close_matches(rule[:100], list(rules), 1)
        hint = f"did you mean {close[0]}?" if close else "`compliance rules` lists them all"
        raise source.fault(node, f"there is no rule {rule[:100]!r}; {hint}")
    return rule
