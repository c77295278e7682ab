"""The page as a document: whole, at one with itself, and nothing else's: nothing gets in or out."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given

from compliance.evidence import Evidence
from compliance.reports import formats
from compliance.reports.html.anchors import (
    control_anchor,
    finding_anchor,
    resource_anchor,
    rule_anchor,
)
from tests.compliance.html.document import Element, document, page_of
from tests.compliance.html.example import ORDERS, REFUNDS, RESULTS, empty, many, result, shop
from tests.compliance.html.strategies import evidences

SIZES = {"nothing": empty(), "a shop": shop(), "many shops": many(shop(), 100)}


@pytest.fixture(params=list(SIZES.values()), ids=list(SIZES), scope="module")
def evidence(request: pytest.FixtureRequest) -> Evidence:
    found: Evidence = request.param
    return found


def test_every_link_leads_to_one_place_of_the_page(evidence: Evidence) -> None:
    root = page_of(evidence)
    ids = Counter(each.attributes["id"] for each in root.all() if "id" in each.attributes)
    assert [name for name, count in ids.items() if count > 1] == []
    within = {link[1:] for link in root.links if link.startswith("#")}
    assert within - set(ids) == set()
    assert len(within) > 10


def test_there_is_a_section_to_link_to_for_every_control_rule_resource_and_finding() -> None:
    root, evidence = page_of(shop()), shop()
    for control in evidence.controls:
        found = root.by_id(control_anchor(control.framework, control.version, control.id))
        assert found.text
    for card in evidence.rules:
        assert card.rationale.split()[0] in root.by_id(rule_anchor(card.name)).text
    for entry in evidence.resources:
        assert entry.urn in root.by_id(resource_anchor(entry.urn)).text
    for each in evidence.results:
        if each.status in ("fail", "undecided", "waived"):
            assert each.message in root.by_id(finding_anchor(each.id)).text


def test_anchors_do_not_depend_on_what_else_is_in_the_report() -> None:
    wanted = {each.attributes.get("id") for each in page_of(shop()).all()}
    kept = {each for each in wanted if each and each.startswith(("rule-", "control-"))}
    assert kept <= {each.attributes.get("id") for each in page_of(many(shop(), 100)).all()}


def test_every_result_is_on_the_page_with_what_was_seen() -> None:
    root = page_of(shop())
    for each in RESULTS:
        place = root.by_id(resource_anchor(each.resource or ""))
        assert each.rule in place.text
        assert each.message in place.text


def test_in_a_large_report_what_was_seen_stands_once_at_its_resource(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("compliance.reports.html.page.MOST_REPEATED", 50)
    large = many(shop(), 100)
    root = page_of(large)
    one = next(each for each in large.results if each.message.startswith("python3.13"))
    assert one.message in root.by_id(resource_anchor(one.resource or "")).text
    assert one.message not in root.by_id(rule_anchor(one.rule)).text
    assert "of aws:lambda/function:Function" in root.by_id(rule_anchor(one.rule)).text
    failed = root.by_id(control_anchor("PCI DSS", "v1", "3.5.1"))
    assert "sqsManagedSseEnabled is false" in failed.text


@given(evidences())
def test_any_evidence_makes_a_whole_page_and_nothing_gets_out_of_its_place(
    evidence: Evidence,
) -> None:
    text = formats()["html"][1](evidence)
    assert text == formats()["html"][1](evidence)
    assert text.encode()
    root = document(text)
    assert len(root.all("script")) == len(root.all("style")) == 1
    assert not [name for each in root.all() for name in each.attributes if name.startswith("on")]
    assert not [each for each in root.all() if "style" in each.attributes]
    assert all(link.startswith(("#", "https://")) for link in root.links)
    ids = [each.attributes["id"] for each in root.all() if "id" in each.attributes]
    assert all(re.fullmatch("[a-z0-9-]+", each) for each in ids)
    assert {link[1:] for link in root.links if link.startswith("#")} <= set(ids)


def test_two_names_that_look_alike_have_sections_of_their_own() -> None:
    twins = [ORDERS, ORDERS.replace("orders", "Orders"), ORDERS + "-", ORDERS.replace("::", ":: ")]
    assert len({resource_anchor(urn) for urn in twins}) == len(twins)
    assert control_anchor("F", "1", "3.5.1") != control_anchor("F", "1", "3-5-1")
    assert rule_anchor("a b") != rule_anchor("a-b")


def test_a_finding_is_shown_with_its_place_its_property_its_mending_and_its_id() -> None:
    [failed] = [each for each in RESULTS if each.status == "fail"]
    [item] = [each for each in page_of(shop()).all("details") if failed.id in each.text]
    for word in (
        "A queue encrypts its messages", "critical", "mandatory", "refunds (sqs Queue)",
        "sqsManagedSseEnabled is false", "__main__.py:40", "PCI DSS 3.5.1",
        'aws.sqs.Queue("refunds", sqs_managed_sse_enabled=True)',
    ):  # fmt: skip
        assert word in item.text


def test_findings_come_gravest_first_and_are_counted_where_the_page_begins() -> None:
    root = page_of(shop())
    titles = [each.all("h3")[0].text for each in root.all("details", class_="finding")]
    assert titles == [
        "failed A queue encrypts its messages",
        "undecided A policy names what it allows",
    ]
    tiles = root.all("dl", class_="tiles")[0].text
    for word in ("mandatory findings1", "advisory findings1", "resources tested15 of 16"):
        assert word in tiles


def test_a_secret_shaped_or_huge_message_is_shown_as_it_is_in_the_evidence() -> None:
    message = "x" * 10_000
    evidence = replace(shop(), results=(result("queue-encrypted", REFUNDS, "fail", message),))
    assert message in page_of(evidence).by_id(resource_anchor(REFUNDS)).text


def test_the_policy_of_the_page_allows_its_own_style_and_script_and_nothing_else() -> None:
    root = page_of(shop())
    [policy] = [
        each.attributes["content"]
        for each in root.all("meta")
        if each.attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    directives = dict(each.strip().split(" ", 1) for each in policy.split(";"))
    assert (
        directives["default-src"] == directives["base-uri"] == directives["form-action"] == "'none'"
    )
    for tag in ("style", "script"):
        assert directives[f"{tag}-src"] == f"'sha256-{_digest(root.all(tag)[0])}'"


def _digest(element: Element) -> str:
    text = "".join(each for each in element.content if isinstance(each, str))
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def test_an_address_in_a_rules_words_is_a_link_that_can_be_read() -> None:
    place = page_of(shop()).by_id(rule_anchor("queue-encrypted"))
    [link] = [each for each in place.all("a") if each.attributes["href"].startswith("https")]
    assert link.text == link.attributes["href"] == "https://docs.aws.amazon.com/sqs/"
    assert "sqsManagedSseEnabled" in [each.text for each in place.all("code")]


def test_an_address_in_a_message_is_no_link() -> None:
    found = result("queue-encrypted", REFUNDS, "fail", "see https://evil.example/")
    root = page_of(replace(shop(), results=(found,)))
    assert "https://evil.example/" in root.text
    assert not [link for link in root.links if "evil" in link]


def test_what_rules_changed_is_shown_and_linked_to_only_where_they_did() -> None:
    root = page_of(shop())
    assert "#remediations" in root.links
    [changes] = [
        each for each in root.all("section") if each.attributes["aria-labelledby"] == "remediations"
    ]
    cells = [each.text for each in changes.all("td")]
    assert cells == ["stage-logs", "live (apigateway Stage)", "xrayTracingEnabled", "false", "true"]
    assert "#remediations" not in page_of(replace(shop(), remediations=())).links


def test_every_word_that_an_outsider_needs_is_explained() -> None:
    words = {each.text for each in page_of(empty()).by_id("glossary-words").all("dt")}
    assert {"stack", "rule", "control", "waiver", "undecided", "URN", "Pulumi"} <= words
