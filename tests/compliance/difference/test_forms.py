"""Text, Markdown and JSON of a difference: the same counts, nothing injected, never too long."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.difference import Difference, Section
from compliance.difference.compare import compare
from compliance.difference.entries import Reach, Turn
from compliance.difference.forms import FORMS
from compliance.difference.terminal import brief, brief_verdict
from compliance.difference.verdict import FailOn, fails
from compliance.evidence import Evidence
from compliance.terminal import console
from tests.compliance.difference.evidences import (
    HOSTILE,
    control,
    evidence,
    evidences,
    grant,
    result,
    urn_of,
)

SCHEMA = json.loads(
    Path(__file__).parents[3].joinpath("compliance", "difference.schema.json").read_text()
)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker())
fail_ons = st.sampled_from(FailOn)


def written(difference: Difference, form: str, fail_on: FailOn = FailOn.NEW) -> str:
    return FORMS[form][1](difference, fail_on)


def shown(text: str) -> str:
    """Markdown as its reader sees it."""
    return text.replace("\\", "").replace("&#8203;", "")


def screen(difference: Difference, fail_on: FailOn) -> str:
    terminal = console()
    with terminal.capture() as captured:
        terminal.print(brief(difference, fail_on))
    return captured.get()


def lists(markdown: str) -> dict[str, int]:
    """How many each list of the Markdown has, counted ones and those cut off included."""
    found: dict[str, int] = {}
    title = ""
    for line in markdown.splitlines():
        title = line.removeprefix("## ") if line.startswith("## ") else title
        counted = re.match(r"- \.\.\. and (\d+) more, in |- (\d+) of rule-", line)
        if line.startswith("- "):
            found[title] = found.get(title, 0) + int((counted[1] or counted[2]) if counted else 1)
    return found


TITLES = {
    "new": "New", "back": "Back: no longer waived", "changed": "Changed", "waived": "Waived now",
    "fixed": "Fixed", "unchanged": "Unchanged",
}  # fmt: skip


@given(evidences(), evidences(), fail_ons)
def test_text_markdown_and_json_agree_on_every_count(
    base: Evidence, head: Evidence, fail_on: FailOn
) -> None:
    difference = compare(base, head)
    data = json.loads(written(difference, "json", fail_on))
    counts = data["counts"]
    markdown, text = written(difference, "md", fail_on), written(difference, "text", fail_on)
    for section in Section:
        count = counts["findings"][section.value]
        assert count == sum(each["section"] == section.value for each in data["findings"])
        assert f"| {section.value} | {count} |" in markdown
        assert lists(markdown).get(TITLES[section.value], 0) == count
        if count or section is Section.UNCHANGED:
            assert f"{count} {section.value}" in text.splitlines()[-2]
        if section is not Section.UNCHANGED:
            heads = [line for line in text.splitlines() if line.startswith(f"{section.upper()}  ")]
            assert len(heads) == count
    for kinds, name, key in ((Turn, "resources", "turn"), (Reach, "grants", "reach")):
        for kind in kinds:
            count = counts[name][kind.value]
            assert count == sum(each[key] == kind.value for each in data[name])
            assert len(re.findall(rf"^    {kind.value}: ", text, re.MULTILINE)) == count
        assert lists(markdown).get(name.title(), 0) == len(data[name])
    assert counts["controls"] == len(data["controls"]) == lists(markdown).get("Controls", 0)
    assert counts["newly_blocking"] == sum(each["newly_blocks"] for each in data["findings"])
    assert data["fails"] is fails(difference, fail_on)


@given(evidences(), evidences(), fail_ons)
def test_the_json_is_valid_by_its_schema_and_has_no_field_that_the_schema_does_not_name(
    base: Evidence, head: Evidence, fail_on: FailOn
) -> None:
    data = json.loads(written(compare(base, head), "json", fail_on))
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    VALIDATOR.validate(data)
    assert list(unnamed(data, SCHEMA)) == []


def unnamed(data: Any, schema: Any, place: str = "$") -> Any:
    if "$ref" in schema:
        schema = SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]]
    if isinstance(data, dict) and "properties" in schema:
        for name, value in data.items():
            if name not in schema["properties"]:
                yield f"{place}.{name}"
            else:
                yield from unnamed(value, schema["properties"][name], f"{place}.{name}")
    elif isinstance(data, list):
        for value in data:
            yield from unnamed(value, schema["items"], f"{place}[]")


@pytest.mark.parametrize("missing", ["counts", "findings", "fails", "basis"])
def test_the_schema_is_one_and_refuses_what_is_no_difference(missing: str) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    data = json.loads(written(compare(evidence(), evidence()), "json"))
    assert VALIDATOR.is_valid(data)
    del data[missing]
    assert not VALIDATOR.is_valid(data)


@given(evidences(), evidences(), fail_ons)
def test_every_form_is_text_that_can_be_written(
    base: Evidence, head: Evidence, fail_on: FailOn
) -> None:
    difference = compare(base, head)
    for form in FORMS:
        text = written(difference, form, fail_on)
        assert text == written(difference, form, fail_on)
        assert text.encode()
        assert text.endswith("\n")
    assert screen(difference, fail_on).encode()


@given(evidences(), evidences())
def test_nothing_of_the_reports_is_markup_or_a_control_or_calls_a_person(
    base: Evidence, head: Evidence
) -> None:
    difference = compare(base, head)
    text, markdown = written(difference, "text"), written(difference, "md")
    assert not re.search(r"[^\n -~\u0080-\U0010ffff]", text + markdown)
    assert not any(line.startswith("::") for line in text.splitlines())
    theirs = markdown.removeprefix("<!-- compliance-difference -->")
    assert not re.search(r"(?<!\\)[<>\[\]`]", theirs)
    assert not re.search(r"@\w", markdown)


def many(count: int, message: str) -> Difference:
    """A difference with long lists everywhere, of texts that take much room when escaped."""
    new = [
        result(message=message, id=f"n:{number}", resource=urn_of(f"new-{number}-{message}"))
        for number in range(count)
    ]
    old = [replace(each, id=f"o:{each.id}", resource=urn_of(each.id)) for each in new]
    base = evidence(
        *old,
        controls=[control(f"{number} {message}") for number in range(count)],
        project=message,
        stack=message,
    )
    head = evidence(
        *new,
        controls=[control(f"{number} {message}", "undecided") for number in range(count)],
        grants=[grant(f"sqs:{message}", f"{message}{number}") for number in range(count)],
        project=message,
        stack=message * 2,
    )
    configuration = {f"{message}{number}": {message: number} for number in range(count)}
    widened = {name: {message: 0} for name in configuration}
    return compare(
        replace(base, pack=replace(base.pack, configuration=configuration)),
        replace(head, pack=replace(head.pack, configuration=widened, version=message)),
    )


@pytest.mark.parametrize("message", ["x", *HOSTILE, "@" * 2000, "*" * 2000, "\U0001f50d" * 2000])
@pytest.mark.parametrize("count", [1, 60, 200])
def test_the_markdown_always_fits_a_comment_and_keeps_its_counts(count: int, message: str) -> None:
    difference = many(count, message)
    markdown = written(difference, "md")
    assert len(markdown) <= 65_536
    assert len(markdown.encode()) <= 65_536
    assert len(markdown.encode("utf-16-le")) // 2 <= 65_536
    assert f"| new | {count} |" in markdown
    assert f"| fixed | {count} |" in markdown
    assert f"| grants added | {count} |" in markdown
    assert f"| controls with another status | {count} |" in markdown
    assert {lists(markdown).get(title, count) for title in ("New", "Grants", "Fixed")} == {count}
    assert markdown.startswith("<!-- compliance-difference -->\n# Compliance against the base: ")


def test_lists_that_do_not_fit_are_counted_at_the_end() -> None:
    markdown = written(many(60, "@" * 300), "md")
    left_out = re.search(r"^(\d+) more of these lists did not fit", markdown, re.MULTILINE)
    assert left_out
    there = set(lists(markdown))
    assert int(left_out[1]) == 6 - len(there)
    assert "New" in there


OLD, NEW = result("old"), result("new", message="fifo_queue is off here")
EXAMPLE = compare(
    evidence(OLD, result("waived", status="waived"), controls=[control()]),
    evidence(
        OLD, NEW, result("waived", status="fail"), controls=[control(status="not_satisfied")],
        grants=[grant("sqs:*", "*")], program_digest=f"sha256:{'5' * 64}",
    ),
)  # fmt: skip


@pytest.mark.parametrize("form", ["text", "md"])
def test_a_reader_sees_what_is_new_where_and_why(form: str) -> None:
    said = shown(written(EXAMPLE, form))
    for words in (
        "new (sqs Queue), __main__.py:7: fifo_queue is off here",
        "sqs-queue-fifo (high)",
        "was waived until 2026-12-01 by payments: old queue (waiver w-1)",
        "PCI 4 1.1 Queues: satisfied before, not satisfied now",
        "added: send (lambda Function): sqs:* on *",
        "2 mandatory findings are new.",
    ):
        assert words in said


def test_a_terminal_sees_a_few_lines_and_the_verdict_last() -> None:
    said = screen(EXAMPLE, FailOn.NEW).splitlines()
    assert said[0] == "NEW  sqs-queue-fifo (high)"
    assert said[-2].startswith("findings: 1 new, 1 back, 1 unchanged; 1 control changed status")
    assert said[-1] == "FAILED  against shop (dev): 2 mandatory findings are new."
    many_new = screen(many(30, "x"), FailOn.NEW)
    assert "... and 25 more, in difference.json" in many_new
    assert len(many_new.splitlines()) < 30


@pytest.mark.parametrize(
    ("difference", "fail_on", "words"),
    [
        (compare(evidence(OLD), evidence(OLD)), FailOn.NEW,
         "PASSED  against shop (dev): Nothing mandatory is new; 1 mandatory finding from before"),
        (compare(evidence(OLD), evidence(OLD)), FailOn.ANY,
         "FAILED  against shop (dev): 1 mandatory failed, 0 mandatory undecided; 0 of them are"),
        (compare(evidence(OLD), evidence()), FailOn.ANY,
         "PASSED  against shop (dev): Nothing mandatory is new."),
        (EXAMPLE, FailOn.NEVER, "COMPARED  against shop (dev): 2 mandatory findings are new."),
    ],
)  # fmt: skip
def test_the_verdict_says_why(difference: Difference, fail_on: FailOn, words: str) -> None:
    assert brief_verdict(difference, fail_on).plain.startswith(words)


def test_what_came_from_the_rules_is_said_first() -> None:
    base, head = evidence(OLD), evidence(OLD, NEW, stack="prod")
    difference = compare(base, replace(head, pack=replace(head.pack, version="2")))
    first, second, third = written(difference, "text").splitlines()[:3]
    assert first == "note: the stack is not the same: dev in the base, prod in the head"
    assert "a difference may come from them and not from the program" in second
    assert third == "note: pack version: 1 in the base, 2 in the head"
    assert "## What differs beside the program" in written(difference, "md")
