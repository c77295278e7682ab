"""The pages in docs/rules/: one for each rule, and never older than the rule."""

from __future__ import annotations

import re
from pathlib import Path

from payment_guardrails.rules import registered

from compliance.rule_documents import documents, write

DOCS = Path(__file__).parents[2] / "docs" / "rules"


def test_the_pages_are_those_of_the_rules_as_they_are() -> None:
    written = {file.name: file.read_text("utf-8") for file in DOCS.glob("*.md")}

    assert written == documents(registered()), "run `make docs`"


def test_a_page_tells_all_that_a_reader_needs() -> None:
    page = documents(registered())["sqs-queue-dead-letter.md"]

    assert page.startswith("# sqs-queue-dead-letter\n\n**")
    assert re.findall(r"^## (.+)$", page, re.MULTILINE) == [
        "Why",
        "Judges",
        "Fix",
        "Options",
        "Serves",
    ]
    assert "- `aws:sqs/queue:Queue`" in page
    assert "NIST SP 800-53" in page


def test_every_link_of_the_list_has_its_page() -> None:
    pages = documents(registered())
    linked = re.findall(r"\]\(([^)]+)\)", pages["README.md"])

    assert sorted(linked) == sorted(set(pages) - {"README.md"})


def test_a_page_of_a_rule_that_is_no_more_is_removed(tmp_path: Path) -> None:
    (tmp_path / "old-rule.md").write_text("# old-rule\n")

    write(tmp_path)

    assert {file.name for file in tmp_path.iterdir()} == set(documents(registered()))
