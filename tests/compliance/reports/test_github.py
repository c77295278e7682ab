"""Annotations for GitHub: commands that no text of a program can change or add to."""

from __future__ import annotations

import re

from hypothesis import given

from compliance.evidence import Evidence, Location
from compliance.reports import formats
from tests.compliance.reports.evidences import evidences, plain, queue, result

COMMAND = re.compile(r"::(error|warning|notice|debug)(?: ([^:]*))?::([^\r\n]*)")


def commands(evidence: Evidence) -> list[tuple[str, dict[str, str], str]]:
    """The commands as the runner reads them: by line, split at signs, then unescaped."""
    told = []
    for line in formats()["github"][1](evidence).splitlines():
        match = COMMAND.fullmatch(line)
        assert match, line
        kind, given_, message = match.groups()
        properties = dict(each.split("=", 1) for each in (given_ or "").split(",") if each)
        told.append(({name: undone(value) for name, value in properties.items()}, kind, message))
    return [(kind, properties, undone(message)) for properties, kind, message in told]


def undone(text: str) -> str:
    for escape, char in (("%2C", ","), ("%3A", ":"), ("%0A", "\n"), ("%0D", "\r"), ("%25", "%")):
        text = text.replace(escape, char)
    return text


def test_an_error_is_at_its_line_and_a_warning_is_advisory() -> None:
    error, warning, _ = commands(plain(result(), result(id="2", level="advisory")))
    assert error == (
        "error",
        {"file": "infra/queues.py", "line": "7", "title": "rule-a (high)"},
        "orders (sqs Queue) failed: it is public",
    )
    assert warning[0] == "warning"


def test_signs_in_a_file_name_and_a_message_are_themselves() -> None:
    evidence = plain(
        result(message="100%0A%25, a::b\n::error::c"),
        resources=(queue("orders", location=Location("a,b:c%.py", 3)),),
    )
    (_, properties, message), _ = commands(evidence)
    assert properties["file"] == "infra/a,b:c%.py"
    assert message.endswith("100%0A%25, a::b ::error::c")


def test_ten_of_a_kind_the_worst_and_a_count_of_the_rest() -> None:
    many = [result(id=str(n), severity="low") for n in range(12)]
    told = commands(plain(*many, result(rule="rule-b", severity="critical")))
    assert [kind for kind, _, _ in told].count("error") == 10
    assert told[0][1]["title"] == "rule-b (critical)"
    assert told[10][2] == "3 more findings: see the report"


def test_what_is_settled_is_not_shown() -> None:
    (told,) = commands(plain(result(status="pass"), result(status="waived", waiver={})))
    assert told[0] == "debug"


@given(evidences())
def test_every_line_is_one_command_of_ours(evidence: Evidence) -> None:
    told = commands(evidence)
    shown = [kind for kind, _, _ in told]
    for kind, level in (("error", "mandatory"), ("warning", "advisory")):
        waiting = [
            each
            for each in evidence.results
            if each.level == level and each.status in ("fail", "undecided")
        ]
        assert shown.count(kind) == min(10, len(waiting))
    for kind, properties, _ in told:
        if kind in ("error", "warning"):
            assert set(properties) <= {"file", "line", "title"}
