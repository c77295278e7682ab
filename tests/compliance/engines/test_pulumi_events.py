"""The engine's event log as the gate reads it, and what it makes of a log that disagrees."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from payment_guardrails import PACK_NAME
from payment_guardrails.configuration import WAIVERS
from payment_guardrails.finding import Finding, Status
from payment_guardrails.record import Record
from payment_guardrails.rules import registered

from compliance.engines.engine import EngineError
from compliance.engines.pulumi.events import confirm, read_log
from compliance.engines.pulumi.failures import explained

GROUP = "urn:pulumi:dev::shop::aws:cloudwatch/logGroup:LogGroup::group"
QUEUE = "urn:pulumi:dev::shop::aws:sqs/queue:Queue::queue"
RETENTION, FIFO = "logs-group-retention", "sqs-queue-fifo"


def violation(rule: str, urn: str, level: str = "mandatory", pack: str = PACK_NAME) -> Any:
    event = {"policyName": rule, "policyPackName": pack, "resourceUrn": urn}
    return {"policyEvent": {**event, "enforcementLevel": level}}


def summary(urn: str, pack: str = PACK_NAME, **lists: list[str]) -> Any:
    return {"policyAnalyzeSummaryEvent": {"policyPackName": pack, "resourceUrn": urn, **lists}}


def stack_summary(**lists: list[str]) -> Any:
    return {"policyAnalyzeStackSummaryEvent": {"policyPackName": PACK_NAME, **lists}}


ALL_PASSED = [summary(GROUP, passed=[RETENTION]), stack_summary(passed=[FIFO])]


def log_file(folder: Path, *events: Any) -> Path:
    file = folder / "events.jsonl"
    file.write_text("".join(f"{json.dumps({'sequence': 1, **event})}\n" for event in events))
    return file


def record(folder: Path, findings: Mapping[str, list[Finding]]) -> Record:
    return Record(folder / "record.json", findings=dict(findings))


def passing(folder: Path) -> Record:
    return record(
        folder,
        {
            RETENTION: [Finding(Status.PASS, GROUP, "7")],
            FIFO: [Finding(Status.PASS, QUEUE, "FIFO")],
        },
    )


def test_a_log_that_agrees_with_the_record_is_evidence(tmp_path: Path) -> None:
    log = read_log(log_file(tmp_path, *ALL_PASSED))

    assert log.complete
    assert log.mandatory == 0
    confirm(passing(tmp_path), log, registered())


def test_a_finding_of_a_record_must_be_a_violation_in_the_log(tmp_path: Path) -> None:
    failing = record(
        tmp_path,
        {
            RETENTION: [Finding(Status.FAIL, GROUP, "14"), Finding(Status.UNDECIDED, GROUP, "?")],
            FIFO: [Finding(Status.PASS, QUEUE, "FIFO"), Finding(Status.FAIL, GROUP, "")],
        },
    )
    events = [
        violation(RETENTION, GROUP), violation(RETENTION, GROUP), violation(FIFO, GROUP),
        summary(GROUP, failed=[RETENTION]), stack_summary(failed=[FIFO]),
    ]  # fmt: skip

    confirm(failing, read_log(log_file(tmp_path, *events)), registered())
    for missing in range(len(events)):
        less = events[:missing] + events[missing + 1 :]
        with pytest.raises(EngineError, match="disagree on the"):
            confirm(failing, read_log(log_file(tmp_path, *less)), registered())


@pytest.mark.parametrize(
    ("event", "what"),
    [
        (violation(RETENTION, GROUP), "violations"),
        (summary(QUEUE, passed=[RETENTION]), "passed policies"),
        (summary(GROUP, failed=[RETENTION]), "failed policies"),
        (stack_summary(passed=["iam-role-one-function"]), "policies passed on the stack"),
        (stack_summary(failed=[FIFO]), "policies failed on the stack"),
    ],
)
def test_what_only_the_log_has_is_a_disagreement(event: Any, what: str, tmp_path: Path) -> None:
    log = read_log(log_file(tmp_path, *ALL_PASSED, event))

    with pytest.raises(EngineError, match=f"disagree on the {what}: .*please report it"):
        confirm(passing(tmp_path), log, registered())


def test_not_applicable_is_in_no_list(tmp_path: Path) -> None:
    nothing = record(tmp_path, {RETENTION: [], FIFO: [Finding(Status.NOT_APPLICABLE, QUEUE, "")]})

    confirm(nothing, read_log(log_file(tmp_path, stack_summary())), registered())


def test_another_pack_beside_ours_is_not_ours(tmp_path: Path) -> None:
    others = [violation("x", GROUP, pack="theirs"), summary(GROUP, pack="theirs", failed=["x"])]
    log = read_log(log_file(tmp_path, *others, *ALL_PASSED))

    assert log.mandatory == 0
    confirm(passing(tmp_path), log, registered())


def test_what_the_pack_tells_of_waivers_is_no_verdict(tmp_path: Path) -> None:
    told = [violation(WAIVERS, GROUP, level="advisory"), stack_summary(failed=[WAIVERS])]

    confirm(passing(tmp_path), read_log(log_file(tmp_path, *told, *ALL_PASSED)), registered())


def test_only_mandatory_violations_stop_a_preview(tmp_path: Path) -> None:
    events = [violation(RETENTION, GROUP), violation(FIFO, QUEUE, level="advisory")]

    assert read_log(log_file(tmp_path, *events)).mandatory == 1


def test_errors_are_the_engines_diagnostics(tmp_path: Path) -> None:
    events = [
        {"diagnosticEvent": {"severity": "error", "message": " it broke\n"}},
        {"diagnosticEvent": {"severity": "warning", "message": "careful"}},
    ]

    assert read_log(log_file(tmp_path, *events)).errors == ("it broke",)


def test_what_is_only_read_is_told_and_stack_references_are_not(tmp_path: Path) -> None:
    def step(op: str, type_: str) -> Any:
        urn = f"urn:pulumi:dev::shop::{type_}::x"
        return {"resourcePreEvent": {"metadata": {"op": op, "type": type_, "urn": urn}}}

    events = [
        step("read", "aws:iam/role:Role"),
        step("create", "aws:sqs/queue:Queue"),
        step("read", "pulumi:pulumi:StackReference"),
    ]

    assert read_log(log_file(tmp_path, *events)).only_read == (
        "urn:pulumi:dev::shop::aws:iam/role:Role::x",
    )


def test_a_log_that_is_missing_or_cut_off_is_not_complete(tmp_path: Path) -> None:
    assert not read_log(tmp_path / "nothing").complete
    whole = log_file(tmp_path, *ALL_PASSED).read_text()
    cut = tmp_path / "cut.jsonl"
    for length in range(len(whole) - 2):
        cut.write_text(whole[:length])
        assert not read_log(cut).complete


LINES = st.lists(
    st.one_of(
        st.text(max_size=20),
        st.recursive(st.none() | st.booleans() | st.text(max_size=5), st.lists, max_leaves=5).map(
            json.dumps
        ),
        st.sampled_from(ALL_PASSED).map(json.dumps),
    )
)


@given(LINES)
def test_whatever_a_log_holds_it_is_read_or_not_complete(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str]
) -> None:
    file = tmp_path_factory.mktemp("log") / "events.jsonl"
    file.write_text("\n".join(lines), "utf-8", "surrogatepass")

    log = read_log(file)

    assert log.complete in (True, False)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("error: the stack is currently locked by 1 lock(s)", "pulumi cancel"),
        ("error: Unable to locate credentials", "--engine offline"),
        ("error: incorrect passphrase", "PULUMI_CONFIG_PASSPHRASE"),
        ("Missing required configuration variable 'shop:days'", "--config KEY=VALUE"),
        ("error: no resource plugin 'aws' found", "pulumi install"),
        ("error: the moon is down", "the preview failed: the moon is down"),
        ("", "the CLI does not say why"),
    ],
)
def test_a_failure_names_its_remedy(said: str, words: str) -> None:
    message, output = explained((), said)

    assert words in message
    assert output == ""


def test_a_programs_traceback_is_shown_apart() -> None:
    text = "Traceback (most recent call last):\n  File \"__main__.py\", line 4\nKeyError: 'x'"

    message, output = explained([text], "error: preview failed")

    assert message == (
        "the preview failed: the program raised KeyError: 'x'; "
        "a preview of a program that fails is not judged"
    )
    assert output == text
