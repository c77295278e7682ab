"""`junit.xml`: every rule as a test suite and every resource as a test, for a pipeline's test view.

By the schema of Jenkins' xUnit plugin (`junit-10.xsd`), the strictest of the readers. GitLab
reads a test by its class name and its name, takes the first of two with the same, and shows
no attribute of a failure (https://docs.gitlab.com/ci/testing/unit_test_reports): names are
made unique in their suite, and a failure says all in its text.

A test fails where the gate does: a mandatory result that failed or is undecided. An advisory
one passes, and says in its output what was found. A waived result and one that does not
apply are skipped, with the reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import Final

from compliance.evidence import Evidence, ResourceEntry, Result
from compliance.reports import report_format
from compliance.reports.characters import one_line, xml_characters
from compliance.reports.moments import utc_moment
from compliance.reports.places import place_of, resources_by_urn
from compliance.wording import MEANING, acceptance, name_of

_OPEN: Final = ("fail", "undecided")


@dataclass(frozen=True)
class _Test:
    """A test and what came of it: `outcome` is passed, failed or skipped; `said` may be empty."""

    name: str
    outcome: str
    severity: str
    said: str


@report_format("junit", "junit.xml")
def write_junit(evidence: Evidence) -> str:
    """The test suites, one for each rule that has results, in the order of their names."""
    ordered = sorted(evidence.results, key=lambda each: (each.rule, each.resource or ""))
    resources = resources_by_urn(evidence)
    suites = {
        rule: _tests(list(results), resources, evidence.subject.folder)
        for rule, results in groupby(ordered, key=lambda each: each.rule)
    }
    subject = evidence.subject
    every = [test for tests in suites.values() for test in tests]
    moment = utc_moment(subject.evaluated_at)
    counts = f' tests="{len(every)}" failures="{_count(every, "failed")}" errors="0"'
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f"<testsuites{_name(f'{subject.project} ({subject.stack})')}{counts}>",
    ]
    for rule, tests in suites.items():
        lines.extend(_suite(rule, tests, moment))
    return "\n".join([*lines, "</testsuites>", ""])


def _tests(
    results: list[Result], resources: Mapping[str, ResourceEntry], folder: str
) -> list[_Test]:
    """The tests of one rule, one for each resource; `results` are ordered by resource."""
    short = {urn: name_of(urn) for urn in dict.fromkeys(each.resource for each in results)}
    times = Counter(short.values())
    tests = []
    for urn, group in groupby(results, key=lambda each: each.resource):
        found = list(group)
        name = short[urn] if times[short[urn]] == 1 else urn or ""
        outcome, said = _outcome(found, resources, folder)
        tests.append(_Test(name, outcome, found[0].severity, said))
    return tests


def _outcome(
    found: list[Result], resources: Mapping[str, ResourceEntry], folder: str
) -> tuple[str, str]:
    still_open = [each for each in found if each.status in _OPEN]
    if still_open:
        said = [
            f"{place_of(each, resources, folder)}: {MEANING[each.status].short}: {each.message}"
            f"{f' ({each.waiver_note})' if each.waiver_note else ''}"
            for each in still_open
        ]
        mandatory = any(each.level == "mandatory" for each in still_open)
        fix = f"fix:\n{still_open[0].fix}"
        return ("failed", "\n".join([*said, fix])) if mandatory else (
            "passed", "\n".join(["advisory", *said, fix])
        )  # fmt: skip
    waived = [each for each in found if each.status == "waived"]
    if waived:
        return "skipped", "\n".join(f"{each.message}; {acceptance(each.waiver)}" for each in waived)
    if all(each.status == "not_applicable" for each in found):
        return "skipped", f"{MEANING['not_applicable'].short}: {found[0].message}"
    return "passed", ""


def _suite(rule: str, tests: list[_Test], moment: str | None) -> Iterator[str]:
    counts = (
        f' tests="{len(tests)}" failures="{_count(tests, "failed")}" errors="0"'
        f' skipped="{_count(tests, "skipped")}"'
    )
    timestamp = f' timestamp="{moment}"' if moment else ""
    yield f" <testsuite{_name(rule)}{counts}{timestamp}>"
    for test in tests:
        yield f'  <testcase classname="{_attribute(rule)}"{_name(test.name)}{_content(test)}'
    yield " </testsuite>"


def _content(test: _Test) -> str:
    if not test.said:
        return "/>"
    text = escape(xml_characters(test.said))
    if test.outcome == "passed":
        return f"><system-out>{text}</system-out></testcase>"
    message = _attribute(test.said.partition("\n")[0])
    if test.outcome == "skipped":
        return f'><skipped message="{message}">{text}</skipped></testcase>'
    return f'><failure type="{test.severity}" message="{message}">{text}</failure></testcase>'


def _count(tests: list[_Test], outcome: str) -> int:
    return sum(test.outcome == outcome for test in tests)


def _name(text: str) -> str:
    return f' name="{_attribute(text)}"'


def _attribute(text: str) -> str:
    return escape(one_line(text))
