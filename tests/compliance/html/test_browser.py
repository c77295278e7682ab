"""The page in a real Chromium: for the eye, the keyboard, a screen reader, and on paper."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from compliance.evidence import Evidence
from compliance.reports.html.anchors import control_anchor, resource_anchor, rule_anchor
from tests.compliance.html.chromium import Browser
from tests.compliance.html.example import ORDERS, REFUNDS, RESULTS, empty, many, result, shop
from tests.compliance.html.strategies import HOSTILE

Written = Callable[[Evidence], Path]
DESKTOP, PHONE = 1280, 390
CONTROL = control_anchor("PCI DSS", "v1", "3.5.1")
UNFOLD = "() => { for (const each of document.querySelectorAll('details')) each.open = true; }"
SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
SHOWN = """() => [...document.querySelectorAll('details.item')]
    .filter((each) => each.checkVisibility())
    .map((each) => each.querySelector('strong, h3').textContent)"""
SIZES = {"nothing": empty(), "a shop": shop(), "fifty": many(shop(), 50)}


def is_seen(anchor: str) -> str:
    """Whether a place is open to the eye and within the window."""
    return f"""() => {{
        const found = document.getElementById('{anchor}');
        const box = found.getBoundingClientRect();
        return found.checkVisibility({{contentVisibilityAuto: true}})
            && box.height > 0 && box.top >= 0 && box.top < innerHeight;
    }}"""


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_wrong_with_everything_unfolded(
    browser: Browser, page: Written, width: int, scheme: str
) -> None:
    visit = browser.visit(
        page(shop()), {"evaluate": UNFOLD}, {"axe": True}, width=width, scheme=scheme
    )
    assert visit.values[1] == []


@pytest.mark.parametrize("evidence", [empty(), many(shop(), 50)], ids=["nothing", "fifty"])
def test_axe_finds_nothing_wrong_with_the_page_as_it_opens(
    browser: Browser, page: Written, evidence: Evidence
) -> None:
    assert browser.visit(page(evidence), {"axe": True}).values[0] == []


@pytest.mark.parametrize("evidence", SIZES.values(), ids=SIZES.keys())
def test_on_a_phone_nothing_runs_out_sideways(
    browser: Browser, page: Written, evidence: Evidence
) -> None:
    visit = browser.visit(
        page(evidence), {"evaluate": SIDEWAYS}, {"evaluate": UNFOLD}, {"evaluate": SIDEWAYS},
        width=PHONE,
    )  # fmt: skip
    assert visit.values[0] == visit.values[2] == 0


def test_long_names_and_messages_do_not_run_out_of_the_page(
    browser: Browser, page: Written
) -> None:
    entries = tuple(replace(each, name=each.name * 40) for each in shop().resources)
    found = result("queue-encrypted", REFUNDS, "fail", "x" * 10_000, property_path="y" * 500)
    visit = browser.visit(
        page(replace(shop(), resources=entries, results=(*RESULTS, found))),
        {"evaluate": UNFOLD}, {"evaluate": SIDEWAYS}, width=PHONE,
    )  # fmt: skip
    assert visit.values[1] == 0


@pytest.mark.parametrize("javascript", [True, False])
def test_nothing_is_asked_of_the_network_and_nothing_goes_wrong(
    browser: Browser, page: Written, javascript: bool
) -> None:
    visit = browser.visit(page(shop()), javascript=javascript)
    assert visit.requests == ()
    assert visit.errors == ()


def test_hostile_texts_run_nothing_and_load_nothing(browser: Browser, page: Written) -> None:
    loading = "<img src=https://evil.example/x onerror=alert(1)>"
    entries = tuple(
        replace(each, name=text, stores=text, classification=text)
        for each, text in zip(shop().resources, (*HOSTILE, loading), strict=False)
    )
    found = tuple(
        result("queue-encrypted", REFUNDS, "fail", text, fix=text)
        for text in (*HOSTILE, loading)
        if "\ud800" not in text
    )
    visit = browser.visit(
        page(replace(shop(), resources=entries, results=found)),
        {"evaluate": "() => [document.scripts.length, document.images.length]"},
    )
    assert visit.values[0] == [1, 0]
    assert visit.requests == ()
    assert visit.errors == ()


@pytest.mark.parametrize(
    "anchor", [CONTROL, rule_anchor("queue-encrypted"), resource_anchor(ORDERS)]
)
@pytest.mark.parametrize("javascript", [True, False])
def test_a_link_from_outside_opens_what_it_leads_to(
    browser: Browser, page: Written, anchor: str, javascript: bool
) -> None:
    visit = browser.visit(
        page(shop()), {"evaluate": is_seen(anchor)}, fragment=f"#{anchor}", javascript=javascript
    )
    assert visit.values[0] is True


def test_a_link_opens_what_is_filtered_out(browser: Browser, page: Written) -> None:
    anchor = resource_anchor(ORDERS)
    visit = browser.visit(
        page(shop()),
        {"fill": ["#search", "function-runtime"]}, {"press": "Enter"}, {"evaluate": SHOWN},
        {"goto": f"#{anchor}"}, {"evaluate": is_seen(anchor)},
    )  # fmt: skip
    assert "orders" not in visit.values[2]
    assert visit.values[4] is True


def test_search_keeps_what_has_every_word_and_says_how_much(
    browser: Browser, page: Written
) -> None:
    said = "() => document.querySelector('.found').textContent"
    visit = browser.visit(
        page(shop()),
        {"fill": ["#search", "RESTORED data"]}, {"press": "Enter"}, {"evaluate": SHOWN},
        {"evaluate": said}, {"fill": ["#search", "no such thing"]}, {"press": "Enter"},
        {"evaluate": SHOWN}, {"press": "Escape"}, {"evaluate": said},
    )  # fmt: skip
    assert visit.values[2] == ["A1.2", "table-backup"]
    assert visit.values[3] == "2 of 32 match"
    assert visit.values[6] == []
    assert visit.values[8] == ""


def test_a_status_keeps_what_has_it(browser: Browser, page: Written) -> None:
    visit = browser.visit(
        page(shop()), {"choose": ["#only", "fail not_satisfied"]}, {"evaluate": SHOWN}
    )
    assert visit.values[1] == [
        "failed A queue encrypts its messages", "3.5.1", "queue-encrypted", "refunds",
    ]  # fmt: skip


def test_the_keyboard_reaches_everything(browser: Browser, page: Written) -> None:
    focused = "() => (document.activeElement.id || document.activeElement.textContent).trim()"
    opened = "() => document.activeElement.parentElement.open"
    to_controls = (
        "() => document.querySelector('#controls ~ details summary').focus({focusVisible: true})"
    )
    ring = "() => getComputedStyle(document.activeElement).outlineStyle"
    # The page takes some frames to follow a link, and then moves the focus.
    at_rest = (
        "() => new Promise((resolve) => { const rest = (frames) => frames ?"
        " requestAnimationFrame(() => rest(frames - 1)) : resolve(null); rest(5); })"
    )
    visit = browser.visit(
        page(shop()),
        {"press": "Tab"}, {"evaluate": focused}, {"press": "Enter"}, {"evaluate": at_rest},
        {"evaluate": focused}, {"press": "/"}, {"evaluate": focused},
        {"evaluate": to_controls}, {"evaluate": ring}, {"press": "Enter"}, {"evaluate": opened},
    )  # fmt: skip
    assert visit.values[1] == "Skip to the report"
    assert visit.values[4] == "main"
    assert visit.values[6] == "search"
    assert visit.values[8] == "solid"
    assert visit.values[10] is True


def test_a_node_of_the_picture_leads_to_its_resource(browser: Browser, page: Written) -> None:
    anchor = resource_anchor(REFUNDS)
    visit = browser.visit(
        page(shop()), {"click": f"svg a[href='#{anchor}']"}, {"evaluate": is_seen(anchor)}
    )
    assert visit.values[1] is True


def test_no_text_of_the_picture_runs_out_of_its_box(browser: Browser, page: Written) -> None:
    names = {"pay": "process-every-payment-transaction", "orders": "x" * 60}
    entries = tuple(
        replace(each, name=names.get(each.name, each.name)) for each in shop().resources
    )
    outside = """() => [...document.querySelectorAll('svg .node')].flatMap((node) => {
        const box = node.querySelector('.box').getBoundingClientRect();
        return [...node.querySelectorAll('text')].filter((text) => {
            const place = text.getBoundingClientRect();
            return place.right > box.right + 1 || place.bottom > box.bottom;
        }).map((text) => text.textContent);
    })"""
    visit = browser.visit(page(replace(shop(), resources=entries)), {"evaluate": outside})
    assert visit.values[0] == []


@pytest.mark.parametrize("javascript", [True, False])
def test_on_paper_everything_is_unfolded_and_controls_are_gone(
    browser: Browser, page: Written, javascript: bool
) -> None:
    hidden = """() => [...document.querySelectorAll('details > :not(summary)')]
        .filter((each) => !each.checkVisibility({contentVisibilityAuto: true})
            || !each.getBoundingClientRect().height).map((each) => each.outerHTML.slice(0, 80))"""
    tools = """() => ['.tools', '.contents', '.skip']
        .map((each) => document.querySelector(each).checkVisibility())"""
    visit = browser.visit(
        page(shop()), {"evaluate": hidden}, {"evaluate": tools}, {"pdf": True},
        media="print", javascript=javascript, scheme="dark",
    )  # fmt: skip
    assert visit.values[0] == []
    assert visit.values[1] == [False, False, False]
    text = "".join(visit.values[2].split())
    for wanted in _printed():
        assert "".join(wanted.split()) in text, wanted


def _printed() -> list[str]:
    evidence = shop()
    found: list[Any] = [each.message for each in evidence.results]
    found += [each.title for each in evidence.controls]
    found += [each.urn for each in evidence.resources]
    found += [each.id for each in evidence.results if each.status in ("fail", "undecided")]
    return [*found, "https://docs.aws.amazon.com/sqs/", "the key is made in May"]


def test_without_script_the_page_is_whole(browser: Browser, page: Written) -> None:
    seen = "() => [document.querySelector('.tools').checkVisibility(), document.body.innerText]"
    visit = browser.visit(page(shop()), {"evaluate": seen}, javascript=False)
    tools, text = visit.values[0]
    assert tools is False
    assert "sqsManagedSseEnabled is false" in text
