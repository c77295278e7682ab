"""An auditor's questions, answered from the text of the page alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.compliance.html.document import Element, page_of
from tests.compliance.html.example import DEAD, ORDERS, PAY, REFUNDS, REPORT, empty, shop


@pytest.fixture(scope="module")
def root() -> Element:
    return page_of(shop())


def section(root: Element, title: str) -> Element:
    [found] = [
        each for each in root.all("section") if each.attributes.get("aria-labelledby") == title
    ]
    return found


def row(place: Element, name: str) -> list[str]:
    """The cells of the row that is headed by a name."""
    [found] = [
        each
        for each in place.all("tr")
        if each.all("th") and each.all("th")[0].text.startswith(name)
    ]
    return [each.text for each in found.all("td")]


def test_which_resources_hold_payment_data(root: Element) -> None:
    short = root.by_id("answer-data").text
    assert "Declared as payment: orders (dynamodb Table), refunds-dead (sqs Queue)." in short
    assert "payment data in them is not ruled out: report (cloudwatch LogGroup), refunds" in short
    data = section(root, "data")
    assert row(data, "orders (dynamodb Table)")[:2] == ["items", "payment"]
    assert row(data, "refunds-dead")[:2] == ["messages", "payment"]
    assert row(data, "refunds (sqs Queue)")[:2] == ["messages", "none declared"]


def test_payment_data_comes_before_other_classes() -> None:
    entries = tuple(
        replace(each, classification={ORDERS: "payment", DEAD: "credentials"}.get(each.urn, ""))
        for each in shop().resources
    )
    short = page_of(replace(shop(), resources=entries)).by_id("answer-data").text
    assert short.index("payment") < short.index("credentials") < short.index("no declared class")


def test_who_can_read_them(root: Element) -> None:
    short = root.by_id("answer-readers").text
    assert "payment: pay (lambda Function)." in short
    assert "No declared class: report (lambda Function)." in short
    assert "Not all grants of 1 principal could be told." in short
    assert "People, other stacks and other accounts are not seen" in short
    data = section(root, "data")
    [_, _, readers, changers] = row(data, "orders (dynamodb Table)")
    assert readers == (
        "pay (lambda Function) dynamodb:GetItem under a condition never used in its tests"
    )
    assert changers == "pay (lambda Function) dynamodb:PutItem"
    assert row(data, "refunds-dead")[2] == "nobody of this stack, by the known grants"
    assert "People, administrators of the account" in data.text


def test_who_may_do_what_action_by_action(root: Element) -> None:
    access = section(root, "access")
    assert row(access, "orders (dynamodb Table)") == ["read, write", ""]
    assert row(access, "refunds (sqs Queue)") == ["write", "read"]
    assert row(access, "arn:aws:logs:*") == ["", "write"]
    assert row(access, "dynamodb:GetItem")[0] == "read, under a condition, never used in its tests"
    assert row(access, "sqs:ReceiveMessage") == ["read, used by AWS itself", ""]
    assert row(access, "logs:PutLogEvents") == ["", "write, use not recorded"]
    assert "Not complete. Not all grants of these could be told" in access.text
    [through] = [each for each in access.all("p") if each.text == "Through pay (iam Role)."]
    assert through.links


def test_which_controls_are_tested_and_how(root: Element) -> None:
    short = root.by_id("answer-controls").text
    assert "4 of 7 controls have automated evidence" in short
    assert "PCI DSS v1: 1 satisfied, 1 not satisfied, 1 undecided, 1 waived, 1 attested." in short
    [item] = [
        each
        for each in section(root, "controls").all("details")
        if each.all("summary")[0].text.startswith("3.5.1")
    ]
    for word in (
        "not satisfied", "partial", "Copies elsewhere are not tested.", "queue-encrypted",
        "A queue encrypts its messages", "refunds-dead (sqs Queue)",
        "sqsManagedSseEnabled is false",
        "waived until 2026-03-10 by platform@shop.example: the key is made in May",
        "the cloud vendor's or Pulumi's published mapping",
    ):  # fmt: skip
        assert word in item.text


def test_the_heat_map_has_every_control_with_its_status_in_words(root: Element) -> None:
    cells = [each.text for each in section(root, "heat-map").all("a", class_="cell")]
    assert cells == [
        "3.5.1 Stored card numbers are unreadable: not satisfied, partial",
        "3.6.1 Keys are protected: waived",
        "7.2.1 Access is what a job needs: undecided, partial",
        "7.2.4 Access is reviewed: attested",
        "10.2.1 Accesses are logged: satisfied",
        "A1.2 Data can be restored: not tested",
        "CC1.1 There is a code of conduct: manual",
    ]
    families = [each.text for each in section(root, "heat-map").all("th", scope="row")]
    assert families == ["3", "7", "10", "A1", "CC1"]


def test_what_is_accepted_until_when_and_by_whom(root: Element) -> None:
    short = root.by_id("answer-exceptions").text
    assert "w-1 by platform@shop.example until 2026-03-10 (expiring)" in short
    assert "1 of 2 statements by people count" in short
    exceptions = section(root, "exceptions")
    waiver = row(exceptions, "w-1")
    assert waiver[:4] == [
        "expiringit expires in 9 days", "platform@shop.example", "2026-03-10",
        "the key is made in May (SHOP-7)",
    ]  # fmt: skip
    assert ORDERS in waiver[4]
    assert "compliance/waivers.yaml, digest sha256:" in exceptions.text


def test_who_answers_for_a_manual_control(root: Element) -> None:
    stated = row(section(root, "exceptions"), "PCI DSS 7.2.4")
    assert stated == [
        "valid", "ciso@shop.example", "2026-01-15", "2026-07-15", "Reviewed by the access board.",
        "evidence/review.pdf",
    ]  # fmt: skip
    [answered, expired] = [
        each.text
        for each in section(root, "controls").all("details")
        if each.all("summary")[0].text.startswith(("7.2.4", "CC1.1"))
    ]
    assert "Stated by ciso@shop.example on 2026-01-15, valid until 2026-07-15." in answered
    assert "evidence/review.pdf" in answered
    assert "expired does not count: it expired 30 days ago" in expired


def test_what_nobody_tested(root: Element) -> None:
    short = root.by_id("answer-gaps").text
    for word in (
        "1 manual control without a statement that counts", "1 control for which there was nothing",
        "1 resource that no rule is for", "a part of each of 2 controls",
    ):  # fmt: skip
        assert word in short
    gaps = section(root, "gaps").text
    for word in (
        "SOC 2 CC1.1", "Records of the review.", "SOC 2 A1.2", "People's access is not tested.",
        "island (ec2 Vpc)", "table-backup", "tags-present", "report (lambda Function)",
        "the account id is not known offline",
    ):  # fmt: skip
        assert word in gaps
    assert "7.2.4" not in gaps


def test_a_page_without_grants_says_that_it_cannot_say() -> None:
    root = page_of(replace(shop(), grants=(), grants_incomplete=()))
    assert "holds no grants" in root.by_id("answer-readers").text
    assert "This evidence holds no grants" in section(root, "access").text
    assert row(section(root, "data"), "orders")[2] == "not known: no grants in this evidence"


def test_a_page_of_nothing_claims_nothing() -> None:
    root = page_of(empty())
    assert "That is not proof that there is none." in root.by_id("answer-data").text
    assert "cannot say who reads it" in root.by_id("answer-readers").text
    assert "0 of 0 controls" in root.by_id("answer-controls").text
    assert "there is no waiver" in root.by_id("answer-exceptions").text
    assert not root.all("svg", role="group")


def _said(node: Element) -> list[str]:
    return [each.text for each in node.all("text")]


def test_the_picture_says_in_text_what_it_draws(root: Element) -> None:
    place = section(root, "architecture")
    nodes = [" ".join(_said(each)) for each in place.all("a", class_="node")]
    assert nodes == [
        "API shop 1 passed +2", "table orders 1 waived", "function pay 2 passed +3",
        "function report 1 undecided +3", "queue refunds 1 failed", "queue refunds-dead 1 passed",
    ]  # fmt: skip
    table = place.all("table")[0]
    assert row(table, "pay")[1] == "reads and writes orders; sends to refunds"
    assert row(table, "shop")[1] == "calls pay"
    assert row(table, "refunds queue")[1] == "triggers report; sends what fails to refunds-dead"
    folded = row(table, "pay")[2]
    for name in ("pay (iam Role)", "pay (iam Policy)", "pay (iam RolePolicyAttachment)"):
        assert name in folded
    beside = place.all("ul", class_="chips")[0].text
    assert "logs (kms Key)" in beside
    assert "island (ec2 Vpc)" in beside
    assert {PAY, REPORT, REFUNDS, ORDERS, DEAD} <= {each.urn for each in shop().resources}
