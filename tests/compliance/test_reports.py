"""Every format from any evidence: no crash, nothing injected."""

from __future__ import annotations

import csv
import html
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from payment_guardrails.remediation import Remediation
from payment_guardrails.waivers.waiver import Standing

from compliance.evidence import (
    SEVERITIES,
    STATUSES,
    ControlResult,
    Evidence,
    Pack,
    ResourceEntry,
    Result,
    RuleCard,
    Subject,
    WaiverEntry,
    WaiverFileEntry,
    summarize,
)
from compliance.reports import formats
from compliance.terminal import console, summary

HOSTILE = ["<script>alert(1)</script>", "=cmd|' /C calc'!A0", "a\nb", "| x | *y* [z](u)", "\ud800"]
texts = st.text(max_size=30) | st.sampled_from(HOSTILE)
urns = st.builds("urn:pulumi:dev::p::aws:sqs/queue:Queue::{}".format, texts) | st.none()
accepted = st.fixed_dictionaries(
    dict.fromkeys(("id", "reason", "owner", "expires", "ticket"), texts)
)
waivers = st.builds(
    WaiverEntry, id=texts, status=st.sampled_from([each.value for each in Standing]),
    explanation=texts, results=st.lists(texts, max_size=2).map(tuple), rule=texts,
    finding=st.none() | texts, resource=texts, reason=texts, owner=texts, expires=texts,
    ticket=st.none() | texts, line=st.integers(1, 9),
)  # fmt: skip
results = st.builds(
    Result, id=texts, rule=st.sampled_from(["rule-a", "rule-b"]),
    level=st.sampled_from(["mandatory", "advisory"]), resource=urns,
    status=st.sampled_from(STATUSES), severity=st.sampled_from(SEVERITIES), message=texts,
    property_path=texts, fix=texts, waiver=st.none() | accepted, waiver_note=texts,
)  # fmt: skip

changes = st.builds(
    Remediation, rule=texts | st.just("rule-a"), urn=urns.filter(bool), path=texts,
    before=texts, after=texts,
)  # fmt: skip


@st.composite
def evidences(draw: st.DrawFn) -> Evidence:
    found = tuple(draw(st.lists(results, max_size=6)))
    entries = tuple(
        ResourceEntry(result.resource, "t", draw(texts), "sha256:x", draw(st.booleans()))
        for result in found
        if result.resource
    )
    controls = tuple(
        ControlResult(
            "Framework", "1", number, draw(texts), "partial", status, "C", ("rule-a",),
            tuple(entry.urn for entry in entries), draw(texts), draw(texts),
        )
        for number, status in (("1", "satisfied"), ("2", "manual"), ("3", "not_tested"))
    )  # fmt: skip
    return Evidence(
        Subject(
            draw(texts), draw(texts), "offline", "sha256:x", "2026-01-01", None, "n", ("note",)
        ),
        Pack("pack", "1", "sha256:x", {}),
        summarize(entries, found, controls),
        entries,
        found,
        controls,
        (RuleCard("rule-a", "A", "why"), RuleCard("rule-b", "B", "why")),
        tuple(draw(st.lists(changes, max_size=3))),
        waiver_file=draw(st.none() | st.builds(WaiverFileEntry, path=texts, digest=texts)),
        waivers=tuple(draw(st.lists(waivers, max_size=3))),
    )


@given(evidences())
def test_every_format_takes_any_evidence(evidence: Evidence) -> None:
    for name, (_, write) in formats().items():
        text = write(evidence)
        assert text == write(evidence)
        assert text.encode(), name


@given(evidences())
def test_the_json_gives_the_evidence_back(evidence: Evidence) -> None:
    _, write = formats()["json"]
    assert Evidence.from_json(json.loads(write(evidence))) == evidence


@given(evidences())
def test_no_cell_is_a_formula(evidence: Evidence) -> None:
    rows = list(csv.reader(io.StringIO(formats()["csv"][1](evidence), newline="")))
    assert len({len(row) for row in rows}) == 1
    assert not any(
        cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows for cell in row
    )


