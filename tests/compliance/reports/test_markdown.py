"""Markdown: short, worst first, within GitHub's limit, and nothing in it calls or links."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.evidence import Evidence
from compliance.reports import formats
from compliance.reports.markdown_text import Block, fit
from tests.compliance.reports.evidences import HOSTILE, evidences, plain, result, urn

LIMIT = 65_536


def written(evidence: Evidence) -> str:
    return formats()["md"][1](evidence)


def test_a_finding_is_named_with_its_severity_resource_and_line() -> None:
    text = written(plain(result())).replace("\\", "")
    assert "- **rule-a** (high) on orders (sqs Queue) at infra/queues.py:7: it is public" in text


def test_the_worst_is_first() -> None:
    text = written(
        plain(
            result(rule="rule-b", level="advisory", severity="critical"),
            result(id="2", severity="low"),
            result(id="3", severity="high"),
        )
    )
    listed = re.findall(r"\*\*rule-.\*\* \((\w+)", text)
    assert listed == ["high", "low", "critical"]


def test_controls_are_counted_by_framework_and_those_in_the_way_are_named() -> None:
    evidence = plain()
    failing = replace(evidence.controls[1], status="not_satisfied")
    text = written(plain(controls=(evidence.controls[0], failing)))
    assert "| NIST SP 800-53 r5 | 1 | 0 | 0 | 0 | 0 | 0 |" in text
    assert "| PCI DSS v4.0.1 | 0 | 1 | 0 | 0 | 0 | 0 |" in text
    assert "| PCI DSS 7.2.1 | Title of 7.2.1 | not satisfied |" in text


@pytest.mark.parametrize("text", [each for each in HOSTILE if len(each) > 5_000])
def test_huge_evidence_fits_and_counts_what_is_left_out(text: str) -> None:
    many = [
        result(id=str(n), rule=text, resource=urn(text), message=text, status=status)
        for status in ("fail", "undecided")
        for n in range(200)
    ]
    shown = written(plain(*many))
    assert len(shown.encode()) < LIMIT
    assert "## Failed (200)" in shown
    assert re.search(r"- \.\.\. and 1\d\d more, in report.html", shown)


@given(evidences(), st.integers(1, 40))
def test_the_text_always_fits(evidence: Evidence, times: int) -> None:
    grown = replace(
        evidence,
        results=evidence.results * times,
        waivers=evidence.waivers * times,
        remediations=evidence.remediations * times,
        controls=evidence.controls * times,
    )
    assert len(written(grown).encode()) < LIMIT


@given(
    st.lists(st.tuples(st.text(max_size=20), st.lists(st.text(max_size=60), min_size=1))),
    st.integers(300, 3_000),
)
def test_what_is_cut_is_counted(drawn: list[tuple[str, list[str]]], limit: int) -> None:
    blocks = [
        Block(
            "h",
            tuple(f"- {number}.{line}x" for line in range(len(lines))),
            ("| a |", "|---|") if number % 2 else (),
        )
        for number, (_, lines) in enumerate(drawn)
    ]
    text = fit(["opening"], blocks, limit, "whole")
    assert len(text.encode()) <= limit
    lines = text.splitlines()
    shown = sum(line.startswith("- ") and line.endswith("x") for line in lines)
    more = sum(int(count) for count in re.findall(r"\.\.\. and (\d+) more, in whole", text))
    gone = re.search(r"(\d+) more of these lists did not fit", text)
    missing = int(gone[1]) if gone else 0
    headings = sum(line.startswith("## ") for line in lines)
    assert headings + missing == len(blocks)
    if not missing:
        assert shown + more == sum(len(block.lines) for block in blocks)


@given(evidences())
def test_nothing_in_it_is_a_tag_a_link_or_a_call(evidence: Evidence) -> None:
    text = written(evidence)
    assert not re.search(r"(?<!\\)<", text)
    assert not re.search(r"@\w", text)
    assert not re.search(r"https?://|www\.", text)
    assert not re.search(r"(?<!\\)\]\(", text)
    assert text.replace("\n", "").isprintable()
