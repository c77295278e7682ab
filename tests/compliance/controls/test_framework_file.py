"""A framework's file is read whole, or refused with the place and what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from payment_guardrails.rules import registered
from payment_guardrails.yaml_rows import LARGEST

from compliance.controls import ControlsError
from compliance.controls.framework_file import parse_framework, read_framework
from tests.compliance.controls.framework_files import MANUAL, ROW, framework, row

RULES = registered()
WHOLE = """\
# our own rules
framework: House rules
version: 2.10
source: the wiki
controls:
  - id: 7.20
    title: Queues are
      encrypted
    status: partial
    rules: [sqs-queue-encrypted, sqs-queue-tls-only]
    note: tables are
      not tested
  - {id: "R 2", title: Access is reviewed, status: manual, evidence: The records.}
"""


def parse(text: str) -> Any:
    return parse_framework(text.encode(), RULES, "f.yaml")


def refusal(text: str | bytes) -> str:
    content = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(ControlsError) as caught:
        parse_framework(content, RULES, "f.yaml")
    return str(caught.value)


def test_a_file_gives_its_framework() -> None:
    found = parse(WHOLE)
    assert (found.name, found.version, found.source) == ("House rules", "2.10", "the wiki")
    first, second = found.controls
    assert (first.id, first.title) == ("7.20", "Queues are encrypted"), (
        "ids are as they are written"
    )
    assert (first.kind, first.basis) == ("partial", "C"), "a team's own mapping is its own reading"
    assert first.rules == ("sqs-queue-encrypted", "sqs-queue-tls-only")
    assert first.note == "tables are not tested"
    assert (second.kind, second.rules, second.evidence) == ("manual", (), "The records.")
    assert found.control("R 2") is second
    assert found.control("7.2") is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "f.yaml:1: is empty; it needs framework, version"),
        ("a: [\n", "f.yaml:2: malformed YAML"),
        ("[" * 100_000, "f.yaml:1: malformed YAML: it is nested more than 100 levels deep"),
        ("- x", "f.yaml:1: a framework's file must have fields"),
        (framework(ROW, colour="red"), "has no field 'colour'; did you mean one of framework"),
        (framework(ROW, framework=None), "needs framework; add `framework: ...`"),
        (framework(ROW, source=None), "needs source"),
        (framework(ROW, framework=7), "f.yaml:1: framework must be a text; put it in quotes"),
        (framework(ROW, version=["1"]), "f.yaml:2: version must be a text, not a list"),
        (framework(ROW, source=" "), "f.yaml:3: source is blank"),
        (framework(), "needs controls"),
        ("framework: f\nversion: 1\nsource: s\ncontrols: []\n", "f.yaml:4: controls is empty"),
        ("framework: f\nversion: 1\nsource: s\ncontrols: {}\n", "f.yaml:4: controls must be a"),
        (framework("text"), "f.yaml:5: row 1 must have fields"),
        (framework(ROW, "text"), "f.yaml:6: row 2 must have fields"),
        (framework(row("id")), "f.yaml:5: row 1 needs id"),
        (framework(row("title")), "f.yaml:5: control 1.1 needs title"),
        (framework(row("status")), "f.yaml:5: control 1.1 needs status"),
        (framework(row(id=["1"])), "the id of row 1 must be a text"),
        (framework(row(titel="x")), "row 1 has no field 'titel'; did you mean title?"),
        (framework(row(title="x" * 151)), "control 1.1: title is longer than 150"),
        (framework(row(status="maybe")), "control 1.1: status must be one of automated, partial"),
        (framework(row(status=True)), "control 1.1: status must be one of"),
        (framework(row(basis="D")), "control 1.1: basis must be one of A, B, C, not 'D'"),
        (framework(row("rules")), "control 1.1: it is automated: name its rules"),
        (framework(row(rules=[])), "control 1.1: it is automated: name its rules"),
        (framework(row(rules="sqs-queue-fifo")), "control 1.1: rules must be a list"),
        (framework(row(rules=[{"a": 1}])), "control 1.1: a rule's name must be a text"),
        (framework(row(rules=["sqs-queue-encryptd"])), "did you mean sqs-queue-encrypted?"),
        (framework(row(rules=["zzz"])), "no rule 'zzz'; `compliance rules` lists them all"),
        (framework(row(rules=["sqs-queue-fifo"] * 2)), "sqs-queue-fifo is there twice"),
        (framework(row(status="partial")), "control 1.1: it is partial: say under `note`"),
        (framework(row(evidence="e")), "evidence is for manual ones"),
        (framework({**MANUAL, "rules": ["sqs-queue-fifo"]}), "it is manual and names rules"),
        (framework({**MANUAL, "evidence": None}), "say under `evidence` what a person brings"),
        (framework(ROW, MANUAL, ROW), "f.yaml:7: two rows have the id 1.1, the other in line 5"),
        (framework(row(note="\u202egnissim")), "control 1.1: note holds a character that"),
        (framework(row(note="x" * 2_001)), "control 1.1: note is longer than 2000"),
        ("framework: a\nframework: b\n", "f.yaml:2: framework is there twice"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_valid_is_refused_with_line_row_and_what_to_do(
    text: str, words: str
) -> None:
    said = refusal(text)
    assert words in said
    assert "\n" not in said


def test_a_file_in_another_encoding_is_refused_with_its_line() -> None:
    assert refusal(b"# a\n# \xff\n") == "f.yaml:2: is not UTF-8; save it as UTF-8"


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    file = tmp_path / "f.yaml"
    file.write_bytes(b"#" * (LARGEST + 1))
    with pytest.raises(ControlsError, match="larger than"):
        read_framework(file, RULES)


def test_aliases_do_not_grow() -> None:
    bomb = "".join(f"- &a{n} [{', '.join([f'*a{n - 1}'] * 9) if n else 'x'}]\n" for n in range(40))
    head = "framework: f\nversion: 1\nsource: s\ncontrols:\n"
    assert "row 1 must have fields" in refusal(head + bomb)


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates()
anything = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(scalars, inner), max_leaves=8
)
rows = st.dictionaries(
    st.sampled_from([*ROW, "note", "evidence"]),
    anything | st.sampled_from([*ROW.values(), "manual", "partial", "A"]),
)
files = st.fixed_dictionaries(
    {"framework": st.just("f") | anything, "version": st.just("1") | anything,
     "source": st.just("s") | anything, "controls": st.lists(rows) | anything}
)  # fmt: skip


@given(files | anything)
def test_no_file_makes_it_crash_and_what_is_read_is_sound(data: Any) -> None:
    content = yaml.safe_dump(data, allow_unicode=True).encode("utf-8", "replace")
    try:
        found = parse_framework(content, RULES, "f.yaml")
    except ControlsError as error:
        assert str(error).startswith("f.yaml")  # noqa: PT017 - what is said is the point
        return
    assert found.controls
    for each in found.controls:
        assert set(each.rules) <= set(RULES)
        assert bool(each.rules) is (each.kind != "manual")
        assert bool(each.evidence) is (each.kind == "manual")
        assert each.note or each.kind != "partial"


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_bytes_make_it_crash(content: bytes) -> None:
    for text in (content, WHOLE.encode() + content):
        try:
            parse_framework(text, RULES, "f.yaml")
        except ControlsError as error:
            assert str(error).startswith("f.yaml")  # noqa: PT017 - what is said is the point