@given(evidences())
def test_markdown_keeps_names_from_being_markup(evidence: Evidence) -> None:
    text = formats()["md"][1](evidence)
    assert "<script>" not in text
    assert "[z](u)" not in text


def said_of(evidence: Evidence, name: str) -> str:
    """What a report says, as its reader sees it."""
    if name == "terminal":
        screen = console()
        with screen.capture() as captured:
            screen.print(summary(evidence, ()))
        return captured.get()
    return html.unescape(formats()[name][1](evidence)).replace("\\", "")


def _evidence(*remediations: Remediation) -> Evidence:
    urn = "urn:pulumi:dev::shop::aws:cloudwatch/logGroup:LogGroup::orders"
    found = (_result(rule="logs-group-retention", resource=urn),)
    entries = (ResourceEntry(urn, "t", "orders", "sha256:x", tested=True),)
    return Evidence(
        Subject(
            "shop", "dev", "pulumi", "sha256:x", "2026-01-01", None,
            "the CLI previewed the program", (),
        ),
        Pack("pack", "1", "sha256:x", {}),
        summarize(entries, found, ()),
        entries,
        found,
        (),
        (RuleCard("logs-group-retention", "Kept for 7 days", "why"),),
        remediations,
    )  # fmt: skip


CHANGE = Remediation(
    "logs-group-retention",
    "urn:pulumi:dev::shop::aws:cloudwatch/logGroup:LogGroup::orders",
    "retentionInDays",
    "14",
    "7",
)


@pytest.mark.parametrize(
    ("name", "before_and_after"),
    [
        ("html", "<td><code>retentionInDays</code></td><td>14</td><td>7</td>"),
        (
            "md",
            "| logs-group-retention | orders (cloudwatch LogGroup) | retentionInDays | 14 | 7 |",
        ),
        ("terminal", "orders (cloudwatch LogGroup): retentionInDays was 14, is 7"),
    ],
)
def test_a_report_shows_what_rules_changed_only_where_they_did(
    name: str, before_and_after: str
) -> None:
    title = "CHANGED" if name == "terminal" else "Changed by rules"
    shown = said_of(_evidence(CHANGE), name)
    assert title in shown
    assert before_and_after in shown
    assert title not in said_of(_evidence(), name)


def test_a_long_list_of_changes_is_cut_in_markdown_with_a_count() -> None:
    shown = said_of(_evidence(*[CHANGE] * 51), "md")
    assert shown.count("retentionInDays") == 50
    assert "... and 1 more, in report.html" in shown


@pytest.mark.parametrize("name", ["html", "md"])
def test_a_report_says_which_engine_judged_and_what_that_means(name: str) -> None:
    shown = said_of(_evidence(), name)
    assert "pulumi" in shown
    assert "the CLI previewed the program" in shown


@given(evidences())
def test_the_terminal_takes_any_evidence(evidence: Evidence) -> None:
    shown = said_of(evidence, "terminal")
    assert ("PASSED" if evidence.summary.verdict == "pass" else "FAILED") in shown


def _result(**changed: Any) -> Result:
    base: dict[str, Any] = {
        "id": "i", "rule": "r", "level": "mandatory", "resource": "u", "status": "pass",
        "severity": "high", "message": "", "property_path": "", "fix": "", "waiver": None,
    }  # fmt: skip
    return Result(**{**base, **changed})


def test_the_verdict_is_what_mandatory_results_say() -> None:
    def verdict(*found: Result) -> str:
        return summarize((), found, ()).verdict

    assert verdict(_result()) == "pass"
    assert verdict(_result(status="fail")) == "fail"
    assert verdict(_result(status="undecided")) == "fail"
    assert verdict(_result(status="fail", level="advisory")) == "pass"
    assert verdict(_result(status="waived")) == "pass"


def test_a_pair_counts_once_by_its_worst_result() -> None:
    counted = summarize((), (_result(status="undecided"), _result(status="fail")), ())
    assert counted.statuses["fail"] == 1
    assert counted.statuses["undecided"] == 0
    assert counted.mandatory_undecided == 1
