"""What all formats share: the registry's parts, the order, the texts, the moments."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.evidence import Evidence
from compliance.reports import formats, write_reports
from compliance.reports.characters import cut, encodable, one_line, xml_characters
from compliance.reports.json_layout import json_text
from compliance.reports.moments import utc_moment
from compliance.reports.ranking import worst_first
from tests.compliance.reports.evidences import evidences, plain, result

SCHEMA = json.loads(
    (Path(__file__).parents[3] / "compliance" / "report.schema.json").read_text("utf-8")
)


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        (["oscal"], {"oscal-assessment-results.json", "oscal-component-definition.json"}),
        (["oscal-component"], {"oscal-component-definition.json"}),
        (["sarif", "code-scanning"], {"report.sarif", "code-scanning.sarif"}),
        (["junit", "github"], {"junit.xml", "annotations.txt"}),
    ],
)
def test_a_format_is_written_with_its_parts(
    asked: list[str], written: set[str], tmp_path: Path
) -> None:
    paths = write_reports(plain(result()), asked, tmp_path)
    assert {path.name for path in paths} == {path.name for path in tmp_path.iterdir()} == written
    assert len(paths) == len(written)


@given(evidences())
def test_drawn_evidence_is_valid_and_every_format_takes_it_twice_the_same(
    evidence: Evidence,
) -> None:
    data = json.loads(formats()["json"][1](evidence))
    jsonschema.Draft202012Validator(SCHEMA).validate(data)
    again = Evidence.from_json(data)
    for name, (_, write) in formats().items():
        text = write(evidence)
        assert text.encode(), name
        assert text == write(again), name


def test_what_fails_the_gate_is_before_what_is_worse_but_does_not() -> None:
    advisory = result(id="1", level="advisory", severity="critical")
    low, undecided = result(id="2", severity="low"), result(id="3", status="undecided")
    fail = result(id="4")
    assert worst_first([advisory, low, undecided, fail]) == [fail, undecided, low, advisory]


@given(st.text(st.characters() | st.sampled_from("\ud800\udfff\x00\ufffe\n\t\x85\u2028")))
def test_texts_become_what_a_file_takes(text: str) -> None:
    encodable(text).encode()
    assert len(encodable(text)) == len(xml_characters(text)) == len(text)
    line = one_line(text)
    assert line.isprintable()
    assert line == line.strip() == one_line(line)
    if text.isprintable():
        assert (encodable(text), xml_characters(text)) == (text, text)


def test_a_line_keeps_that_something_was_there() -> None:
    assert one_line(" a\ud800b\n\tc\x1b ") == "a\N{REPLACEMENT CHARACTER}b c"


@given(st.text(max_size=40), st.integers(4, 40))
def test_a_cut_text_is_a_beginning_and_says_so(text: str, most: int) -> None:
    shown = cut(text, most)
    assert len(shown) <= most
    assert shown == text or (shown.endswith(" ...") and text.startswith(shown[:-4]))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-31T10:20:30Z", "2026-01-31T10:20:30Z"),
        ("2026-01-31T10:20:30.5+02:00", "2026-01-31T08:20:30Z"),
        ("2026-01-31", "2026-01-31T00:00:00Z"),
        ("soon", None),
        ("", None),
        (None, None),
        ("0001-01-01T00:00:00+23:00", None),
    ],
)
def test_a_moment_is_in_universal_time(text: str | None, moment: str | None) -> None:
    assert utc_moment(text) == moment


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), json_values), st.integers(0, 6))
def test_json_says_the_same_however_it_is_laid_out(data: dict[str, Any], depth: int) -> None:
    text = json_text(data, depth=depth)
    assert json.loads(text) == data
    assert text.isascii()


def test_an_entry_of_a_list_is_a_line() -> None:
    text = json_text({"a": [{"b": [1, 2]}, {"c": {}}], "d": "e"}, depth=2)
    assert text == '{\n "a": [\n  {"b": [1, 2]},\n  {"c": {}}\n ],\n "d": "e"\n}\n'
