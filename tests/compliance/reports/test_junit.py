"""JUnit: what fails the gate fails, each name once, only characters that XML has."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given

from compliance.evidence import Evidence
from compliance.reports import formats
from tests.compliance.reports.evidences import evidences, plain, queue, result, urn


def suites(evidence: Evidence) -> ET.Element:
    return ET.fromstring(formats()["junit"][1](evidence).encode())  # noqa: S314 - our own text


def outcome(**changes: Any) -> tuple[str, str]:
    (case,) = suites(plain(result(**changes))).iter("testcase")
    kinds = [child.tag for child in case]
    return (kinds[0], case[0].text or "") if kinds else ("passed", "")


WAIVER = {
    "id": "w-1",
    "reason": "auditors",
    "owner": "team",
    "expires": "2026-06-30",
    "ticket": None,
}


@pytest.mark.parametrize(
    ("changes", "kind", "words"),
    [
        ({}, "failure", ["it is public", "infra/queues.py:7", "aws.sqs.Queue(...)"]),
        ({"status": "undecided"}, "failure", ["undecided"]),
        ({"level": "advisory"}, "system-out", ["advisory", "it is public"]),
        ({"status": "waived", "waiver": WAIVER}, "skipped", ["w-1", "auditors", "2026-06-30"]),
        ({"status": "not_applicable"}, "skipped", ["not applicable"]),
        ({"status": "pass"}, "passed", []),
    ],
)
def test_a_test_says_what_the_gate_says(
    changes: dict[str, Any], kind: str, words: list[str]
) -> None:
    found, text = outcome(**changes)
    assert found == kind
    for word in words:
        assert word in text


def test_the_faults_of_a_resource_are_one_test_and_the_worst_counts() -> None:
    (case,) = suites(
        plain(result(status="pass"), result(id="2"), result(id="3", message="it is old"))
    ).iter("testcase")
    assert case.get("classname") == "rule-a"
    assert case.get("name") == "orders (sqs Queue)"
    text = case.findtext("failure") or ""
    assert "it is public" in text
    assert "it is old" in text


def test_resources_that_look_alike_are_named_in_full() -> None:
    other = urn("orders").replace("aws:sqs", "app:index:Part$aws:sqs")
    evidence = plain(
        result(), result(resource=other), resources=(queue("orders"), queue("orders", urn=other))
    )
    names = {case.get("name") for case in suites(evidence).iter("testcase")}
    assert names == {urn("orders"), other}


@given(evidences())
def test_counts_are_those_of_the_tests_and_the_verdict_is_the_gates(evidence: Evidence) -> None:
    root = suites(evidence)
    assert int(root.get("tests", "")) == len(list(root.iter("testcase")))
    failed = int(root.get("failures", ""))
    assert failed == len(list(root.iter("failure")))
    assert (failed > 0) == (evidence.summary.verdict == "fail")
    assert len(list(root.iter("testcase"))) == len(
        {(each.rule, each.resource) for each in evidence.results}
    )
    for suite in root:
        assert int(suite.get("tests", "")) == len(suite)
        assert int(suite.get("skipped", "")) == len(list(suite.iter("skipped")))
