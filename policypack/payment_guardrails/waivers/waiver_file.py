"""The file of waivers: `compliance/waivers.yaml` of a project.

    waivers:
      - id: archive-logs             # any name of your own, once in the file
        rule: logs-group-retention   # or finding: an id out of the report
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
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Final

import yaml

from payment_guardrails.finding_ids import DIGITS
from payment_guardrails.waivers.waiver import Waiver, WaiverFile
from payment_guardrails.yaml_depth import check_depth

REQUIRED: Final = ("id", "reason", "owner", "expires")
FIELDS: Final = ("id", "rule", "finding", "resource", "reason", "owner", "expires", "ticket")
LARGEST: Final = 1_000_000
_LONGEST_TEXT: Final = 2_000
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_FINDING: Final = re.compile(rf"(?P<rule>[^:]+):[0-9a-f]{{{DIGITS}}}")
_TEXT: Final = "tag:yaml.org,2002:str"
_NOTHING: Final = "tag:yaml.org,2002:null"
# They change the order in which a screen shows the text around them.
_MISLEADING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class WaiverFileError(ValueError):
    """The file is not valid; the message names file, line and remedy."""


def read_waivers(file: Path, rules: Collection[str], shown: str | None = None) -> WaiverFile:
    """The waivers in a file, for rules of these names. `shown` is its name in messages.

    Raises :class:`WaiverFileError` where it cannot be read or is not valid.
    """
    name = shown or str(file)
    try:
        with file.open("rb") as opened:
            content = opened.read(LARGEST + 1)
    except OSError as error:
        raise WaiverFileError(
            f"{name}: cannot be read: {error.strerror or error}; name a file of waivers"
        ) from error
    if len(content) > LARGEST:
        raise WaiverFileError(f"{name}: is larger than {LARGEST} bytes: is it a file of waivers?")
    return WaiverFile(
        file,
        f"sha256:{hashlib.sha256(content).hexdigest()}",
        parse_waivers(content, rules, name),
    )


def parse_waivers(content: bytes, rules: Collection[str], name: str) -> tuple[Waiver, ...]:
    """The waivers that a file of this name and content holds (see :func:`read_waivers`)."""
    entries = entries_of(compose(content, name), name)
    waivers = tuple(_waiver(entry, rules, name) for entry in entries)
    lines: dict[str, int] = {}
    for waiver in waivers:
        if waiver.id in lines:
            raise WaiverFileError(
                f"{name}:{waiver.line}: the id {waiver.id} is taken already in line "
                f"{lines[waiver.id]}; give this one another"
            )
        lines[waiver.id] = waiver.line
    return waivers


def compose(content: bytes, name: str) -> yaml.Node | None:
    """The YAML document in a file; None where it holds nothing but comments."""
    try:
        text = content.decode("utf-8-sig")
        check_depth(text)
        return yaml.compose(text, yaml.CSafeLoader)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise WaiverFileError(f"{name}:{line}: is not UTF-8; save it as UTF-8") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line_of = f":{mark.line + 1}" if mark else ""
        raise WaiverFileError(
            f"{name}{line_of}: malformed YAML: {error.problem or error.context}; "
            "write each waiver as `- id: ...` with one field a line below it"
        ) from error
    except yaml.YAMLError as error:
        first = str(error).partition("\n")[0]
        raise WaiverFileError(
            f"{name}: cannot be read as YAML: {first}; write it as a plain list of waivers"
        ) from error


def entries_of(root: yaml.Node | None, name: str) -> list[yaml.Node]:
    """The entries of a document: a list, or a list named `waivers`."""
    found = root
    if isinstance(root, yaml.MappingNode):
        keys = {_name(key): value for key, value in root.value}
        if set(keys) != {"waivers"} or len(root.value) != 1:
            raise WaiverFileError(
                f"{name}:{_line(root)}: must hold a list named `waivers`, once, and nothing else"
            )
        found = keys["waivers"]
    if found is None or found.tag == _NOTHING:
        return []
    if not isinstance(found, yaml.SequenceNode):
        raise WaiverFileError(f"{name}:{_line(found)}: must be a list of waivers (`- id: ...`)")
    return list(found.value)


def _waiver(entry: yaml.Node, rules: Collection[str], name: str) -> Waiver:
    where = f"{name}:{_line(entry)}"
    if not isinstance(entry, yaml.MappingNode):
        raise WaiverFileError(f"{where}: a waiver must have fields ({', '.join(FIELDS)})")
    fields = _fields(entry, name)
    missing = [field for field in REQUIRED if field not in fields]
    if missing:
        raise WaiverFileError(
            f"{where}: a waiver needs {', '.join(missing)}; add `{missing[0]}: ...`"
        )
    if ("rule" in fields) == ("finding" in fields):
        raise WaiverFileError(f"{where}: a waiver names either a rule or a finding, one of the two")
    if "rule" in fields and "resource" not in fields:
        raise WaiverFileError(
            f'{where}: a waiver of a rule needs the resource: a URN, in which * is any text ("*" '
            "for every one)"
        )
    texts = {field: _text(field, node, name) for field, node in fields.items()}
    if not _ID.fullmatch(texts["id"]):
        raise WaiverFileError(
            f"{name}:{_line(fields['id'])}: an id is made of letters, digits, dots, dashes and "
            f"underscores, at most 100, not {texts['id'][:100]!r}"
        )
    return Waiver(
        id=texts["id"],
        rule=_rule(texts, fields, rules, name),
        finding=texts.get("finding"),
        resource=texts.get("resource", "*"),
        reason=texts["reason"],
        owner=texts["owner"],
        expires=texts["expires"],
        ticket=texts.get("ticket", ""),
        line=_line(entry),
    )


def _fields(entry: yaml.MappingNode, name: str) -> Mapping[str, yaml.Node]:
    fields: dict[str, yaml.Node] = {}
    for key, value in entry.value:
        field, where = _name(key), f"{name}:{_line(key)}"
        if field not in FIELDS:
            hint = "".join(get_close_matches(field, FIELDS, 1)) or f"one of {', '.join(FIELDS)}"
            raise WaiverFileError(
                f"{where}: a waiver has no field {field[:100]!r}; did you mean {hint}?"
            )
        if field in fields:
            raise WaiverFileError(f"{where}: {field} is there twice in one waiver; keep one")
        # A field with nothing behind it is as good as none.
        if value.tag != _NOTHING:
            fields[field] = value
    return fields


def _text(field: str, node: yaml.Node, name: str) -> str:
    where = f"{name}:{_line(node)}"
    if not isinstance(node, yaml.ScalarNode):
        raise WaiverFileError(f"{where}: {field} must be a text, not a list or a mapping")
    # Dates and ticket numbers are written without quotes.
    if node.tag != _TEXT and field not in ("expires", "ticket"):
        raise WaiverFileError(f"{where}: {field} must be a text; put it in quotes")
    text = " ".join(str(node.value).split())
    if not text and field != "expires":
        raise WaiverFileError(f"{where}: {field} is blank; say something there")
    if len(text) > _LONGEST_TEXT:
        raise WaiverFileError(f"{where}: {field} is longer than {_LONGEST_TEXT} characters")
    hidden = next(_unprintable(text), None)
    if hidden is not None:
        raise WaiverFileError(
            f"{where}: {field} holds a character that no screen shows (U+{ord(hidden):04X}); "
            "remove it"
        )
    return text


def _unprintable(text: str) -> Iterator[str]:
    for character in text:
        if character in _MISLEADING or unicodedata.category(character) in ("Cc", "Cs"):
            yield character


def _rule(
    texts: Mapping[str, str], fields: Mapping[str, yaml.Node], rules: Collection[str], name: str
) -> str:
    field = "rule" if "rule" in texts else "finding"
    where, rule = f"{name}:{_line(fields[field])}", texts[field]
    if field == "finding":
        parts = _FINDING.fullmatch(rule)
        if parts is None:
            raise WaiverFileError(
                f"{where}: {rule[:100]!r} is no id of a finding; copy one from the report "
                "(sqs-queue-fifo:0123456789ab)"
            )
        rule = parts["rule"]
    if rule not in rules:
        close = get_close_matches(rule[:100], list(rules), 1)
        hint = f"did you mean {close[0]}?" if close else "`compliance rules` lists them all"
        raise WaiverFileError(f"{where}: there is no rule {rule[:100]!r}; {hint}")
    return rule


def _name(key: yaml.Node) -> str:
    return str(key.value) if isinstance(key, yaml.ScalarNode) else "(not a name)"


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1
