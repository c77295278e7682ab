"""SARIF: by the standard in `report.sarif`, as GitHub reads it in `code-scanning.sarif`."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from compliance.evidence import Evidence, Location
from compliance.reports import formats
from tests.compliance.reports.evidences import evidences, plain, queue, result, urn

ACCEPTED = {
    "id": "w-1",
    "reason": "auditors",
    "owner": "team",
    "expires": "2026-06-30",
    "ticket": None,
}


def run_of(evidence: Evidence, name: str = "sarif") -> dict[str, Any]:
    log = json.loads(formats()[name][1](evidence))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    return dict(run)


def test_a_failure_is_at_the_line_of_the_program_with_its_resource() -> None:
    (found,) = run_of(plain(result()))["results"]
    assert (found["kind"], found["level"], found["ruleId"]) == ("fail", "error", "rule-a")
    assert found["message"]["text"] == "orders (sqs Queue): it is public"
    (location,) = found["locations"]
    physical = location["physicalLocation"]
    assert physical["artifactLocation"] == {"uri": "infra/queues.py", "uriBaseId": "SRCROOT"}
    assert physical["region"]["startLine"] == 7
    (logical,) = location["logicalLocations"]
    assert logical["fullyQualifiedName"] == urn("orders")


@pytest.mark.parametrize("name", ["sarif", "code-scanning"])
@pytest.mark.parametrize("resource", [urn("orders"), None, urn("unheard-of")])
def test_without_a_line_the_project_file_stands_for_it_and_the_message_says_so(
    name: str, resource: str | None
) -> None:
    evidence = plain(result(resource=resource), resources=(queue("orders", location=None),))
    (found,) = run_of(evidence, name)["results"]
    physical = found["locations"][0]["physicalLocation"]
    assert physical["artifactLocation"]["uri"] == "infra/Pulumi.yaml"
    assert "the line that creates it is not known" in found["message"]["text"]


def test_a_file_name_is_a_uri() -> None:
    evidence = plain(result(), resources=(queue("orders", location=Location("a b/ü#?.py", 1)),))
    (found,) = run_of(evidence)["results"]
    artifact = found["locations"][0]["physicalLocation"]["artifactLocation"]
    assert artifact["uri"] == "infra/a%20b/%C3%BC%23%3F.py"


def test_a_file_name_that_no_system_has_is_no_place() -> None:
    evidence = plain(result(), resources=(queue("orders", location=Location("n" * 5_000, 1)),))
    (found,) = run_of(evidence)["results"]
    artifact = found["locations"][0]["physicalLocation"]["artifactLocation"]
    assert artifact["uri"] == "infra/Pulumi.yaml"


def test_what_is_undecided_is_to_be_reviewed_and_for_github_an_alert() -> None:
    evidence = plain(result(status="undecided"))
    (found,) = run_of(evidence)["results"]
    assert (found["kind"], found["level"]) == ("review", "none")
    (alert,) = run_of(evidence, "code-scanning")["results"]
    assert "kind" not in alert
    assert alert["level"] == "error"
    assert alert["message"]["text"].startswith("Undecided: ")


def test_what_is_waived_is_a_suppressed_failure_and_for_github_nothing() -> None:
    evidence = plain(result(status="waived", waiver=ACCEPTED))
    (found,) = run_of(evidence)["results"]
    (suppression,) = found["suppressions"]
    assert (suppression["kind"], suppression["status"]) == ("external", "accepted")
    for word in ("w-1", "auditors", "team", "2026-06-30"):
        assert word in suppression["justification"]
    assert run_of(evidence, "code-scanning")["results"] == []


@pytest.mark.parametrize("name", ["sarif", "code-scanning"])
def test_what_passed_or_does_not_apply_is_no_result(name: str) -> None:
    evidence = plain(result(status="pass"), result(status="not_applicable"))
    run = run_of(evidence, name)
    assert run["results"] == []
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["rule-a", "rule-b"]


def test_an_advisory_failure_is_a_warning() -> None:
    (found,) = run_of(plain(result(level="advisory")))["results"]
    assert found["level"] == "warning"


@pytest.mark.parametrize(
    ("severity", "lowest", "highest"),
    [("critical", 9.0, 10.0), ("high", 7.0, 8.9), ("medium", 4.0, 6.9), ("low", 0.1, 3.9)],
)
def test_a_severity_is_a_score_in_the_range_that_github_calls_so(
    severity: str, lowest: float, highest: float
) -> None:
    rules = run_of(plain(result(severity=severity)))["tool"]["driver"]["rules"]
    assert lowest < float(rules[0]["properties"]["security-severity"]) <= highest
    assert "security-severity" not in rules[1]["properties"]


def test_a_rule_has_its_help_with_the_fix_and_the_requirements_it_serves() -> None:
    run = run_of(plain(result(fix='f("```")')))
    rule = run["tool"]["driver"]["rules"][0]
    assert "Because." in rule["help"]["text"]
    assert '````python\nf("```")\n````' in rule["help"]["markdown"]
    assert "PCI DSS v4.0.1 7.2.1: Title of 7.2.1" in rule["help"]["text"]
    targets = [relation["target"] for relation in rule["relationships"]]
    named = [
        run["taxonomies"][target["toolComponent"]["index"]]["taxa"][0]["id"] for target in targets
    ]
    assert [target["id"] for target in targets] == named == ["AC-3", "7.2.1"]


def test_a_fix_is_a_block_of_code() -> None:
    rule = run_of(plain(result(fix="\nx = 1\n")))["tool"]["driver"]["rules"][0]
    assert "\n\n```python\nx = 1\n```\n\n" in rule["help"]["markdown"]


def test_a_fingerprint_stays_where_a_line_moves_and_differs_at_one_line() -> None:
    def prints(evidence: Evidence) -> list[str]:
        return [
            found["partialFingerprints"]["primaryLocationLineHash"]
            for found in run_of(evidence, "code-scanning")["results"]
        ]

    both = (result(), result(resource=urn("archive")))
    looped = plain(*both, resources=(queue("orders"), queue("archive")))
    moved = replace(
        looped,
        resources=tuple(replace(e, location=Location("new.py", 99)) for e in looped.resources),
    )
    assert prints(looped) == prints(moved)
    assert len(set(prints(looped))) == 2


def test_github_gets_the_worst_that_it_shows_and_a_count_of_the_rest() -> None:
    many = [result(id=f"low-{n}", rule="rule-b", severity="low") for n in range(5_000)]
    run = run_of(plain(*many, result(severity="critical")), "code-scanning")
    assert len(run["results"]) == 5_000
    assert run["results"][0]["ruleId"] == "rule-a"
    notes = [
        each["message"]["text"] for each in run["invocations"][0]["toolExecutionNotifications"]
    ]
    assert any(note.startswith("1 open result of 5001 left out") for note in notes)
    assert len(run_of(plain(*many, result()))["results"]) == 5_001


def test_github_gets_no_file_of_more_than_ten_megabytes() -> None:
    many = [result(id=str(n), message="\U0001f600" * 4_000) for n in range(300)]
    text = formats()["code-scanning"][1](plain(*many))
    assert len(text) < 10_000_000
    assert "open results of 300 left out" in text


@given(evidences())
def test_no_message_links_and_every_index_is_right(evidence: Evidence) -> None:
    for name in ("sarif", "code-scanning"):
        run = run_of(evidence, name)
        rules = run["tool"]["driver"]["rules"]
        for found in run["results"]:
            assert rules[found["ruleIndex"]]["id"] == found["ruleId"]
            assert "](" not in found["message"]["text"].replace("\\](", "")
            assert found["message"]["text"]
        for rule in rules:
            for required in ("shortDescription", "fullDescription", "help"):
                assert rule[required]["text"].strip()
            assert len(rule["shortDescription"]["text"]) <= 1_024
            assert len(rule["fullDescription"]["text"]) <= 1_024
