"""A file of waivers is read whole, or refused with the place and what to do."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from payment_guardrails.rules import registered
from payment_guardrails.waivers.waiver_file import (
    FIELDS,
    WaiverFileError,
    parse_waivers,
    read_waivers,
)
from payment_guardrails.yaml_rows import LARGEST

RULES = registered()
WHOLE = """\
# why this file is here
waivers:
  - id: archive-logs
    rule: logs-group-retention
    resource: "*::archive"
    reason: the auditors read it
      for a year
    owner: payments-platform
    expires: 2026-06-30
    ticket: 123
  - {id: one.finding_2, finding: "sqs-queue-fifo:0123456789ab", reason: r, owner: o,
     expires: 2026-02-31}
"""
ENTRY = {
    "id": "a", "rule": "logs-group-retention", "resource": "*", "reason": "because",
    "owner": "me", "expires": "2026-06-30",
}  # fmt: skip


def parse(text: str) -> Any:
    return parse_waivers(text.encode(), RULES, "w.yaml")


def refusal(text: str | bytes) -> str:
    content = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(WaiverFileError) as caught:
        parse_waivers(content, RULES, "w.yaml")
    return str(caught.value)


def listed(*entries: Any) -> str:
    """A file of these entries, one a line."""
    return "".join(f"- {json.dumps(entry, ensure_ascii=False)}\n" for entry in entries)


def without(*names: str, **changed: Any) -> dict[str, Any]:
    return {key: value for key, value in {**ENTRY, **changed}.items() if key not in names}


def test_a_file_gives_its_waivers_in_order_with_their_lines() -> None:
    first, second = parse(WHOLE)
    assert (first.id, first.rule, first.finding) == ("archive-logs", "logs-group-retention", None)
    assert (first.resource, first.line, first.ticket) == ("*::archive", 3, "123")
    assert first.reason == "the auditors read it for a year"
    assert first.expires == "2026-06-30"
    assert (second.rule, second.finding) == ("sqs-queue-fifo", "sqs-queue-fifo:0123456789ab")
    assert (second.resource, second.line, second.ticket) == ("*", 11, "")
    assert second.expires == "2026-02-31", "a date that does not exist is no reason to refuse all"


def test_the_list_may_stand_alone() -> None:
    [waiver] = parse(listed(ENTRY))
    assert waiver.id == "a"


@pytest.mark.parametrize("text", ["", "# nothing\n", "waivers:\n", "waivers: []\n", "[]", "~"])
def test_a_file_may_hold_no_waiver(text: str) -> None:
    assert parse(text) == ()


def test_the_file_is_known_by_its_digest(tmp_path: Path) -> None:
    file = tmp_path / "w.yaml"
    file.write_text(WHOLE)
    found = read_waivers(file, RULES)
    assert found.digest == f"sha256:{hashlib.sha256(WHOLE.encode()).hexdigest()}"
    assert len(found.waivers) == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: [\n", "w.yaml:2: malformed YAML"),
        ("- a\n---\n- b\n", "w.yaml:2: malformed YAML"),
        ("[" * 101 + "]" * 101, "w.yaml:1: malformed YAML: it is nested more than 100 levels"),
        ("[" * 100 + "]" * 100, "w.yaml:1: a waiver must have fields"),
        ("[" * 100_000, "w.yaml:1: malformed YAML: it is nested more than 100 levels deep"),
        ("text", "w.yaml:1: waivers must be a list"),
        ("other: []", "w.yaml:1: a file of waivers has no field 'other'"),
        ("waivers: []\nwaivers: []", "w.yaml:2: waivers is there twice"),
        ("waivers: {a: b}", "w.yaml:1: waivers must be a list"),
        ("- text", "w.yaml:1: a waiver must have fields"),
        (listed(ENTRY, without("owner", id="b")), "w.yaml:2: a waiver needs owner; add `owner:"),
        (listed(without(reason=None)), "w.yaml:1: a waiver needs reason"),
        (listed(without("expires")), "a waiver needs expires"),
        (listed(without(reason="  ")), "reason is blank"),
        (listed(without(owner="")), "owner is blank"),
        (listed(without("rule")), "names either a rule or a finding"),
        (listed(without(finding="sqs-queue-fifo:0123456789ab")), "either a rule or a finding"),
        (listed(without("resource")), "needs the resource"),
        (listed(without(resourse="*")), "no field 'resourse'; did you mean resource?"),
        (listed(without(colour="red")), "no field 'colour'; did you mean one of id, rule"),
        (listed(without(rule="logs-group-retentoin")), "did you mean logs-group-retention?"),
        (listed(without(rule="zzz")), "there is no rule 'zzz'; `compliance rules` lists"),
        (listed(without("rule", finding="sqs-queue-fifo")), "is no id of a finding"),
        (listed(without("rule", finding="no-rule:0123456789ab")), "there is no rule 'no-rule'"),
        (listed(ENTRY, ENTRY), "w.yaml:2: the id a is taken already in line 1"),
        (listed(without(id="a b")), "an id is made of letters"),
        (listed(without(id=7)), "id must be a text; put it in quotes"),
        (listed(without(reason=True)), "reason must be a text"),
        (listed(without(owner=["me"])), "owner must be a text, not a list"),
        (listed(without(expires={"a": 1})), "expires must be a text, not a list or a mapping"),
        (listed(without(reason="x" * 2_001)), "longer than 2000"),
        (listed(without(reason="red \x1b[31m")), "no screen shows (U+001B)"),
        (listed(without(reason="\u202egnissim")), "no screen shows (U+202E)"),
        ("- id: a\n  id: b\n", "w.yaml:2: id is there twice"),
        ("- id: a\n  ? [x]\n  : y\n", "no field"),
        ("- <<: {id: a}\n", "no field '<<'"),
        ("- id: !!python/object:os.system x\n  owner: o\n", "w.yaml:1: a waiver needs"),
    ],
)
def test_a_file_that_is_not_valid_is_refused_with_its_line_and_what_to_do(
    text: str, words: str
) -> None:
    assert words in refusal(text)


def test_a_file_in_another_encoding_is_refused_with_its_line() -> None:
    assert refusal(b"# a\n# \xff\n") == "w.yaml:2: is not UTF-8; save it as UTF-8"


def test_texts_in_any_script_are_kept() -> None:
    reason = "принято до аудита 監査 \U0001f50d"
    [waiver] = parse("\ufeff" + listed(without(reason=reason)))
    assert waiver.reason == reason


def test_aliases_do_not_grow() -> None:
    bomb = "".join(f"- &a{n} [{', '.join([f'*a{n - 1}'] * 9) if n else 'x'}]\n" for n in range(40))
    assert "a waiver must have fields" in refusal(bomb)


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    file = tmp_path / "w.yaml"
    file.write_bytes(b"#" * (LARGEST + 1))
    with pytest.raises(WaiverFileError, match="larger than"):
        read_waivers(file, RULES)
    file.write_bytes(b"#" * LARGEST)
    assert read_waivers(file, RULES).waivers == ()


@pytest.mark.parametrize("make", [lambda file: None, lambda file: file.mkdir()])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, make: Any) -> None:
    make(tmp_path / "w.yaml")
    with pytest.raises(WaiverFileError, match=r"w\.yaml: cannot be read: .*; name another file"):
        read_waivers(tmp_path / "w.yaml", RULES)


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates()
anything = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(scalars, inner), max_leaves=8
)
entries = st.dictionaries(st.sampled_from(FIELDS), anything | st.sampled_from([*ENTRY.values()]))


def assert_read_or_refused(content: bytes) -> None:
    try:
        parse_waivers(content, RULES, "w.yaml")
    except WaiverFileError as error:
        assert str(error).startswith("w.yaml")  # noqa: PT017 - what is said is the point


@given(anything | st.lists(entries) | st.fixed_dictionaries({"waivers": st.lists(entries)}))
def test_no_yaml_makes_it_crash(data: Any) -> None:
    assert_read_or_refused(yaml.safe_dump(data, allow_unicode=True).encode("utf-8", "replace"))


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_bytes_make_it_crash(content: bytes) -> None:
    assert_read_or_refused(content)
    assert_read_or_refused(WHOLE.encode() + content)


def test_a_blank_date_is_no_reason_to_refuse_all() -> None:
    [waiver] = parse(listed(without(expires=" ")))
    assert waiver.expires == ""
