"""OSCAL: what is claimed of a control, and that everything named is there.

That the documents are valid is for `make validate`, by compliance-trestle.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from compliance.evidence import AttestationEntry, Evidence
from compliance.reports import formats
from tests.compliance.reports.evidences import (
    DIGEST,
    control,
    evidences,
    plain,
    queue,
    result,
    urn,
)

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
WAIVER = {
    "id": "w-1", "reason": "auditors", "owner": "team", "expires": "2026-06-30", "ticket": "T-1",
}  # fmt: skip


def results_of(evidence: Evidence) -> dict[str, Any]:
    document = json.loads(formats()["oscal"][1](evidence))["assessment-results"]
    assert isinstance(document, dict)
    return document


def evaluation(evidence: Evidence) -> dict[str, Any]:
    (only,) = results_of(evidence)["results"]
    assert isinstance(only, dict)
    return only


def definition(evidence: Evidence) -> dict[str, Any]:
    document = json.loads(formats()["oscal-component"][1](evidence))["component-definition"]
    assert isinstance(document, dict)
    return document


def values(thing: dict[str, Any]) -> dict[str, str]:
    return {prop["name"]: prop["value"] for prop in thing["props"]}


def every(data: Any, name: str) -> Iterator[Any]:
    """Every value by this name, anywhere."""
    if isinstance(data, dict):
        for key, value in data.items():
            if key == name:
                yield value
            yield from every(value, name)
    elif isinstance(data, list):
        for each in data:
            yield from every(each, name)


def test_an_observation_says_what_was_seen_on_what_by_which_rule_and_when() -> None:
    found = evaluation(plain(result()))
    (observation,) = found["observations"]
    assert observation["description"] == "it is public"
    assert observation["methods"] == ["TEST"]
    assert observation["collected"] == "2026-01-31T10:20:30Z"
    told = values(observation)
    assert (told["result"], told["rule"], told["property"]) == ("fail", "rule-a", "policy")
    (item,) = found["local-definitions"]["inventory-items"]
    assert observation["subjects"][0]["subject-uuid"] == item["uuid"]
    assert values(item)["asset-id"] == urn("orders")
    (evidence,) = observation["relevant-evidence"]
    assert "infra/queues.py:7" in evidence["description"]
    assert DIGEST in evidence["description"]


def test_the_same_result_twice_is_two_observations() -> None:
    first, second = evaluation(plain(result(), result()))["observations"]
    assert first["uuid"] != second["uuid"]


def test_what_does_not_apply_is_not_observed() -> None:
    assert "observations" not in evaluation(plain(result(status="not_applicable")))


def test_a_result_on_the_stack_is_about_the_program() -> None:
    found = evaluation(plain(result(resource=None)))
    program = found["local-definitions"]["components"][0]
    subject = found["observations"][0]["subjects"][0]
    assert (subject["type"], subject["subject-uuid"]) == ("component", program["uuid"])


@pytest.mark.parametrize(
    ("status", "state", "reason"),
    [
        ("satisfied", "satisfied", "pass"),
        ("not_satisfied", "not-satisfied", "fail"),
        ("undecided", "not-satisfied", "other"),
        ("waived", "not-satisfied", "other"),
        ("not_tested", "not-satisfied", "other"),
    ],
)
def test_only_what_is_shown_is_satisfied(status: str, state: str, reason: str) -> None:
    one = control("NIST SP 800-53", "AC-2(1)", ("rule-a",), status=status)
    (finding,) = evaluation(plain(controls=(one,)))["findings"]
    assert finding["target"]["status"]["state"] == state
    assert finding["target"]["status"]["reason"] == reason
    assert values(finding)["control-status"] == status


def test_a_finding_is_about_an_objective_that_says_what_rules_test_and_what_not() -> None:
    one = control("NIST SP 800-53", "AC-3", ("rule-a",), kind="partial", note="Not of people.")
    document = results_of(plain(result(status="pass"), controls=(one,)))
    (finding,) = document["results"][0]["findings"]
    (objective,) = document["local-definitions"]["objectives-and-methods"]
    (part,) = objective["parts"]
    assert objective["control-id"] == "ac-3"
    assert finding["target"]["target-id"] == part["id"]
    assert "A holds" in part["prose"]
    assert "Not of people." in part["prose"]
    assert "Not of people." in finding["description"]


def test_a_control_for_a_person_has_no_finding_and_its_attestation_is_told() -> None:
    manual = control("PCI DSS", "12.1", (), kind="manual", status="manual")
    statement = AttestationEntry(
        "PCI DSS", "12.1", "valid", "", "We have a policy.", "ciso", "2026-01-01", "2027-01-01",
        "policy.pdf", DIGEST, 3,
    )  # fmt: skip
    found = evaluation(plain(controls=(manual,), attestations=(statement,)))
    assert "findings" not in found
    assert found["reviewed-controls"]["remarks"].startswith("1 further control not reviewed")
    (part,) = found["attestations"][0]["parts"]
    assert part["prose"] == "We have a policy."
    assert values(part)["owner"] == "ciso"
    assert "control-implementations" not in definition(plain(controls=(manual,)))["components"][0]


def test_a_waived_failure_is_an_approved_deviation_until_its_last_day() -> None:
    (risk,) = evaluation(plain(result(status="waived", waiver=WAIVER)))["risks"]
    assert risk["status"] == "deviation-approved"
    assert risk["deadline"] == "2026-06-30T23:59:59Z"
    assert values(risk)["waiver-owner"] == "team"
    assert "auditors" in risk["statement"]


def test_a_failure_is_an_open_risk_of_its_rule_with_the_fix() -> None:
    found = evaluation(
        plain(result(), result(id="2", resource=None), result(id="3", status="undecided"))
    )
    (risk,) = found["risks"]
    assert risk["status"] == "open"
    assert len(risk["related-observations"]) == 2
    assert risk["remediations"][0]["description"] == "aws.sqs.Queue(...)"
    assert found["findings"][0]["related-risks"] == [{"risk-uuid": risk["uuid"]}]


def test_nist_controls_are_those_of_its_catalog_and_others_say_that_there_is_none() -> None:
    document = definition(plain())
    nist, pci = document["components"][0]["control-implementations"]
    assert nist["source"].endswith("NIST_SP-800-53_rev5_catalog.json")
    assert nist["implemented-requirements"][0]["control-id"] == "ac-3"
    (resource,) = document["back-matter"]["resources"]
    assert pci["source"] == f"#{resource['uuid']}"
    assert pci["implemented-requirements"][0]["control-id"] == "pci-dss-v4.0.1-7.2.1"


@pytest.mark.parametrize(("id_", "in_catalog"), [("AC-3", "ac-3"), ("AC-2(11)", "ac-2.11")])
def test_an_enhancement_has_the_id_of_nists_catalog(id_: str, in_catalog: str) -> None:
    one = control("NIST SP 800-53", id_, ("rule-a",))
    (implementation,) = definition(plain(controls=(one,)))["components"][0][
        "control-implementations"
    ]
    assert implementation["implemented-requirements"][0]["control-id"] == in_catalog


@pytest.mark.parametrize(
    ("kind", "status", "claimed"),
    [
        ("automated", "satisfied", "implemented"),
        ("partial", "satisfied", "partial"),
        ("automated", "waived", "partial"),
        ("automated", "not_satisfied", None),
        ("automated", "undecided", None),
        ("automated", "not_tested", None),
    ],
)
def test_a_component_claims_no_more_than_is_shown(
    kind: str, status: str, claimed: str | None
) -> None:
    one = control("PCI DSS", "7.2.1", ("rule-a",), kind=kind, status=status)
    component = definition(plain(controls=(one,)))["components"][0]
    (requirement,) = component["control-implementations"][0]["implemented-requirements"]
    assert values(requirement).get("implementation-status") == claimed


def test_the_same_thing_has_the_same_name_in_another_run_and_a_document_its_own() -> None:
    before, after = plain(result()), plain(result(status="pass"))
    assert formats()["oscal"][1](before) == formats()["oscal"][1](plain(result()))
    assert results_of(before)["uuid"] != results_of(after)["uuid"]
    for one, other in (
        (evaluation(before)["observations"][0], evaluation(after)["observations"][0]),
        (evaluation(before)["findings"][0], evaluation(after)["findings"][0]),
    ):
        assert one["uuid"] == other["uuid"]
    elsewhere = replace(before, subject=replace(before.subject, stack="prod"))
    first, second = (evaluation(each)["observations"][0] for each in (before, elsewhere))
    assert first["uuid"] != second["uuid"]


def test_without_a_moment_the_date_judged_on_is_the_time() -> None:
    evidence = plain(result())
    undated = replace(evidence, subject=replace(evidence.subject, evaluated_at=None))
    document = results_of(undated)
    assert document["metadata"]["last-modified"] == "2026-01-31T00:00:00Z"
    assert document["results"][0]["observations"][0]["collected"] == "2026-01-31T00:00:00Z"


def test_many_resources_are_one_risk_that_names_some() -> None:
    names = [f"q{number}" for number in range(25)]
    found = [result(id=name, resource=urn(name)) for name in names]
    (risk,) = evaluation(plain(*found, resources=tuple(map(queue, names))))["risks"]
    assert "- 5 more" in risk["description"]


@given(evidences())
def test_every_uuid_is_of_version_five_and_is_given_once_and_every_name_is_there(
    evidence: Evidence,
) -> None:
    document = results_of(evidence)
    given_ = list(every(document, "uuid"))
    assert all(UUID.fullmatch(each) for each in given_)
    assert len(given_) == len(set(given_))
    for name in ("subject-uuid", "actor-uuid", "observation-uuid", "risk-uuid", "component-uuid"):
        assert set(every(document, name)) <= set(given_)
    parts = {each["id"] for each in every(document, "parts") for each in each if "id" in each}
    assert set(every(document, "target-id")) <= parts
    assert set(every(document, "objective-id")) <= parts
    assert document["import-ap"]["href"][1:] in given_


@given(evidences())
def test_no_list_is_empty_and_no_text_is(evidence: Evidence) -> None:
    def check(data: Any) -> None:
        assert data not in ("", [])
        for each in data.values() if isinstance(data, dict) else data:
            if isinstance(each, dict | list):
                check(each)
            else:
                assert each != ""

    check(results_of(evidence))
    check(definition(evidence))
